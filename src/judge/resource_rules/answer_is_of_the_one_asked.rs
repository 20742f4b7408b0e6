//! Rule: an answer about one resource is about the resource in the path.

use super::document_resources::{id, is_single, resources};
use super::event::{HistoryEvent, RequestFate};
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation};
use crate::model::contract::Location;
use crate::model::path::last_parameter;
use crate::model::verdict::Severity;

/// A read shows what it asks for.
pub(super) const READ: ResourceRule = ResourceRule {
    name: "read-is-the-one-asked-for",
    about: "a read of one resource shows the one whose id is in the path",
    citation: Citation::Also("RFC 9110, section 9.3.1: GET transfers a representation of the target resource", "JSON:API, Fetching Resources"),
    others: false,
    find: |history| find(history, |event| event.probe.request.method.is_get()),
};

/// A change shows what it changed.
pub(super) const CHANGE: ResourceRule = ResourceRule {
    name: "change-answer-is-the-one-changed",
    about: "the answer to a change of one resource shows the one whose id is in the path",
    citation: Citation::Also("RFC 9110, section 15.3.1: 200 to PUT or PATCH", "JSON:API, Updating Resources, 200 OK"),
    others: false,
    find: |history| find(history, |event| event.probe.request.method.is_patch() || event.probe.request.method.is_put()),
};

fn find(history: &History<'_>, concerns: impl Fn(&HistoryEvent<'_>) -> bool) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, event) in history.events.iter().enumerate().filter(|(_, event)| concerns(event) && event.probe.fault.is_none()) {
        let accepted = event.standing == RequestFate::Accepted && same_in_the_examples(event);
        let Some(document) = event.document().filter(|document| accepted && is_single(document)) else { continue };
        let Some(asked) = event.item().and_then(|slot| history.ids.get(slot)) else { continue };
        let Some(came) = resources(document).first().and_then(|resource| id(resource)) else { continue };
        if !came.eq_ignore_ascii_case(asked) {
            found.push(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!("{} is asked for {asked} and answers with {came}", event.operation.id),
                expected: asked.clone(),
                actual: came,
                answer: if document.get("data").is_some() { "body /data/id" } else { "body /id" }.to_owned(),
                blamed: number,
                read: number,
            });
        }
    }
    found
}

/// Whether the contract's own examples have the same id in the path and in the answer, so that they mean the same thing.
fn same_in_the_examples(event: &HistoryEvent<'_>) -> bool {
    let name = last_parameter(&event.operation.path);
    let parameter = name.and_then(|name| event.operation.parameter(Location::Path, name)).and_then(|parameter| parameter.example.as_ref());
    let response = event.status().and_then(|status| event.operation.response(status));
    let shown = response.into_iter().flat_map(|response| &response.content).flat_map(|media| &media.examples).next();
    let shown = shown.and_then(|example| resources(&example.value).first().and_then(|resource| id(resource)));
    parameter.and_then(super::document_resources::text).zip(shown).is_some_and(|(asked, shown)| asked.eq_ignore_ascii_case(&shown))
}
