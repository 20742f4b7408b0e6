//! Rule: what was created is found at its own address and in a complete list.

use super::document_resources::resources;
use super::event::{HistoryEvent, RequestFate};
use super::history::{History, MadeResource, WriteEffect};
use super::writes::{before, refused};
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::model::contract::Status;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "created-is-found",
    about: "a created resource is found at its address, and in a whole list that holds others of the kind",
    citation: Citation::Also("RFC 9110, section 15.3.2: 201, a new resource has been created", "JSON:API, Creating Resources"),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for made in &history.made {
        for (number, read) in history.events.iter().enumerate() {
            let missing =
                if history.reads(read, made) { unknown(read) } else { history.lists(read, made) && is_missing_in_list(history, made, read) };
            if missing && must_exist(history, made, read) {
                let what = if history.lists(read, made) {
                    "a list without it".to_owned()
                } else {
                    read.status().map(|status| status.to_string()).unwrap_or_default()
                };
                found.push(ResourceRuleViolation {
                    severity: Severity::Must,
                    message: format!(
                        "{} {} was created by {} and {} does not know it",
                        made.kind, made.id, history.events[made.by].operation.id, read.operation.id
                    ),
                    expected: format!("{} {}", made.kind, made.id),
                    actual: what,
                    answer: if history.lists(read, made) { "body /data".to_owned() } else { "status".to_owned() },
                    blamed: made.by,
                    read: number,
                });
                break;
            }
        }
    }
    found
}

/// Whether the resource has been made for certain, and nothing that was sent may have removed it.
pub(super) fn must_exist(history: &History<'_>, made: &MadeResource<'_>, read: &HistoryEvent<'_>) -> bool {
    let maker = &history.events[made.by];
    maker.standing == RequestFate::Accepted
        && history.ended_before(maker, read)
        && refused(history, made, read, &WriteEffect::Remove).is_none_or(|refused| !was_seen(history, made, &history.events[refused]))
        && before(history, made, read, |_| true).is_some_and(|writes| writes.iter().all(|(_, effect)| **effect != WriteEffect::Remove))
}

/// Whether the server has shown before a request that it knows the resource: by a read, or by an accepted change.
fn was_seen(history: &History<'_>, made: &MadeResource<'_>, request: &HistoryEvent<'_>) -> bool {
    let changed = made.writes.iter().any(|(number, _)| {
        let write = &history.events[*number];
        write.standing == RequestFate::Accepted && history.ended_before(write, request)
    });
    changed || history.events.iter().any(|read| history.reads(read, made) && read.read_document().is_some() && history.ended_before(read, request))
}

fn unknown(read: &HistoryEvent<'_>) -> bool {
    let missing = matches!(read.status(), Some(Status(404 | 410)));
    missing && read.probe.fault.is_none() && read.status().is_some_and(|status| !read.probe.allows(status))
}

/// Whether a whole list leaves a resource out though it holds another one that the same operation made.
fn is_missing_in_list(history: &History<'_>, made: &MadeResource<'_>, read: &HistoryEvent<'_>) -> bool {
    let Some(document) = read.complete_document() else { return false };
    let by = &history.events[made.by].operation.path;
    let mut others =
        history.made.iter().filter(|other| other.kind == made.kind && other.id != made.id && history.events[other.by].operation.path == *by);
    !resources(document).is_empty()
        && document_resources::find(document, &made.id).is_none()
        && others.any(|other| document_resources::find(document, &other.id).is_some())
}
