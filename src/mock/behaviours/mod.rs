//! What the mock does for a valid request, inferred from its method and path.

mod create;
mod delete;
mod download;
mod example;
mod finish;
mod listing;
mod read;
mod related;
mod relationship;
mod search;
mod sparse;
mod update;

use std::collections::{HashMap, HashSet};
use std::ops::Deref;

use serde_json::Value;

use super::copied_values::copy_fitting_parts;
use super::faults::StateFault;
use super::operation_profile::OperationProfile;
use super::repair::make_valid;
use super::request::is_structured;
use super::resource_place;
use super::resource_place::Place;
use super::routed_request::{MockCore, RoutedRequest};
use super::state::MockState;
use super::store::id_text;
use crate::contract::get_mut;
use crate::contract::samples::answer_samples;
use crate::model::contract::{JSON_API, MediaType, Operation, Response, SchemaRef};

/// One kind of thing to do.
struct Behaviour {
    matches: fn(&MockCore, &Operation, &OperationProfile) -> bool,
    act: fn(&mut AcceptedRequest<'_, '_>) -> BehaviourOutcome,
}

/// Every behaviour; the first that matches acts.
const BEHAVIOURS: &[Behaviour] = &[
    Behaviour { matches: finish::matches, act: finish::perform },
    Behaviour { matches: download::matches, act: download::perform },
    Behaviour { matches: relationship::matches, act: relationship::perform },
    Behaviour { matches: search::matches, act: search::perform },
    Behaviour { matches: create::matches, act: create::perform },
    Behaviour { matches: listing::matches, act: listing::perform },
    Behaviour { matches: related::matches, act: related::perform },
    Behaviour { matches: read::matches, act: read::perform },
    Behaviour { matches: update::matches, act: update::perform },
    Behaviour { matches: delete::matches, act: delete::perform },
    Behaviour { matches: |_, _, _| true, act: example::perform },
];

/// An accepted request, the answer it is about to get, and the state that it may change.
pub(crate) struct AcceptedRequest<'t, 's> {
    pub outline: &'t AnswerOutline<'t, 's>,
    pub state: &'t mut MockState,
}

impl<'t, 's> Deref for AcceptedRequest<'t, 's> {
    type Target = AnswerOutline<'t, 's>;

    fn deref(&self) -> &Self::Target {
        self.outline
    }
}

/// An accepted request and what is known of its answer without the state of the mock.
pub(crate) struct AnswerOutline<'t, 's> {
    pub routed: &'t RoutedRequest<'s>,
    /// The declared response of the status.
    pub response: Option<&'s Response>,
    /// The media type of the answer.
    pub media: Option<&'s MediaType>,
    /// The example of that media type.
    pub example: Option<Value>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct BehaviourOutcome {
    pub body: Option<Value>,
    /// Where the new resource is, or the outcome of a job.
    pub location: Option<String>,
}

impl BehaviourOutcome {
    fn of(body: Value) -> Self {
        Self { body: Some(body), location: None }
    }
}

/// Does what the operation does. The answer may not fit its schema yet.
pub(crate) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let (core, operation) = (turn.routed.core, turn.routed.operation);
    let behaviour = BEHAVIOURS.iter().find(|behaviour| (behaviour.matches)(core, operation, &turn.routed.profile));
    let outcome = behaviour.map_or_else(BehaviourOutcome::default, |behaviour| (behaviour.act)(turn));
    record(turn);
    outcome
}

/// Brings an answer to its schema. That takes the longest for a large one, so it needs no state; what stood there before is
/// returned where there is a schema.
pub(crate) fn fit_to_schema(outline: &AnswerOutline<'_, '_>, outcome: &mut BehaviourOutcome) -> Option<Value> {
    let core = outline.routed.core;
    let media = outline.media.filter(|media| is_structured(&media.name));
    let mut unrepaired = None;
    if let (Some(body), Some(schema)) = (&mut outcome.body, media.and_then(|media| media.schema.as_ref())) {
        let example = outline.example.clone().unwrap_or_default();
        let before = body.clone();
        *body = fitting(outline, schema, body, &example);
        // What was repaired as a whole is still about the same resources.
        let same = outline.with_ids_of(&before, body.clone());
        if core.schemas.fits(schema, &same) {
            *body = same;
        }
        let distinct = without_twins(&before, body);
        if core.schemas.fits(schema, &distinct) {
            *body = distinct;
        }
        unrepaired = Some(before);
    }
    if let (Some(Value::Object(members)), Some(JSON_API)) = (&mut outcome.body, media.map(|media| media.name.as_str()))
        && ["data", "errors", "meta"].iter().all(|name| !members.contains_key(*name))
    {
        // A document has one of them (JSON:API, Top Level).
        members.insert("meta".to_owned(), Value::Object(serde_json::Map::new()));
    }
    unrepaired
}

/// Keeps what the answer to a write shows of a resource in place of what was written, where its schema has no room for that: what
/// is shown is there afterwards.
pub(crate) fn keep_repaired(outline: &AnswerOutline<'_, '_>, state: &mut MockState, before: &Value, shown: &Value) {
    let Some(place) = outline.place().filter(|place| !place.many && !outline.routed.operation.method.is_safe()) else { return };
    let (Some(Value::Object(before)), Some(Value::Object(shown))) = (before.pointer(&place.at), shown.pointer(&place.at)) else { return };
    let Some(id) = Value::Object(shown.clone()).pointer(&place.id).and_then(id_text) else { return };
    let Some(Value::Object(held)) = state.store.get_mut(&outline.routed.profile.kind, &id).map(|resource| &mut resource.body) else { return };
    for (name, value) in
        before.iter().filter(|(name, value)| held.get(*name) == Some(*value)).map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
    {
        match shown.get(&name) {
            Some(other) if *other != value => drop(held.insert(name, other.clone())),
            _ => {}
        }
    }
}

/// Whether an operation shows the contract's example, whatever is held of its kind.
pub(crate) fn shows_example(core: &MockCore, operation: &Operation, is_known: impl Fn(&str) -> bool) -> bool {
    let profile = core.profiles.of(operation);
    let first = BEHAVIOURS.iter().position(|behaviour| (behaviour.matches)(core, operation, &profile));
    let plain = first.is_none_or(|first| first + 1 == BEHAVIOURS.len());
    operation.method.is_safe() && (plain || (listing::matches(core, operation, &profile) && !is_known(&profile.kind)))
}

/// A JSON:API document without resources that have got the name of another one only because theirs does not fit the schema:
/// each stands in a document once (JSON:API, Compound Documents).
fn without_twins(before: &Value, body: &Value) -> Value {
    let name = |item: &Value| Some((item.get("type")?.clone(), item.get("id")?.clone()));
    let mut distinct = body.clone();
    let (Some(before), Some(Value::Array(items))) = (before.get("data").and_then(Value::as_array), distinct.get_mut("data")) else { return distinct };
    // By the name that a resource has now, those that it had.
    let mut known: HashMap<_, HashSet<_>> = HashMap::new();
    let mut index = 0;
    items.retain(|item| {
        let (now, then) = (name(item), before.get(index).and_then(name));
        index += 1;
        let Some(now) = now else { return true };
        let earlier = known.entry(now).or_default();
        let twin = earlier.len() > usize::from(earlier.contains(&then));
        earlier.insert(then);
        !twin
    });
    distinct
}

/// The body brought to its schema: repaired, or where that does not help, built again with what it holds.
fn fitting(turn: &AnswerOutline<'_, '_>, schema: &SchemaRef, before: &Value, example: &Value) -> Value {
    let core = turn.routed.core;
    let fits = |value: &Value| core.schemas.fits(schema, value);
    let mut body = before.clone();
    make_valid(&core.contract, &core.schemas, schema, &mut body, example);
    // Some examples do not fit the schema that they stand beside.
    if fits(&body) {
        return body;
    }
    let Some(made) = core.schemas.most_fitting(schema, answer_samples(&core.contract.document, &schema.0)) else {
        return another(turn, &fits).unwrap_or(body);
    };
    let known = turn.with_ids_of(&body, made.clone());
    let body = copy_fitting_parts(if fits(&known) { known } else { made }, before, &fits);
    let reads = turn.routed.operation.method.is_get() && turn.routed.profile.on_item;
    let named = turn.routed.owner().filter(|_| reads).zip(turn.place().filter(|place| !place.many));
    let mut renamed = body.clone();
    if let Some(((_, id), place)) = named
        && let Some(item) = get_mut(&mut renamed, &place.at).filter(|item| item.pointer(&place.id).is_some())
    {
        resource_place::set_id(item, &place.id, id);
    }
    if fits(&renamed) { renamed } else { body }
}

/// Another example of the same answer, where the first one does not fit, and no value that does can be made.
fn another(turn: &AnswerOutline<'_, '_>, fits: &dyn Fn(&Value) -> bool) -> Option<Value> {
    let examples = turn.media.into_iter().flat_map(|media| &media.examples);
    examples.map(|example| &example.value).find(|value| fits(value)).cloned()
}

/// Remembers on the resource what was accepted on it.
fn record(turn: &mut AcceptedRequest<'_, '_>) {
    let (operation, routed) = (turn.routed.operation, turn.routed);
    if operation.method.is_safe() {
        return;
    }
    let Some((kind, id)) = routed.owner() else { return };
    let written = routed.items().first().map(|(_, item)| (*item).clone());
    if let Some(resource) = turn.state.store.get_mut(kind, id) {
        resource.accepted.push(operation.id.clone());
        if let (Some(written @ Value::Object(_)), false) = (written, routed.profile.tail.first().is_some_and(|tail| tail == "relationships")) {
            resource_place::merge(&mut resource.sent, &written);
        }
    }
}

impl AcceptedRequest<'_, '_> {
    /// Whether a fault sends the state another way.
    fn breaks_state(&self, effect: StateFault) -> bool {
        self.routed.core.faults.has(self.routed.operation, effect)
    }
}

impl AnswerOutline<'_, '_> {
    /// Where the example of the answer holds its resources.
    fn place(&self) -> Option<Place> {
        self.routed.core.profiles.answer_place(self.routed.operation, self.example.as_ref()?)
    }

    /// What a request says of a resource, without the member that holds it in the answer as well.
    fn unwrapped<'v>(&self, sent: &'v Value) -> &'v Value {
        let name = self.place().filter(|place| !place.many && place.at != "/data").map(|place| place.at);
        let held = name.and_then(|at| sent.pointer(&at).filter(|held| !at.is_empty() && held.is_object()));
        held.filter(|_| sent.as_object().is_some_and(|members| members.len() == 1)).unwrap_or(sent)
    }

    /// The example of the answer with these resources in the place of its own.
    fn document(&self, items: Vec<Value>) -> Value {
        let Some(mut document) = self.example.clone() else { return items.into_iter().next().unwrap_or(Value::Null) };
        let Some(place) = self.place() else { return document };
        let old = place.items(&document).first().and_then(|item| id_text(item.pointer(&place.id)?));
        let new = items.first().and_then(|item| id_text(item.pointer(&place.id)?));
        let single = !place.many;
        place.replace_items(&mut document, items);
        if let (Some(old), Some(new), true) = (old, new, single) {
            resource_place::replace_id_in_links(&mut document, &old, &new);
        }
        self.respelled(document)
    }

    /// An answer with the ids of another one in the place of its own.
    fn with_ids_of(&self, other: &Value, mut document: Value) -> Value {
        let Some(place) = self.place() else { return document };
        let ids: Vec<String> = place.items(other).iter().filter_map(|item| id_text(item.pointer(&place.id)?)).collect();
        let mut items: Vec<Value> = place.items(&document).into_iter().cloned().collect();
        for (item, id) in items.iter_mut().zip(&ids) {
            resource_place::set_id(item, &place.id, id);
        }
        place.replace_items(&mut document, items);
        document
    }

    /// An answer with the ids of this request in its links, where the example has those of the example's.
    fn respelled(&self, mut document: Value) -> Value {
        for (name, value) in &self.routed.path_values {
            let parameter = self.routed.operation.parameters.iter().find(|parameter| parameter.name == *name);
            if let Some(old) = parameter.and_then(|parameter| id_text(parameter.example.as_ref()?)) {
                resource_place::replace_id_in_links(&mut document, &old, value);
            }
        }
        document
    }
}
