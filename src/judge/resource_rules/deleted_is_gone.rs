//! Rule: what was deleted is gone.

use serde_json::Value;

use super::document_resources::is_single;
use super::event::{HistoryEvent, RequestFate};
use super::history::{History, MadeResource, WriteEffect};
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::model::trigger_name::TriggerName;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "deleted-is-gone",
    about: "a deleted resource is neither at its address nor in a list, where the contract has a status for what is gone",
    citation: Citation::Also(
        "RFC 9110, section 9.3.5: DELETE removes the association of the address with its functionality",
        "JSON:API, Deleting Resources",
    ),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for made in history.made.iter().filter(|made| should_be_gone(history, made)) {
        let deletion =
            made.writes.iter().find(|(number, effect)| *effect == WriteEffect::Remove && history.events[*number].standing == RequestFate::Accepted);
        let Some(blamed) = deletion.map(|(number, _)| *number) else { continue };
        let later = history.events.iter().enumerate().filter(|(_, event)| event.is_read() && history.ended_before(&history.events[blamed], event));
        for (number, read) in later {
            let there = (history.reads(read, made) && shows_resource(read)) || history.lists(read, made);
            let shown = read.document().filter(|_| there).and_then(|document| document_resources::find(document, &made.id));
            if shown.is_some() || (history.reads(read, made) && shows_resource(read) && read.document().is_some_and(is_single)) {
                // A server may keep what was deleted and say so (RFC 9110, section 9.3.5: representations need not be destroyed).
                let marked = shown.is_some_and(|shown| is_shown_differently(history, made, (blamed, read), shown));
                found.push(ResourceRuleViolation {
                    severity: if marked { Severity::Should } else { Severity::Must },
                    message: format!("{} {} was deleted and {} still shows it", made.kind, made.id, read.operation.id),
                    expected: "404 or 410 at its address, and no list that holds it".to_owned(),
                    actual: read.status().map(|status| status.to_string()).unwrap_or_default(),
                    answer: "body".to_owned(),
                    blamed,
                    read: number,
                });
                break;
            }
        }
    }
    found
}

/// Whether the contract says that resources of this sort are gone once they are deleted.
fn should_be_gone(history: &History<'_>, made: &MadeResource<'_>) -> bool {
    let collection = &history.events[made.by].operation.path;
    let readers = history.contract.operations.iter().filter(|operation| {
        operation.method.is_get() && operation.path.rsplit_once('/').is_some_and(|(front, item)| front == collection && item.starts_with('{'))
    });
    readers
        .flat_map(|operation| &operation.responses)
        .flat_map(|response| &response.conditions)
        .any(|condition| condition.trigger == TriggerName::DELETED_RESOURCE)
}

fn shows_resource(read: &HistoryEvent<'_>) -> bool {
    read.status().is_some_and(|status| status.is_success() && !(read.probe.fault.is_some() && read.probe.allows(status)))
        && (read.probe.fault.is_none() || read.probe.trigger == TriggerName::DELETED_RESOURCE)
}

/// Whether a deleted resource is shown in another way than before: with another value, or with more or fewer members than
/// the same operation shows of those that are there.
fn is_shown_differently(history: &History<'_>, made: &MadeResource<'_>, (deletion, read): (usize, &HistoryEvent<'_>), shown: &Value) -> bool {
    let deletion = &history.events[deletion];
    let earlier = history.events.iter().filter(|event| history.ended_before(event, deletion));
    let earlier = earlier.filter_map(|event| document_resources::find(event.document()?, &made.id)).next_back();
    let before = earlier.or(made.echo.as_ref()).and_then(document_resources::attributes);
    let (Some((_, before)), Some((_, now))) = (before, document_resources::attributes(shown)) else { return false };
    let alike =
        history.events.iter().filter(|event| event.operation.id == read.operation.id).filter_map(|event| Some((event, event.read_document()?)));
    let there: Vec<&Value> = alike
        .flat_map(|(event, document)| document_resources::resources(document).into_iter().map(move |other| (event, other)))
        .filter(|(event, other)| history.ended_before(event, deletion) || document_resources::id(other).is_some_and(|id| id != made.id))
        .map(|(_, other)| other)
        .collect();
    let usual = |name: &str| there.iter().any(|other| document_resources::member(other, name).is_some());
    let changed = before.iter().any(|(name, old)| now.get(name).is_some_and(|value| document_resources::differs(old, value)));
    let more = !there.is_empty() && now.keys().any(|name| !before.contains_key(name) && !usual(name));
    let fewer = before.keys().any(|name| !now.contains_key(name) && usual(name));
    changed || more || fewer
}
