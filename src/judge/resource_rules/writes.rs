//! Describes what each accepted write leads one to expect of a resource.

use serde_json::Value;

use super::document_resources;
use super::event::{HistoryEvent, RequestFate};
use super::history::{History, MadeResource, WriteEffect};
use crate::model::contract::Status;

/// The writes on a resource that had ended before a read, in their order, as far as they matter; `None` when they cannot be
/// put in order, or when one of them may have done anything. A write that answers is no write before its own answer.
pub fn before<'m>(
    history: &History<'_>,
    made: &'m MadeResource<'_>,
    read: &HistoryEvent<'_>,
    matters: impl Fn(&WriteEffect) -> bool,
) -> Option<Vec<(usize, &'m WriteEffect)>> {
    let mut known: Vec<(usize, &WriteEffect)> = Vec::new();
    for (number, effect) in made.writes.iter().filter(|(_, effect)| *effect == WriteEffect::Act || matters(effect)) {
        let event = &history.events[*number];
        if event.standing == RequestFate::Refused || history.ended_before(read, event) || event.probe.id == read.probe.id {
            continue;
        }
        let follows = known.iter().all(|(earlier, _)| history.ended_before(&history.events[*earlier], event));
        if !history.ended_before(event, read) || event.standing == RequestFate::Unknown || *effect == WriteEffect::Act || !follows {
            return None;
        }
        known.push((*number, effect));
    }
    Some(known)
}

/// Whether a refused write came before a read, and would have had this effect.
pub fn refused(history: &History<'_>, made: &MadeResource<'_>, read: &HistoryEvent<'_>, wanted: &WriteEffect) -> Option<usize> {
    let refused = |(number, effect): &&(usize, WriteEffect)| {
        let event = &history.events[*number];
        effect == wanted && event.standing == RequestFate::Refused && history.ended_before(event, read)
    };
    made.writes.iter().find(refused).map(|(number, _)| *number)
}

/// What an accepted write leads one to expect of one member of a resource.
pub struct ExpectedMember<'h, 'a> {
    /// The write.
    pub by: &'h HistoryEvent<'a>,
    /// Whether the write sent the member itself.
    pub created: bool,
    /// Name of the member.
    pub name: String,
    /// The value: as the server's own answer showed it, or as it was sent where the server showed nothing.
    pub value: Value,
    /// Whether the server itself showed it.
    pub shown: bool,
    /// Whether a later change left it alone; that change.
    pub left_by: Option<&'h HistoryEvent<'a>>,
}

/// What every plain member should be at a read: sent by the last write that named it, and left alone since.
pub fn expected<'h, 'a>(history: &'h History<'a>, made: &MadeResource<'_>, read: &HistoryEvent<'_>) -> Option<Vec<ExpectedMember<'h, 'a>>> {
    let maker = &history.events[made.by];
    if maker.standing != RequestFate::Accepted || !history.ended_before(maker, read) {
        return None;
    }
    let mut all = members(maker, true, &made.sent, made.echo.as_ref());
    for (number, effect) in before(history, made, read, |effect| !matches!(effect, WriteEffect::Relationship(_)))? {
        let WriteEffect::Change { item, whole } = effect else { return None };
        let event = &history.events[number];
        let echo = event.document().and_then(|answer| document_resources::find(answer, &made.id));
        all.retain(|known| document_resources::member(item, &known.name).is_none() && !whole);
        for known in &mut all {
            known.left_by = Some(event);
        }
        all.extend(members(event, false, item, echo));
    }
    Some(all)
}

fn members<'h, 'a>(by: &'h HistoryEvent<'a>, created: bool, sent: &Value, echo: Option<&Value>) -> Vec<ExpectedMember<'h, 'a>> {
    let silent = by.document().is_none();
    let named = document_resources::scalars(sent).into_iter().filter_map(|(name, value)| {
        let shown = echo.and_then(|echo| document_resources::scalars(echo).into_iter().find(|(own, _)| *own == name)).map(|(_, value)| value);
        let value = shown.or(silent.then_some(value))?.clone();
        Some(ExpectedMember { by, created, name: name.to_owned(), value, shown: shown.is_some(), left_by: None })
    });
    named.collect()
}

/// Whether a member is not what it should be: the value that came, or `null` when the declared member is missing.
pub fn deviates(history: &History<'_>, read: &HistoryEvent<'_>, resource: &Value, expected: &ExpectedMember<'_, '_>) -> Option<Value> {
    match document_resources::member(resource, &expected.name) {
        Some(value) => {
            // A value of another sort is a matter of its schema.
            let plain = document_resources::scalars(resource).iter().any(|(name, _)| *name == expected.name);
            let empty = value.is_null() && expected.shown;
            ((plain || empty) && !document_resources::is_same_value(value, &expected.value)).then(|| value.clone())
        }
        None => (expected.shown && !is_empty(&expected.value) && is_shown(history, read, resource, &expected.name)).then_some(Value::Null),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        _ => true,
    }
}

/// Whether a read shows this member: a list when it shows it of others, a read of one resource when its schema names it.
fn is_shown(history: &History<'_>, read: &HistoryEvent<'_>, resource: &Value, name: &str) -> bool {
    let (Some(document), Some(response)) = (read.document(), read.operation.response(Status(200))) else { return false };
    if !document_resources::is_single(document) {
        return document_resources::resources(document)
            .into_iter()
            .any(|other| document_resources::member(other, name).is_some_and(|value| !value.is_null()));
    }
    let Some((at, _)) = document_resources::attributes(resource) else { return false };
    let at = format!("{}{at}", if document.get("data").is_some() { "/data" } else { "" });
    let schemas = response.content.iter().filter_map(|media| media.schema.as_ref());
    let mut found = false;
    for schema in schemas {
        crate::contract::schema::visit(history.contract, schema, document, &mut |place, schema, _| {
            found |= place == at && schema.get("properties").is_some_and(|members| members.get(name).is_some());
        });
    }
    found
}
