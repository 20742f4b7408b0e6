//! Rule: when several resources are sent together and accepted, the answer leaves none out.

use serde_json::Value;

use super::event::{HistoryEvent, RequestFate};
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation};
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "as-many-as-sent",
    about: "the answer to a write of several resources shows all of them, where the contract's own examples do",
    citation: Citation::Any(
        "the contract's own examples, which show as many resources as they send; RFC 9110, section 15.3.2: 201 describes what was created",
    ),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, event) in history.events.iter().enumerate() {
        let accepted = event.standing == RequestFate::Accepted && event.probe.fault.is_none() && event.relationship().is_none();
        let Some(sent) = event.sent.as_ref().filter(|_| accepted && !event.is_read()).and_then(resource_count) else { continue };
        let Some(shown) = event.document().and_then(resource_count).filter(|shown| *shown < sent && shown_in_the_examples(event)) else { continue };
        found.push(ResourceRuleViolation {
            severity: Severity::Must,
            message: format!("{} accepts {sent} resources and answers with {shown}", event.operation.id),
            expected: format!("{sent} resources"),
            actual: format!("{shown} resources"),
            answer: "body".to_owned(),
            blamed: number,
            read: number,
        });
    }
    found
}

/// How many resources a document holds, when it is made for several.
fn resource_count(document: &Value) -> Option<usize> {
    document.get("data").unwrap_or(document).as_array().map(Vec::len)
}

/// Whether the contract shows an answer with as many resources as it shows being sent, more than one.
fn shown_in_the_examples(event: &HistoryEvent<'_>) -> bool {
    let sent = event.operation.request_body.iter().flat_map(|body| &body.content).flat_map(|media| &media.examples);
    let sent: Vec<usize> = sent.filter_map(|example| resource_count(&example.value)).filter(|count| *count > 1).collect();
    let response = event.status().and_then(|status| event.operation.response(status));
    let shown = response.into_iter().flat_map(|response| &response.content).flat_map(|media| &media.examples);
    shown.filter_map(|example| resource_count(&example.value)).any(|count| sent.contains(&count))
}
