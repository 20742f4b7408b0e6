//! Describes what each accepted write leads one to expect of a resource.

use serde_json::Value;

use super::document;
use super::history::{Event, History, Made, Standing};
use crate::model::contract::Status;
use crate::model::plan::Place;

/// What a write asks of a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Nothing.
    None,
    /// It is changed: the item that the request sends for it, and whether that is all of it (PUT).
    Change {
        /// What was sent.
        item: Value,
        /// Whether what was not sent goes away.
        whole: bool,
    },
    /// A relationship of it is written.
    Relationship(String),
    /// It is removed.
    Remove,
    /// Something that cannot be foretold.
    Act,
}

/// What a request asks of a resource.
pub fn effect(history: &History<'_>, event: &Event<'_>, made: &Made<'_>) -> Effect {
    let method = event.probe.request.method.0.as_str();
    if event.is_read() {
        return Effect::None;
    }
    let fillings = event.probe.request.fillings.iter().filter(|filling| history.is(&filling.slot, made));
    let places: Vec<&Place> = fillings.map(|filling| &filling.place).collect();
    let in_path = places.iter().any(|place| matches!(place, Place::Path(_)));
    let collection = &history.events[made.by].operation.path;
    if event.probe.consumes.iter().any(|slot| history.is(slot, made))
        || (method == "DELETE" && event.item().is_some_and(|slot| history.is(slot, made)))
    {
        return Effect::Remove;
    }
    if matches!(method, "PATCH" | "PUT") {
        let on_item = event.item().is_some_and(|slot| history.is(slot, made));
        let sent = event.sent.as_ref();
        let item = sent.and_then(|sent| if on_item { document::resources(sent).first().copied() } else { document::find(sent, &made.id) }).cloned();
        match item {
            Some(item) if on_item || event.operation.path == *collection => return Effect::Change { item, whole: method == "PUT" },
            _ => {}
        }
    }
    match event.relationship() {
        Some(name) if in_path && event.owner().is_some_and(|slot| history.is(slot, made)) => return Effect::Relationship(name.to_owned()),
        _ => {}
    }
    let own = ["/data/id", "/id"];
    let named = places.iter().any(|place| matches!(place, Place::Body(at) if own.contains(&at.as_str()) || is_item_id(at)));
    // A write on the collection that does not add to it may be about anything in it.
    let on_all = event.operation.path == *collection && method != "POST" && places.is_empty() && event.probe.consumes.is_empty();
    let on_all = on_all && event.sent.as_ref().is_none_or(|sent| document::resources(sent).iter().all(|item| document::id(item).is_none()));
    // PUT replaces what is there by what was sent (RFC 9110, section 9.3.4): what it does not name may be gone.
    let on_all = on_all || (event.operation.path == *collection && method == "PUT");
    let links = event.relationship().is_some();
    if in_path || (named && !links) || on_all { Effect::Act } else { Effect::None }
}

fn is_item_id(at: &str) -> bool {
    at.strip_prefix("/data/").and_then(|rest| rest.strip_suffix("/id")).is_some_and(|index| index.parse::<usize>().is_ok())
}

/// The writes on a resource that had ended before a read, in their order, as far as they matter; `None` when they cannot be
/// put in order, or when one of them may have done anything. A write that answers is no write before its own answer.
pub fn before<'m>(
    history: &History<'_>,
    made: &'m Made<'_>,
    read: &Event<'_>,
    matters: impl Fn(&Effect) -> bool,
) -> Option<Vec<(usize, &'m Effect)>> {
    let mut known: Vec<(usize, &Effect)> = Vec::new();
    for (number, effect) in made.writes.iter().filter(|(_, effect)| *effect == Effect::Act || matters(effect)) {
        let event = &history.events[*number];
        if event.standing == Standing::Refused || history.precedes(read, event) || event.probe.id == read.probe.id {
            continue;
        }
        let follows = known.iter().all(|(earlier, _)| history.precedes(&history.events[*earlier], event));
        if !history.precedes(event, read) || event.standing == Standing::Unknown || *effect == Effect::Act || !follows {
            return None;
        }
        known.push((*number, effect));
    }
    Some(known)
}

/// Whether a refused write came before a read, and would have had this effect.
pub fn refused(history: &History<'_>, made: &Made<'_>, read: &Event<'_>, wanted: &Effect) -> Option<usize> {
    let refused = |(number, effect): &&(usize, Effect)| {
        let event = &history.events[*number];
        effect == wanted && event.standing == Standing::Refused && history.precedes(event, read)
    };
    made.writes.iter().find(refused).map(|(number, _)| *number)
}

/// What an accepted write leads one to expect of one member of a resource.
pub struct Expected<'h, 'a> {
    /// The write.
    pub by: &'h Event<'a>,
    /// Whether the write sent the member itself.
    pub created: bool,
    /// Name of the member.
    pub name: String,
    /// The value: as the server's own answer showed it, or as it was sent where the server showed nothing.
    pub value: Value,
    /// Whether the server itself showed it.
    pub shown: bool,
    /// Whether a later change left it alone; that change.
    pub left_by: Option<&'h Event<'a>>,
}

/// What every plain member should be at a read: sent by the last write that named it, and left alone since.
pub fn expected<'h, 'a>(history: &'h History<'a>, made: &Made<'_>, read: &Event<'_>) -> Option<Vec<Expected<'h, 'a>>> {
    let maker = &history.events[made.by];
    if maker.standing != Standing::Accepted || !history.precedes(maker, read) {
        return None;
    }
    let mut all = members(maker, true, &made.sent, made.echo.as_ref());
    for (number, effect) in before(history, made, read, |effect| !matches!(effect, Effect::Relationship(_)))? {
        let Effect::Change { item, whole } = effect else { return None };
        let event = &history.events[number];
        let echo = event.document().and_then(|answer| document::find(answer, &made.id));
        all.retain(|known| document::member(item, &known.name).is_none() && !whole);
        for known in &mut all {
            known.left_by = Some(event);
        }
        all.extend(members(event, false, item, echo));
    }
    Some(all)
}

fn members<'h, 'a>(by: &'h Event<'a>, created: bool, sent: &Value, echo: Option<&Value>) -> Vec<Expected<'h, 'a>> {
    let silent = by.document().is_none();
    let named = document::scalars(sent).into_iter().filter_map(|(name, value)| {
        let shown = echo.and_then(|echo| document::scalars(echo).into_iter().find(|(own, _)| *own == name)).map(|(_, value)| value);
        let value = shown.or(silent.then_some(value))?.clone();
        Some(Expected { by, created, name: name.to_owned(), value, shown: shown.is_some(), left_by: None })
    });
    named.collect()
}

/// Whether a member is not what it should be: the value that came, or `null` when the declared member is missing.
pub fn deviates(history: &History<'_>, read: &Event<'_>, resource: &Value, expected: &Expected<'_, '_>) -> Option<Value> {
    match document::member(resource, &expected.name) {
        Some(value) => {
            // A value of another sort is a matter of its schema.
            let plain = document::scalars(resource).iter().any(|(name, _)| *name == expected.name);
            let empty = value.is_null() && expected.shown;
            ((plain || empty) && !document::same(value, &expected.value)).then(|| value.clone())
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
fn is_shown(history: &History<'_>, read: &Event<'_>, resource: &Value, name: &str) -> bool {
    let (Some(document), Some(response)) = (read.document(), read.operation.response(Status(200))) else { return false };
    if !document::is_single(document) {
        return document::resources(document).into_iter().any(|other| document::member(other, name).is_some_and(|value| !value.is_null()));
    }
    let Some((at, _)) = document::attributes(resource) else { return false };
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
