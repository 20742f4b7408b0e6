//! A write of several resources makes all of them.

use serde_json::Value;

use super::history::{History, Standing};
use super::{Break, Rule};
use crate::domain::verdict::Severity;

pub(super) const RULE: Rule = Rule {
    name: "all-are-made",
    about: "the answer to an accepted write of several new resources shows as many as were sent",
    citation: "RFC 9110, section 15.3.2: 201, the request has been fulfilled; the contract's link names the id of each item",
    find,
};

fn find(history: &History<'_>) -> Vec<Break> {
    let mut found = Vec::new();
    for (number, event) in history.events.iter().enumerate() {
        let Some((sent, shown)) = counts(history, number).filter(|(sent, shown)| shown < sent) else { continue };
        found.push(Break {
            severity: Severity::Must,
            message: format!("{} is sent {sent} new resources and shows {shown}", event.operation.id),
            expected: sent.to_string(),
            actual: shown.to_string(),
            answer: "body".to_owned(),
            blamed: number,
            read: number,
        });
    }
    found
}

/// How many new resources were sent and shown, where the contract says that the answer names each.
fn counts(history: &History<'_>, number: usize) -> Option<(usize, usize)> {
    let event = &history.events[number];
    let named = event.probe.captures.iter().any(|capture| capture.nth > 0) && history.made.iter().any(|made| made.by == number);
    if event.standing != Standing::Accepted || !named {
        return None;
    }
    Some((list(event.sent.as_ref()?)?.len(), list(event.document()?)?.len()))
}

/// The primary resources of a document that has several.
fn list(document: &Value) -> Option<&Vec<Value>> {
    document.get("data").unwrap_or(document).as_array()
}
