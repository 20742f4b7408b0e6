//! Rule: the answer to an accepted change does not show the old value in place of the one sent.

use serde_json::Value;

use super::event::{HistoryEvent, RequestFate};
use super::history::{History, MadeResource, WriteEffect};
use super::writes::before;
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::contract::append;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "old-value-stays",
    about: "the answer to an accepted change does not show the value from before where another one was sent",
    citation: Citation::Any("RFC 5789, section 2: the server applies the whole set of changes; RFC 9110, section 9.3.4: PUT replaces the state"),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for made in history.made.iter().filter(|made| history.events[made.by].standing == RequestFate::Accepted) {
        for (number, item) in changes(history, made) {
            let event = &history.events[number];
            let Some(shown) = event.document().and_then(|document| document_resources::find(document, &made.id)) else { continue };
            let Some((at, _)) = document_resources::attributes(shown) else { continue };
            for (name, sent) in document_resources::scalars(item) {
                let Some(old) = old(history, made, event, name) else { continue };
                let Some(came) = document_resources::member(shown, name).filter(|came| document_resources::is_same_value(came, old)) else {
                    continue;
                };
                let front = if event.document().is_some_and(|document| document.get("data").is_some()) { "/data" } else { "" };
                let place = format!("{front}{}", append(at, name));
                // What the contract says of the answer has no room for every value that it takes in a request.
                if !document_resources::is_same_value(sent, old) && history.could_show(event, &place, sent) {
                    found.push(ResourceRuleViolation {
                        severity: Severity::Must,
                        message: format!("{name} of {} {} is as before in the accepting answer of {}", made.kind, made.id, event.operation.id),
                        expected: sent.to_string(),
                        actual: came.to_string(),
                        answer: format!("body {place}"),
                        blamed: number,
                        read: number,
                    });
                }
            }
        }
    }
    found
}

/// The accepted changes of a resource, with what they send for it.
fn changes<'m>(history: &History<'_>, made: &'m MadeResource<'_>) -> Vec<(usize, &'m Value)> {
    let change = |(number, effect): &'m (usize, WriteEffect)| match effect {
        WriteEffect::Change { item, .. } => Some((*number, item)),
        _ => None,
    };
    let accepted = |number: usize| {
        let event = &history.events[number];
        event.standing == RequestFate::Accepted && event.probe.fault.is_none()
    };
    made.writes.iter().filter_map(change).filter(|(number, _)| accepted(*number)).collect()
}

/// What the last answer before a change showed of a member; `None` where that is not known.
fn old<'h>(history: &'h History<'_>, made: &'h MadeResource<'_>, event: &HistoryEvent<'_>, name: &str) -> Option<&'h Value> {
    if !history.ended_before(&history.events[made.by], event) {
        return None;
    }
    let mut old = made.echo.as_ref().and_then(|echo| document_resources::member(echo, name));
    for (number, _) in before(history, made, event, |effect| !matches!(effect, WriteEffect::Relationship(_)))? {
        let shown = history.events[number].document().and_then(|document| document_resources::find(document, &made.id));
        old = shown.and_then(|shown| document_resources::member(shown, name));
    }
    old
}
