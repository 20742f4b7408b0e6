//! Rule: a change does not empty a list of the resource that it does not name.

use serde_json::Value;

use super::event::{HistoryEvent, RequestFate};
use super::history::{History, MadeResource, WriteEffect};
use super::writes::before;
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "patch-left-the-lists",
    about: "a list or an object that a create sent and its answer showed is not emptied by a change that does not name it",
    citation: Citation::Also(
        "RFC 7396, section 1: a patch names what changes",
        "JSON:API, Updating Resources: missing attributes are interpreted as their current values",
    ),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found: Vec<ResourceRuleViolation> = Vec::new();
    for made in history.made.iter().filter(|made| history.events[made.by].standing == RequestFate::Accepted) {
        for (name, size) in filled(made) {
            let lost = history.events.iter().enumerate().find_map(|(number, view)| {
                let came = member_in_answer(history, made, (number, view), name)?;
                let by = last_write_without_it(history, made, (number, view), name)?;
                (size_of(came) < size).then_some((number, by, came))
            });
            if let Some((read, blamed, came)) = lost {
                let change = &history.events[blamed];
                found.push(ResourceRuleViolation {
                    // Plain PATCH leaves it to the server what a change means; only a merge says that the rest stays.
                    severity: if change.merges() { Severity::Must } else { Severity::Should },
                    message: format!(
                        "{name} of {} {} is shorter than before {}, which does not name it, as {} shows",
                        made.kind, made.id, change.operation.id, history.events[read].operation.id
                    ),
                    expected: format!("{size} in {name}"),
                    actual: came.to_string(),
                    answer: format!("body {name}"),
                    blamed,
                    read,
                });
            }
        }
    }
    found
}

/// The lists and objects that a create sent, and that its answer showed to be there, with the number of their members.
fn filled<'m>(made: &'m MadeResource<'_>) -> Vec<(&'m str, usize)> {
    let Some((_, sent)) = document_resources::attributes(&made.sent) else { return Vec::new() };
    let shown = |name: &str| made.echo.as_ref().and_then(|echo| document_resources::member(echo, name)).map(size_of);
    let own = |name: &str| !matches!(name, "relationships" | "links" | "meta");
    let names = sent.iter().filter(|(name, value)| own(name) && size_of(value) > 0).map(|(name, _)| name.as_str());
    names.filter_map(|name| Some((name, shown(name)?))).filter(|(_, size)| *size > 0).collect()
}

fn size_of(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }
}

/// What an answer shows of a member: the one to a read of the resource, or to a change of it.
fn member_in_answer<'h>(history: &'h History<'_>, made: &MadeResource<'_>, view: (usize, &'h HistoryEvent<'_>), name: &str) -> Option<&'h Value> {
    let (number, event) = view;
    let changed = made.writes.iter().any(|(write, effect)| *write == number && matches!(effect, WriteEffect::Change { .. }));
    let own = changed && event.standing == RequestFate::Accepted && event.probe.fault.is_none();
    let read = event.read_document().filter(|_| history.reads(event, made));
    document_resources::member(document_resources::find(read.or_else(|| event.document().filter(|_| own))?, &made.id)?, name)
}

/// The last change, none of which named the member; `None` where there was none, or anything else may have been done.
fn last_write_without_it(history: &History<'_>, made: &MadeResource<'_>, view: (usize, &HistoryEvent<'_>), name: &str) -> Option<usize> {
    let (number, event) = view;
    if !history.ended_before(&history.events[made.by], event) {
        return None;
    }
    let own = made.writes.iter().filter(|(write, _)| *write == number).map(|(number, effect)| (*number, effect));
    let mut last = None;
    for (number, effect) in before(history, made, event, |effect| !matches!(effect, WriteEffect::Relationship(_)))?.into_iter().chain(own) {
        match effect {
            WriteEffect::Change { item, whole: false } if document_resources::member(item, name).is_none() => last = Some(number),
            _ => return None,
        }
    }
    last
}
