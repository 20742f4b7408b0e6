//! Rule: a create keeps the relationships it sends, and a change leaves those that it does not name.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document_resources::linkage;
use super::event::{HistoryEvent, RequestFate};
use super::history::{History, MadeResource, WriteEffect};
use super::relationship_took::{linkage_in_read, writers};
use super::writes::before;
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::model::verdict::Severity;

/// What a create sent as linkage is the linkage of the new resource.
pub(super) const CREATE: ResourceRule = ResourceRule {
    name: "create-kept-relationships",
    about: "a created resource has the relationships that were sent, in the answer to the create and in later ones",
    citation: Citation::JsonApi {
        section: "JSON:API, Creating Resources: the data of a relationship is the linkage that the new resource is to have",
        otherwise: "the contract's own member relationships, which a create sends and its answer shows",
    },
    others: false,
    find: |history| find(history, |loss| loss.left_by.is_none()),
};

/// What a change does not name is left alone.
pub(super) const CHANGE: ResourceRule = ResourceRule {
    name: "patch-left-relationships",
    about: "a relationship that a create sent and its answer showed is there after a change that does not name it",
    citation: Citation::JsonApi {
        section: "JSON:API, Updating Resource Relationships: missing relationships are interpreted as their current values",
        otherwise: "the contract's own member relationships, which the change does not name",
    },
    others: false,
    find: |history| find(history, |loss| loss.left_by.is_some()),
};

/// A relationship that is not what it was made.
struct LostLinkage {
    /// The change that should have left it alone, as the number of an event.
    left_by: Option<usize>,
}

fn find(history: &History<'_>, concerns: impl Fn(&LostLinkage) -> bool) -> Vec<ResourceRuleViolation> {
    let mut found: Vec<ResourceRuleViolation> = Vec::new();
    for made in history.made.iter().filter(|made| history.events[made.by].standing == RequestFate::Accepted) {
        let sent = made.sent.get("relationships").and_then(Value::as_object).into_iter().flatten();
        for (name, sent) in sent.filter_map(|(name, relationship)| Some((name, relationship.get("data")?))) {
            let lost = history.events.iter().enumerate().find_map(|(number, view)| {
                let seen = linkage_in_answer(history, made, (number, view), name)?;
                let left_by = last_write_without_it(history, made, (number, view), name)?;
                let missing = missing(history, made, (number, view), name, (sent, seen))?;
                let loss = blame(made, name, sent, left_by)?;
                Some((number, loss, missing))
            });
            if let Some((number, loss, missing)) = lost.filter(|(_, loss, _)| concerns(loss)) {
                found.push(broken(history, made, name, (number, &loss), &missing));
            }
        }
    }
    found
}

/// Who is to blame: the change that came last when the answer to the create was right, else the create; neither when either
/// may be.
fn blame(made: &MadeResource<'_>, name: &str, sent: &Value, left_by: Option<usize>) -> Option<LostLinkage> {
    if left_by.is_none() {
        return Some(LostLinkage { left_by });
    }
    let echoed = made.echo.as_ref().and_then(|echo| echo.pointer(&format!("/relationships/{name}/data"))).and_then(linkage)?;
    linkage(sent)?.iter().all(|id| echoed.contains(id)).then_some(LostLinkage { left_by })
}

/// The linkage of a relationship that an answer shows: to a read, to the create, or to a change of the resource.
fn linkage_in_answer<'h>(history: &'h History<'_>, made: &MadeResource<'_>, view: (usize, &'h HistoryEvent<'_>), name: &str) -> Option<&'h Value> {
    let (number, event) = view;
    if event.is_read() {
        if history.lists(event, made) {
            return document_resources::find(event.read_document()?, &made.id)?.get("relationships")?.get(name)?.get("data");
        }
        return linkage_in_read(history, made, event).into_iter().find(|(own, _)| own == name).map(|(_, data)| data);
    }
    let changed = made.writes.iter().any(|(write, effect)| *write == number && matches!(effect, WriteEffect::Change { .. }));
    let own = (number == made.by || changed) && event.standing == RequestFate::Accepted && event.probe.fault.is_none();
    let document = event.document().filter(|_| own)?;
    document_resources::find(document, &made.id)?.get("relationships")?.get(name)?.get("data")
}

/// The last change that should have left the relationship alone, `Some(None)` when there was no change; `None` where the
/// relationship itself was written, or anything else may have been done to it.
#[expect(clippy::option_option, reason = "nothing is known, and nothing was changed, are two things")]
fn last_write_without_it(history: &History<'_>, made: &MadeResource<'_>, view: (usize, &HistoryEvent<'_>), name: &str) -> Option<Option<usize>> {
    let (number, event) = view;
    if number == made.by {
        return Some(None);
    }
    if !history.ended_before(&history.events[made.by], event) {
        return None;
    }
    let matters = |effect: &WriteEffect| !matches!(effect, WriteEffect::Relationship(other) if other != name);
    let own = made.writes.iter().filter(|(write, _)| *write == number).map(|(number, effect)| (*number, effect));
    let mut last = None;
    for (number, effect) in before(history, made, event, matters)?.into_iter().chain(own) {
        match effect {
            WriteEffect::Change { item, whole: false } if item.pointer(&format!("/relationships/{name}")).is_none() => last = Some(number),
            _ => return None,
        }
    }
    Some(last)
}

/// What should be there and is not, with what is there. Others may be there as well: a server may add to a list of its own.
fn missing(
    history: &History<'_>,
    made: &MadeResource<'_>,
    view: (usize, &HistoryEvent<'_>),
    name: &str,
    data: (&Value, &Value),
) -> Option<(String, String)> {
    let (sent, seen) = data;
    if sent.is_array() != seen.is_array() {
        return None;
    }
    let taken = if view.0 == made.by { BTreeSet::new() } else { ids_removed_elsewhere(history, made, view.1, name) };
    let actual = linkage(seen)?;
    let expected: Vec<String> = linkage(sent)?.into_iter().filter(|id| !taken.contains(id)).collect();
    let list = |ids: &[String]| if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
    expected.iter().any(|id| !actual.contains(id)).then(|| (list(&expected), list(&actual)))
}

/// The ids that may rightly have left a relationship: what was removed, what the other side wrote, and what another
/// resource of the kind was given, which may be the only one to have it.
fn ids_removed_elsewhere(history: &History<'_>, made: &MadeResource<'_>, view: &HistoryEvent<'_>, name: &str) -> BTreeSet<String> {
    let mut ids = writers(history, made, view);
    for other in &history.made {
        let gone = other.writes.iter().any(|(number, effect)| {
            let event = &history.events[*number];
            *effect == WriteEffect::Remove && event.standing != RequestFate::Refused && !history.ended_before(view, event)
        });
        if gone {
            ids.insert(other.id.clone());
        }
        if other.kind == made.kind && other.id != made.id {
            let data = other.sent.pointer(&format!("/relationships/{name}/data"));
            ids.extend(data.filter(|data| !data.is_array()).and_then(linkage).unwrap_or_default());
        }
    }
    ids
}

fn broken(history: &History<'_>, made: &MadeResource<'_>, name: &str, lost: (usize, &LostLinkage), ids: &(String, String)) -> ResourceRuleViolation {
    let (read, fault) = lost;
    let shows = &history.events[read].operation.id;
    let maker = &history.events[made.by].operation.id;
    ResourceRuleViolation {
        severity: Severity::Must,
        message: match fault.left_by {
            Some(change) => {
                let change = &history.events[change].operation.id;
                format!("{name} of {} {} is not what it was before {change}, which does not name it, as {shows} shows", made.kind, made.id)
            }
            None => format!("{name} of {} {} is not what {maker} sent, as {shows} shows", made.kind, made.id),
        },
        expected: ids.0.clone(),
        actual: ids.1.clone(),
        answer: format!("body /data/relationships/{name}/data"),
        blamed: fault.left_by.unwrap_or(made.by),
        read,
    }
}
