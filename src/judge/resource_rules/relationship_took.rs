//! Rule: a relationship holds what was written to it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document_resources::{id, linkage};
use super::event::{HistoryEvent, RequestFate};
use super::history::{History, MadeResource, WriteEffect};
use super::writes::before;
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::model::plan::Place;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "relationship-took",
    about: "a relationship that only the run has written holds what was put, added and not removed",
    citation: Citation::JsonApi {
        section: "JSON:API, Updating Relationships: PATCH replaces, POST adds, DELETE removes",
        otherwise: "the contract's own route to the relationship, and RFC 9110, section 9.3: what the methods ask for",
    },
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for made in history.made.iter().filter(|made| history.events[made.by].standing == RequestFate::Accepted) {
        let mut blamed: BTreeSet<usize> = BTreeSet::new();
        for (number, read) in history.events.iter().enumerate() {
            for (name, data) in linkage_in_read(history, made, read) {
                let Some((by, mut expected)) = expected(history, made, read, &name) else { continue };
                let Some(mut actual) = linkage(data).map(|ids| ids.into_iter().collect::<BTreeSet<_>>()) else { continue };
                let others = writers(history, made, read);
                let taken = ids_removed_elsewhere(history, made, read);
                expected.retain(|id| !others.contains(id) && (actual.contains(id) || !taken.contains(id)));
                actual.retain(|id| !others.contains(id));
                if expected != actual && blamed.insert(by) {
                    found.push(broken(history, made, (number, read), by, &name, (&expected, &actual)));
                }
            }
        }
    }
    found
}

fn broken(
    history: &History<'_>,
    made: &MadeResource<'_>,
    read: (usize, &HistoryEvent<'_>),
    by: usize,
    name: &str,
    ids: (&BTreeSet<String>, &BTreeSet<String>),
) -> ResourceRuleViolation {
    let list = |ids: &BTreeSet<String>| if ids.is_empty() { "none".to_owned() } else { ids.iter().cloned().collect::<Vec<_>>().join(", ") };
    let (number, read) = read;
    ResourceRuleViolation {
        severity: Severity::Must,
        message: format!(
            "{name} of {} {} is not what {} and the writes before it made it, as {} shows",
            made.kind, made.id, history.events[by].operation.id, read.operation.id
        ),
        expected: list(ids.0),
        actual: list(ids.1),
        answer: "body /data".to_owned(),
        blamed: by,
        read: number,
    }
}

/// The linkage of a resource that a read shows, by the name of the relationship.
pub(super) fn linkage_in_read<'h>(history: &'h History<'_>, made: &MadeResource<'_>, read: &'h HistoryEvent<'_>) -> Vec<(String, &'h Value)> {
    let Some(document) = read.complete_document() else { return Vec::new() };
    if let Some(name) = read.relationship() {
        let own = read.owner().is_some_and(|slot| history.is(slot, made));
        return document.get("data").filter(|_| own).map(|data| (name.to_owned(), data)).into_iter().collect();
    }
    let own = history.reads(read, made).then(|| document_resources::find(document, &made.id)).flatten();
    let relationships = own.and_then(|resource| resource.get("relationships")?.as_object()).into_iter().flatten();
    relationships.filter_map(|(name, relationship)| Some((name.clone(), relationship.get("data")?))).collect()
}

/// The ids that a relationship should hold at a read, and the last write that made it so; `None` where that is not known.
fn expected(history: &History<'_>, made: &MadeResource<'_>, read: &HistoryEvent<'_>, name: &str) -> Option<(usize, BTreeSet<String>)> {
    if !history.ended_before(&history.events[made.by], read) {
        return None;
    }
    let at = format!("/relationships/{name}/data");
    let echoed = made.echo.as_ref().and_then(|echo| echo.pointer(&at));
    let mut known: Option<BTreeSet<String>> = echoed.and_then(linkage).map(|ids| ids.into_iter().collect());
    let mut last = None;
    let matters = |effect: &WriteEffect| !matches!(effect, WriteEffect::Relationship(other) if other != name);
    for (number, effect) in before(history, made, read, matters)? {
        known = match effect {
            WriteEffect::Change { item, .. } => match item.pointer(&at) {
                Some(data) => Some(linkage(data)?.into_iter().collect()),
                // What does not name it leaves alone what was written before, or is to blame.
                None if last.is_some() => known,
                None => continue,
            },
            WriteEffect::Relationship(_) => linkage_after_write(&history.events[number], known),
            WriteEffect::None | WriteEffect::Remove | WriteEffect::Act => return None,
        };
        last = Some(number);
    }
    Some((last?, known?))
}

/// What a relationship holds after a write of its own.
fn linkage_after_write(event: &HistoryEvent<'_>, known: Option<BTreeSet<String>>) -> Option<BTreeSet<String>> {
    let data = event.sent.as_ref().and_then(|sent| sent.get("data"));
    let named: Option<BTreeSet<String>> = data.and_then(linkage).map(|ids| ids.into_iter().collect());
    match (event.probe.request.method.as_str(), data) {
        ("POST", Some(Value::Array(_))) => known?.union(&named?).cloned().map(Some).collect(),
        ("DELETE", Some(Value::Array(_))) => known?.difference(&named?).cloned().map(Some).collect(),
        // DELETE without linkage is no word of JSON:API; what it leaves behind is the contract's own matter.
        ("POST" | "PATCH" | "PUT", Some(_)) => named,
        _ => None,
    }
}

/// The ids that may rightly have left a relationship: of what was given to another resource, which may be the only one to have
/// it, and of what was removed.
fn ids_removed_elsewhere(history: &History<'_>, made: &MadeResource<'_>, read: &HistoryEvent<'_>) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let writes =
        history.events.iter().filter(|event| !event.is_read() && event.standing != RequestFate::Refused && !history.ended_before(read, event));
    for event in writes.filter(|event| event.owner().is_none_or(|slot| !history.is(slot, made))) {
        let fillings = event.probe.request.fillings.iter().filter(|binding| matches!(binding.place, Place::Body(_)));
        let slots = fillings.map(|binding| &binding.slot).chain(&event.probe.consumes);
        ids.extend(slots.filter_map(|slot| history.ids.get(slot)).cloned());
    }
    ids
}

/// The ids of resources whose own relationships were written with this one in them: the other side of a relationship may
/// show them.
pub(super) fn writers(history: &History<'_>, made: &MadeResource<'_>, read: &HistoryEvent<'_>) -> BTreeSet<String> {
    let mentions = |event: &&HistoryEvent<'_>| {
        let fillings = &event.probe.request.fillings;
        !event.is_read()
            && !history.ended_before(read, event)
            && fillings.iter().any(|binding| matches!(binding.place, Place::Body(_)) && history.is(&binding.slot, made))
    };
    let mut ids = BTreeSet::new();
    for event in history.events.iter().filter(mentions) {
        ids.extend(event.owner().and_then(|slot| history.ids.get(slot)).cloned());
        let made_by = history.made.iter().filter(|other| history.events[other.by].probe.id == event.probe.id);
        ids.extend(made_by.map(|other| other.id.clone()));
        ids.extend(event.sent.iter().flat_map(super::document_resources::resources).filter_map(id));
    }
    ids
}
