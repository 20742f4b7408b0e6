//! What is asked for some attributes only has no others.

use std::collections::BTreeSet;

use super::filter_kept::url_query;
use super::history::{Event, History};
use super::{Break, Rule, document};
use crate::domain::contract::Location;
use crate::domain::verdict::Severity;

pub(super) const RULE: Rule = Rule {
    name: "fields-kept",
    about: "resources of a type whose fields are named in the query have no attributes but these",
    citation: "JSON:API, Sparse Fieldsets: an endpoint must not include additional fields in resource objects of that type",
    find,
};

fn find(history: &History<'_>) -> Vec<Break> {
    let mut found = Vec::new();
    for (number, read) in history.events.iter().enumerate() {
        let Some(document) = read.shown() else { continue };
        for (kind, names) in asked(read) {
            let own = |item: &&serde_json::Value| item.get("type").and_then(serde_json::Value::as_str) == Some(kind.as_str());
            let other = document::resources(document).into_iter().filter(own).find_map(|item| {
                let attributes = item.get("attributes")?.as_object()?;
                attributes.keys().find(|name| !names.contains(*name)).cloned()
            });
            if let Some(other) = other {
                found.push(Break {
                    severity: Severity::Must,
                    message: format!("{} is asked for some attributes of {kind} and gives {other} as well", read.operation.id),
                    expected: names.into_iter().collect::<Vec<_>>().join(", "),
                    actual: other,
                    answer: "body /data".to_owned(),
                    blamed: number,
                    read: number,
                });
            }
        }
    }
    found
}

/// The types whose attributes are named in the query by a parameter that the contract has, and the names.
fn asked(read: &Event<'_>) -> Vec<(String, BTreeSet<String>)> {
    let query = url_query(&read.request.url).into_iter().filter(|(name, _)| read.operation.parameter(Location::Query, name).is_some());
    let named = query.filter_map(|(name, value)| {
        let kind = name.strip_prefix("fields[")?.strip_suffix(']')?.to_owned();
        let names: BTreeSet<String> = value.split(',').map(str::to_owned).collect();
        // A word in brackets is a language of its own.
        names.iter().all(|name| !name.is_empty() && !name.contains(['[', '*'])).then_some((kind, names))
    });
    named.collect()
}
