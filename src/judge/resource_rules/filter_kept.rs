//! Rule: a list that is filtered by ids holds no others.

use std::collections::BTreeSet;

use super::document_resources::{id, is_single, resources};
use super::event::HistoryEvent;
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation};
use crate::model::contract::Location;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "filter-kept",
    about: "a list that is asked for resources of its own kind by their ids holds only those",
    citation: Citation::Also("the contract's own parameter, which takes ids of the resources that are listed", "JSON:API, Filtering"),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, read) in history.events.iter().enumerate() {
        let Some(asked) = asked(history, read) else { continue };
        let Some(document) = read.read_document().filter(|document| !is_single(document)) else { continue };
        let shown: Vec<String> = resources(document).into_iter().filter_map(id).collect();
        // Where none of them comes, the parameter may mean something else.
        let known = shown.iter().any(|id| asked.contains(id));
        if let Some(other) = shown.iter().find(|id| known && !asked.contains(*id)) {
            found.push(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!("{} is asked for certain ids and gives {other} as well", read.operation.id),
                expected: asked.iter().cloned().collect::<Vec<_>>().join(", "),
                actual: other.clone(),
                answer: "body".to_owned(),
                blamed: number,
                read: number,
            });
        }
    }
    found
}

/// The ids that a parameter asks for whose kind is that of the list itself: what is made on the same route.
fn asked(history: &History<'_>, read: &HistoryEvent<'_>) -> Option<BTreeSet<String>> {
    let position = |name: &str| ["after", "before", "cursor", "exclude", "not"].iter().any(|word| name.to_ascii_lowercase().contains(word));
    let own = |kind: &str| history.made.iter().any(|made| made.kind == kind && history.events[made.by].operation.path == read.operation.path);
    let parameter = read.operation.parameters.iter().find(|parameter| {
        let kind = parameter.resource.as_ref().is_some_and(|need| own(&need.kind));
        parameter.location == Location::Query && kind && !position(&parameter.name)
    })?;
    let url = url_query(&read.request.url);
    let values =
        url.into_iter().filter(|(name, _)| *name == parameter.name).flat_map(|(_, value)| value.split(',').map(str::to_owned).collect::<Vec<_>>());
    let asked: BTreeSet<String> = values.collect();
    (!asked.is_empty()).then_some(asked)
}

/// The query of a URL, decoded.
pub(super) fn url_query(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let decode = |text: &str| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (decode(name), decode(value))).collect()
}
