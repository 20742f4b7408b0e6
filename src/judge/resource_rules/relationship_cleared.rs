//! Rule: a relationship that was deleted as a whole is empty.

use serde_json::Value;

use super::document_resources::linkage;
use super::event::{HistoryEvent, RequestFate};
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation};
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "relationship-cleared",
    about: "a relationship that is deleted without naming anything does not hold what it held before",
    citation: Citation::Any("RFC 9110, section 9.3.5: DELETE removes the association between the target resource and its functionality"),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, deletion) in history.events.iter().enumerate() {
        let clears = deletion.probe.request.method.is_delete() && deletion.standing == RequestFate::Accepted && deletion.sent.is_none();
        let Some(name) = deletion.relationship().filter(|_| clears && deletion.probe.fault.is_none()) else { continue };
        let reads: Vec<(usize, &HistoryEvent<'_>, &Value)> = history
            .events
            .iter()
            .enumerate()
            .filter(|(_, read)| read.operation.path == deletion.operation.path && read.owner().is_some() && read.owner() == deletion.owner())
            .filter_map(|(number, read)| Some((number, read, read.read_document()?.get("data")?)))
            .collect();
        let before = reads.iter().filter(|(_, read, _)| history.ended_before(read, deletion));
        let after = || reads.iter().filter(|(_, read, _)| history.ended_before(deletion, read));
        let same = before.flat_map(|before| after().map(move |after| (before, after))).find(|((_, first, held), (_, last, holds))| {
            linkage(held).is_some_and(|ids| !ids.is_empty()) && held == holds && undisturbed(history, first, deletion, last)
        });
        if let Some((_, (read, last, held))) = same {
            found.push(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!("{name} holds after {} what it held before, as {} shows", deletion.operation.id, last.operation.id),
                expected: "nothing of what it held".to_owned(),
                actual: held.to_string(),
                answer: "body /data".to_owned(),
                blamed: number,
                read: *read,
            });
        }
    }
    found
}

/// Whether nothing but the deletion was written to the owner between two reads.
fn undisturbed(history: &History<'_>, first: &HistoryEvent<'_>, deletion: &HistoryEvent<'_>, last: &HistoryEvent<'_>) -> bool {
    let Some(owner) = deletion.owner() else { return false };
    let writes = history.events.iter().filter(|event| !event.is_read() && event.standing != RequestFate::Refused);
    let concerns = |event: &&HistoryEvent<'_>| {
        event.probe.id != deletion.probe.id && event.probe.needs.iter().chain(&event.probe.consumes).any(|slot| history.is_same_resource(slot, owner))
    };
    writes.filter(concerns).all(|write| history.ended_before(write, first) || history.ended_before(last, write))
}
