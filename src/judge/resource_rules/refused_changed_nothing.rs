//! Rule: a refused write changes nothing.

use serde_json::Value;

use super::created_is_found::must_exist;
use super::created_once::unnamed_resources;
use super::event::{HistoryEvent, RequestFate};
use super::history::{History, MadeResource, WriteEffect};
use super::writes::{before, expected, refused};
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::model::contract::Status;
use crate::model::plan::Place;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "refused-changed-nothing",
    about: "what only a refused write sent turns up nowhere, and what only a refused write would remove is still there",
    citation: Citation::Also(
        "RFC 9110, section 15.5: the server will not process the request",
        "JSON:API, Updating Resources: changes are made completely or not at all",
    ),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found: Vec<ResourceRuleViolation> = unnamed_resources(history)
        .into_iter()
        .filter(|stranger| stranger.is_refused)
        .filter_map(|stranger| {
            let blamed = *stranger.refused.first()?;
            let status = history.events[blamed].status().map(|status| status.to_string()).unwrap_or_default();
            Some(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!(
                    "{} is there with the {} that a request refused with {status} sent (one of {} refused requests that sent it)",
                    stranger.id,
                    stranger.member,
                    stranger.refused.len()
                ),
                expected: "nothing is made by a request that is refused".to_owned(),
                actual: format!("a resource with id {}", stranger.id),
                answer: "body".to_owned(),
                blamed,
                read: stranger.read,
            })
        })
        .collect();
    for made in &history.made {
        for (number, read) in history.events.iter().enumerate().filter(|(_, event)| history.reads(event, made)) {
            found.extend(removed(history, made, (number, read)));
            found.extend(member_only_refused(history, made, (number, read)));
        }
    }
    found
}

/// What only a refused request would have removed, and is not there any more.
fn removed(history: &History<'_>, made: &MadeResource<'_>, read: (usize, &HistoryEvent<'_>)) -> Option<ResourceRuleViolation> {
    let (number, read) = read;
    let unknown = read.probe.fault.is_none() && matches!(read.status(), Some(status @ Status(404 | 410)) if !read.probe.allows(status));
    let maker = &history.events[made.by];
    if !unknown || maker.standing != RequestFate::Accepted || !history.ended_before(maker, read) || must_exist(history, made, read) {
        return None;
    }
    if before(history, made, read, |_| true)?.iter().any(|(_, effect)| **effect == WriteEffect::Remove) {
        return None;
    }
    let blamed = refused(history, made, read, &WriteEffect::Remove)?;
    let event = &history.events[blamed];
    Some(ResourceRuleViolation {
        severity: Severity::Must,
        message: format!("{} {} is gone after {}, which was refused", made.kind, made.id, event.probe.id),
        expected: format!("{} {}", made.kind, made.id),
        actual: read.status().map(|status| status.to_string()).unwrap_or_default(),
        answer: "status".to_owned(),
        blamed,
        read: number,
    })
}

/// A member that has the value that only a refused change sent.
fn member_only_refused(history: &History<'_>, made: &MadeResource<'_>, read: (usize, &HistoryEvent<'_>)) -> Vec<ResourceRuleViolation> {
    let (number, read) = read;
    let Some(resource) = read.read_document().and_then(|document| document_resources::find(document, &made.id)) else { return Vec::new() };
    let accepted = expected(history, made, read).unwrap_or_default();
    let mut found = Vec::new();
    for (blamed, effect) in &made.writes {
        let (blamed, event) = (*blamed, &history.events[*blamed]);
        let WriteEffect::Change { item, .. } = effect else { continue };
        if event.standing != RequestFate::Refused || !history.ended_before(event, read) {
            continue;
        }
        for (name, sent) in document_resources::scalars(item) {
            let before = accepted.iter().find(|known| known.name == name).map(|known| &known.value);
            let differs = before.map_or_else(
                || is_wrong(event, name) && never_sent(history, made, name, sent),
                |before| !document_resources::is_same_value(before, sent),
            );
            let Some(shown) = document_resources::member(resource, name).filter(|shown| differs && document_resources::is_same_value(shown, sent))
            else {
                continue;
            };
            found.push(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!("{name} of {} {} is what {} sent, which was refused", made.kind, made.id, event.probe.id),
                expected: before.map_or_else(|| "another value".to_owned(), ToString::to_string),
                actual: shown.to_string(),
                answer: format!("body, {name}"),
                blamed,
                read: number,
            });
        }
    }
    found
}

/// Whether the member is the one thing that is wrong in a request.
fn is_wrong(event: &HistoryEvent<'_>, name: &str) -> bool {
    event.probe.fault.as_ref().is_some_and(|fault| matches!(&fault.place, Place::Body(at) if at.rsplit('/').next() == Some(name)))
}

/// Whether the server itself has not shown the value before.
fn never_sent(history: &History<'_>, made: &MadeResource<'_>, name: &str, sent: &Value) -> bool {
    let shown = made.echo.as_ref().and_then(|echo| document_resources::member(echo, name));
    shown.is_some_and(|shown| !document_resources::is_same_value(shown, sent)) && history.events[made.by].standing == RequestFate::Accepted
}
