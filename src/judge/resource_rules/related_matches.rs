//! Rule: the related resources are those that the relationship names.

use std::collections::BTreeSet;

use super::document_resources::{id, linkage, resources};
use super::event::{HistoryEvent, RequestFate};
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation};
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "related-matches",
    about: "a related route shows the resources that the relationship route names, when nothing was written between",
    citation: Citation::JsonApi {
        section: "JSON:API, Fetching Resources and Fetching Relationships: a related link leads to the resources of the linkage",
        otherwise: "the contract's own routes, one to the relationship and one of the same name to what it relates to",
    },
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for linked in &history.events {
        let Some((name, named)) = linked.relationship().zip(ids_of_linkage(linked)) else { continue };
        let related_path = linked.operation.path.replace(&format!("/relationships/{name}"), &format!("/{name}"));
        for (number, related) in history.events.iter().enumerate().filter(|(_, event)| event.operation.path == related_path) {
            let same = related.owner().is_some() && related.owner() == linked.owner();
            let Some(shown) = related.complete_document().filter(|_| same) else { continue };
            let Some(shown) = shown.get("data").map(|data| if data.is_null() { Some(BTreeSet::new()) } else { ids_of(shown) }) else { continue };
            let Some(shown) = shown.filter(|shown| *shown != named && undisturbed(history, linked, related)) else { continue };
            let list = |ids: &BTreeSet<String>| if ids.is_empty() { "none".to_owned() } else { ids.iter().cloned().collect::<Vec<_>>().join(", ") };
            found.push(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!("{} shows other resources than {} names", related.operation.id, linked.operation.id),
                expected: list(&named),
                actual: list(&shown),
                answer: "body /data".to_owned(),
                blamed: number,
                read: number,
            });
        }
    }
    found
}

fn ids_of_linkage(event: &HistoryEvent<'_>) -> Option<BTreeSet<String>> {
    let document = event.complete_document()?;
    Some(linkage(document.get("data")?)?.into_iter().collect())
}

fn ids_of(document: &serde_json::Value) -> Option<BTreeSet<String>> {
    resources(document).into_iter().map(id).collect()
}

/// Whether every write that may have changed the answer lies before both reads or after both.
fn undisturbed(history: &History<'_>, one: &HistoryEvent<'_>, other: &HistoryEvent<'_>) -> bool {
    let Some(owner) = one.owner() else { return false };
    let writes = history.events.iter().filter(|event| !event.is_read() && event.standing != RequestFate::Refused);
    let concerns = |event: &&HistoryEvent<'_>| {
        let slots = event.probe.needs.iter().chain(&event.probe.consumes);
        !event.probe.consumes.is_empty() || slots.into_iter().any(|slot| history.is_same_resource(slot, owner))
    };
    writes.filter(concerns).all(|write| {
        let before = history.ended_before(write, one) && history.ended_before(write, other);
        before || (history.ended_before(one, write) && history.ended_before(other, write))
    })
}
