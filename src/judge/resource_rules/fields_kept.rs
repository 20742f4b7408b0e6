//! Rule: a resource that is asked for some attributes only has no others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::event::HistoryEvent;
use super::filter_kept::url_query;
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::contract::schema::visit;
use crate::model::contract::Location;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "fields-kept",
    about: "resources of a type whose fields are named in the query have no attributes but these",
    citation: Citation::JsonApi {
        section: "JSON:API, Sparse Fieldsets: an endpoint must not include additional fields in resource objects of that type",
        otherwise: "the contract's own parameter, which names the fields of that type",
    },
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, read) in history.events.iter().enumerate() {
        let Some(document) = read.read_document() else { continue };
        let required = required(history, read, document);
        let known = documented_attributes(read);
        for (kind, names) in asked(read) {
            let own = |item: &&Value| item.get("type").and_then(Value::as_str) == Some(kind.as_str());
            let other = document_resources::resources(document).into_iter().filter(own).find_map(|item| {
                let attributes = item.get("attributes")?.as_object()?;
                attributes.keys().find(|name| !names.contains(*name) && !required.contains(*name) && known.contains(*name)).cloned()
            });
            if let Some(other) = other {
                found.push(ResourceRuleViolation {
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

/// The attributes that the contract's own example shows; what the contract does not know may be more than an attribute.
fn documented_attributes(read: &HistoryEvent<'_>) -> BTreeSet<String> {
    let response = read.status().and_then(|status| read.operation.response(status));
    let examples = response.into_iter().flat_map(|response| &response.content).flat_map(|media| &media.examples);
    let items = examples.flat_map(|example| document_resources::resources(&example.value));
    items.filter_map(|item| item.get("attributes")?.as_object()).flat_map(|attributes| attributes.keys().cloned()).collect()
}

/// The attributes that the schema of the answer demands of its resources: whether they may be left out is not said.
fn required(history: &History<'_>, read: &HistoryEvent<'_>, document: &Value) -> BTreeSet<String> {
    let response = read.status().and_then(|status| read.operation.response(status));
    let schemas = response.into_iter().flat_map(|response| &response.content).filter_map(|media| media.schema.as_ref());
    let mut required = BTreeSet::new();
    for schema in schemas {
        visit(history.contract, schema, document, &mut |at, schema, _| {
            let names = schema.get("required").and_then(Value::as_array).filter(|_| at.ends_with("/attributes"));
            required.extend(names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        });
    }
    required
}

/// The types whose attributes are named in the query by a parameter that the contract has, and the names.
fn asked(read: &HistoryEvent<'_>) -> Vec<(String, BTreeSet<String>)> {
    let query = url_query(&read.request.url).into_iter().filter(|(name, _)| read.operation.parameter(Location::Query, name).is_some());
    let named = query.filter_map(|(name, value)| {
        let kind = name.strip_prefix("fields[")?.strip_suffix(']')?.to_owned();
        let names: BTreeSet<String> = value.split(',').map(str::to_owned).collect();
        // A word in brackets is a language of its own.
        names.iter().all(|name| !name.is_empty() && !name.contains(['[', '*'])).then_some((kind, names))
    });
    named.collect()
}
