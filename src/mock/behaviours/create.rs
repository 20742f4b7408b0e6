//! Creates resources: one, or several with an array.

use std::collections::BTreeMap;

use serde_json::Value;

use super::download::uploaded;
use super::{AcceptedRequest, BehaviourOutcome};
use crate::contract::annotations::resource_needs;
use crate::contract::get_mut;
use crate::contract::samples::matching_variant;
use crate::contract::schema::visit;
use crate::mock::faults::{StateFault, mangled};
use crate::mock::invented_ids::IdForm;
use crate::mock::likeness::{likeness, rename};
use crate::mock::operation_profile::OperationProfile;
use crate::mock::resource_place::{Place, merge_sent, of_request};
use crate::mock::routed_request::{MockCore, RoutedRequest};
use crate::mock::store::{Resource, ResourceStore, id_text};
use crate::mock::variants::BehaviourChoice;
use crate::mock::{invented_ids, job};
use crate::model::contract::{Location, Operation, SchemaRef};

pub(super) fn matches(_: &MockCore, _: &Operation, profile: &OperationProfile) -> bool {
    profile.creates
}

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let routed = turn.routed;
    let items = routed.items();
    let sent: Vec<(String, Value)> = if items.is_empty() {
        vec![(String::new(), Value::Null)]
    } else {
        items.into_iter().map(|(at, item)| (at, turn.unwrapped(item).clone())).collect()
    };
    let shared = SharedParts::of(turn);
    let mut made = Vec::new();
    for (index, (at, item)) in sent.iter().enumerate() {
        made.push(create(turn, &shared, index, at, item));
    }
    let location = made.first().and_then(|(id, _)| location(routed, id));
    let document = turn.document(made.into_iter().map(|(_, body)| body).collect());
    keep_yields(turn, &document);
    BehaviourOutcome { body: Some(document), location }
}

/// What all resources of one request are made from.
struct SharedParts {
    /// Resources of the answer's example, and of the request's.
    templates: Vec<Value>,
    samples: Vec<Value>,
    id_at: String,
    /// What ids look like where the answer shows none.
    style: Option<Value>,
    form: IdForm,
    /// How ids are made where those in the style of the example do not do.
    otherwise: Option<OtherIds>,
    /// What the request refers to, by the place of the resource that does.
    references: BTreeMap<String, Vec<(String, String)>>,
}

impl SharedParts {
    fn of(turn: &AcceptedRequest<'_, '_>) -> Self {
        let routed = turn.routed;
        let kind = routed.profile.kind.as_str();
        let cloned = |items: Vec<&Value>| items.into_iter().cloned().collect::<Vec<Value>>();
        let place = turn.place();
        let templates = place.as_ref().zip(turn.example.as_ref()).map(|(place, example)| cloned(place.items(example))).unwrap_or_default();
        let samples = routed
            .sample()
            .map(|(sample, place)| place.items(&sample).into_iter().map(|item| turn.unwrapped(item).clone()).collect())
            .unwrap_or_default();
        let id_at = place.map_or_else(|| routed.core.profiles.id_at(kind).to_owned(), |place| place.id);
        let usual = style(routed, kind);
        let shown = templates.first().and_then(|template| template.pointer(&id_at)).or(usual.as_ref()).and_then(id_text);
        let all = |id: &str| routed.core.contract.operations.iter().all(|operation| takes_in_place(routed.core, operation, kind, id));
        let answered = |id: &str| is_answered(turn, templates.first(), &id_at, id);
        let does = |id: &str| all(id) && answered(id);
        let usual_does = shown.is_none_or(|shown| does(&invented_ids::invent(&shown, FIRST)));
        let otherwise = if usual_does { None } else { OtherIds::find(turn, templates.first(), &id_at, &does) };
        let form = form(turn, templates.first(), &id_at);
        Self { style: usual, references: references(routed), templates, samples, id_at, form, otherwise }
    }
}

/// The first number that an id is made from.
const FIRST: u64 = 1000;

/// Another way to make ids.
enum OtherIds {
    /// Digits alone, of which the last so many are taken.
    Digits(usize),
    /// Numbers from 1 on: a parameter may take no greater ones.
    FromOne,
    /// Texts that match a pattern.
    Pattern(String, u64, u64),
}

impl OtherIds {
    /// The first way whose ids do.
    fn find(turn: &AcceptedRequest<'_, '_>, template: Option<&Value>, id_at: &str, does: &dyn Fn(&str) -> bool) -> Option<Self> {
        let patterns = patterns(turn, template, id_at).into_iter().map(|(pattern, least, most)| Self::Pattern(pattern, least, most));
        patterns.chain([Self::Digits(20), Self::Digits(4), Self::FromOne]).find(|way| way.write(FIRST).is_some_and(|id| does(&id)))
    }

    fn write(&self, number: u64) -> Option<String> {
        match self {
            Self::Digits(most) => Some(number.to_string().chars().rev().take(*most).collect::<Vec<_>>().into_iter().rev().collect()),
            Self::FromOne => Some((number.checked_sub(FIRST)? + 1).to_string()),
            Self::Pattern(pattern, least, most) => matching_variant(pattern, *least, *most, number),
        }
    }

    /// An id that no resource has.
    fn next(&self, store: &ResourceStore, kind: &str) -> Option<String> {
        let first = FIRST + u64::try_from(store.of(kind).len()).unwrap_or_default();
        let free = |id: &String| store.get(kind, id).is_none() && !store.was_deleted(kind, id);
        (first..first + FIRST).filter_map(|number| self.write(number)).find(free)
    }
}

/// Patterns that the answer's schema has for the id, each with the least and the greatest length.
fn patterns(turn: &AcceptedRequest<'_, '_>, template: Option<&Value>, id_at: &str) -> Vec<(String, u64, u64)> {
    let mut found = Vec::new();
    let (Some(template), Some(schema)) = (template, turn.media.and_then(|media| media.schema.as_ref())) else { return found };
    let document = turn.document(vec![template.clone()]);
    visit(&turn.routed.core.contract, schema, &document, &mut |at, schema, _| {
        if let (true, Some(pattern)) = (at.ends_with(id_at), schema.get("pattern").and_then(Value::as_str)) {
            let length = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
            found.push((pattern.to_owned(), length("minLength").unwrap_or(0), length("maxLength").unwrap_or(u64::MAX)));
        }
    });
    found
}

/// Whether the answer takes an id, where it takes its own example.
fn is_answered(turn: &AcceptedRequest<'_, '_>, template: Option<&Value>, id_at: &str, id: &str) -> bool {
    let (Some(template), Some(schema)) = (template, turn.media.and_then(|media| media.schema.as_ref())) else { return true };
    let fits = |body: Value| turn.routed.core.schemas.fits(schema, &turn.document(vec![body]));
    let mut body = template.clone();
    rename(&mut body, id_at, id);
    fits(body) || !fits(template.clone())
}

/// Makes one resource out of what the request says and the example shows; its id and its body.
fn create(turn: &mut AcceptedRequest<'_, '_>, shared: &SharedParts, index: usize, at: &str, sent: &Value) -> (String, Value) {
    let routed = turn.routed;
    let kind = routed.profile.kind.as_str();
    let (template, sample) = (nth(&shared.templates, index), nth(&shared.samples, index));
    let id_at = &shared.id_at;
    let shown = template.and_then(|template| template.pointer(id_at)).or(shared.style.as_ref());
    let usual = || invented_ids::choose_id(&turn.state.store, kind, shown, sample, Some(sent), shared.form);
    let id = shared.otherwise.as_ref().and_then(|otherwise| otherwise.next(&turn.state.store, kind)).unwrap_or_else(usual);
    let mut body = template.cloned().unwrap_or_else(|| likeness(routed.core, kind, &id));
    written_as(shared.form, &mut body, id_at);
    rename(&mut body, id_at, &id);
    merge_sent(&mut body, sent, sample);
    rename(&mut body, id_at, &id);
    job::start(&routed.core.contract, kind, &mut body);
    let by_other = turn.state.store.get(kind, &id).is_some_and(|known| known.created_by.as_deref() != Some(&routed.operation.id));
    if !by_other {
        let mut resource = Resource::new(id.clone(), stored_resource(routed, kind, &body, sent, sample));
        resource.created_by = Some(routed.operation.id.clone());
        resource.of_other = routed.by_other;
        resource.sent = sent.clone();
        resource.references = shared.references.get(at).cloned().unwrap_or_default();
        resource.parents = parents(routed);
        resource.content = uploaded(routed);
        keep(turn, kind, resource);
    }
    (id, body)
}

/// What is kept of a new resource: where the answer shows no more of it than its identity, what its reader shows.
fn stored_resource(routed: &RoutedRequest<'_>, kind: &str, body: &Value, sent: &Value, sample: Option<&Value>) -> Value {
    let id_at = routed.core.profiles.id_at(kind);
    let bare = body.as_object().is_some_and(|members| members.keys().all(|name| name == "type" || format!("/{name}") == id_at));
    let Some(id) = body.pointer(id_at).and_then(id_text).filter(|_| bare) else { return body.clone() };
    let mut whole = likeness(routed.core, kind, &id);
    merge_sent(&mut whole, sent, sample);
    rename(&mut whole, id_at, &id);
    whole
}

/// What the id of a new resource looks like: another form only where the answer, every parameter and every request that
/// holds such an id takes it.
fn form(turn: &AcceptedRequest<'_, '_>, template: Option<&Value>, id_at: &str) -> IdForm {
    let core = turn.routed.core;
    let wanted = if core.variants.has(BehaviourChoice::UuidIds) {
        IdForm::Uuid
    } else if core.variants.has(BehaviourChoice::LargeIds) {
        IdForm::Large
    } else if core.variants.has(BehaviourChoice::NumberIds) {
        IdForm::Number
    } else {
        return IdForm::Example;
    };
    let (Some(template), Some(schema)) = (template, turn.media.and_then(|media| media.schema.as_ref())) else { return IdForm::Example };
    let id = wanted.write("", 1);
    let mut body = template.clone();
    written_as(wanted, &mut body, id_at);
    rename(&mut body, id_at, &id);
    let answered = core.schemas.fits(schema, &turn.document(vec![body]));
    if answered && turn.routed.core.contract.operations.iter().all(|operation| takes(core, operation, &turn.routed.profile.kind, &id)) {
        wanted
    } else {
        IdForm::Example
    }
}

/// Whether the parameters of an operation take an id of a kind.
fn takes_in_place(core: &MockCore, operation: &Operation, kind: &str, id: &str) -> bool {
    let own = operation.parameters.iter().filter(|parameter| parameter.resource.as_ref().is_some_and(|need| need.kind == kind));
    let plain = own.filter(|parameter| parameter.example.as_ref().is_none_or(|example| !example.is_array()));
    let number = id.parse::<u64>().map(Value::from).ok();
    let reads = |schema: &SchemaRef| core.schemas.fits(schema, &Value::from(id)) || number.as_ref().is_some_and(|id| core.schemas.fits(schema, id));
    plain.filter_map(|parameter| parameter.schema.as_ref()).all(reads)
}

/// Lets the id of a resource be a number where ids of this form are numbers.
fn written_as(form: IdForm, body: &mut Value, id_at: &str) {
    if let Some(spot) = get_mut(body, id_at).filter(|_| form == IdForm::Number) {
        *spot = Value::from(0);
    }
}

/// Whether an operation takes an id of a kind, wherever its parameters and the example of its request hold one.
fn takes(core: &MockCore, operation: &Operation, kind: &str, id: &str) -> bool {
    let text = Value::String(id.to_owned());
    let own = operation.parameters.iter().filter(|parameter| parameter.resource.as_ref().is_some_and(|need| need.kind == kind));
    let plain = own.filter(|parameter| parameter.example.as_ref().is_none_or(|example| !example.is_array()));
    let parameters = plain.filter_map(|parameter| parameter.schema.as_ref()).all(|schema| core.schemas.fits(schema, &text));
    let media = operation.request_body.iter().flat_map(|body| &body.content);
    let bodies = media.filter_map(|media| Some((media, media.schema.as_ref()?))).all(|(media, schema)| {
        media.examples.iter().all(|example| {
            let mut body = example.value.clone();
            let before = core.schemas.fits(schema, &body);
            for need in resource_needs(&core.contract, media, &example.value).into_iter().filter(|need| need.what.kind == kind) {
                if let Some(spot) = body.pointer_mut(&need.at) {
                    *spot = text.clone();
                }
            }
            !before || core.schemas.fits(schema, &body)
        })
    });
    parameters && bodies
}

/// Keeps a new resource.
fn keep(turn: &mut AcceptedRequest<'_, '_>, kind: &str, mut resource: Resource) {
    if turn.breaks_state(StateFault::ForgetCreation) {
        return;
    }
    if turn.breaks_state(StateFault::DropAttribute)
        && let Some(Value::Object(attributes)) = resource.body.get_mut("attributes")
        && let Some(first) = attributes.keys().next().cloned()
    {
        attributes.shift_remove(&first);
    }
    if turn.breaks_state(StateFault::MangleText) {
        mangled(&mut resource.body);
    }
    if turn.breaks_state(StateFault::CreateTwice) {
        let mut other = resource.clone();
        other.id = invented_ids::invent(&resource.id, 5000);
        rename(&mut other.body, turn.routed.core.profiles.id_at(kind), &other.id);
        turn.state.store.insert_resource(kind, other);
    }
    turn.state.store.insert_resource(kind, resource);
}

fn nth(items: &[Value], index: usize) -> Option<&Value> {
    items.get(index).or_else(|| items.last())
}

/// What ids of the kind look like, where the answer shows none.
fn style(routed: &RoutedRequest<'_>, kind: &str) -> Option<Value> {
    let parameters = routed.core.contract.operations.iter().flat_map(|operation| &operation.parameters);
    let mut fitting =
        parameters.filter(|parameter| parameter.location == Location::Path && parameter.resource.as_ref().is_some_and(|need| need.kind == kind));
    fitting.find_map(|parameter| parameter.example.clone())
}

/// What the request refers to, by the place of the thing that it writes.
fn references(routed: &RoutedRequest<'_>) -> BTreeMap<String, Vec<(String, String)>> {
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let (Some(body), Some(media)) = (routed.body(), routed.media) else { return found };
    let place = of_request(body);
    for need in resource_needs(&routed.core.contract, media, body) {
        let Some(id) = id_text(&need.value) else { continue };
        let owner = match need.at.strip_prefix(&format!("{}/", place.at)) {
            Some(rest) if place.many => format!("{}/{}", place.at, rest.split('/').next().unwrap_or_default()),
            Some(_) if !place.many => place.at.clone(),
            _ => continue,
        };
        found.entry(owner).or_default().push((need.what.kind, id));
    }
    found
}

/// The resources under which a new one is made.
fn parents(routed: &RoutedRequest<'_>) -> Vec<(String, String)> {
    let held = routed.path_values.iter().filter_map(|(name, value)| {
        let need = routed.operation.parameter(Location::Path, name)?.resource.as_ref()?;
        Some((need.kind.clone(), value.clone()))
    });
    held.collect()
}

/// The path at which a resource of the operation's kind is read.
fn location(routed: &RoutedRequest<'_>, id: &str) -> Option<String> {
    let kind = &routed.profile.kind;
    let reader = routed.core.contract.operations.iter().find(|operation| {
        let profile = routed.core.profiles.of(operation);
        operation.method.is_get() && profile.on_item && profile.kind == *kind
    })?;
    let (own, _) = routed.core.profiles.of(reader).owner?;
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
            .to_string()
            .replace("%2D", "-")
            .replace("%5F", "_")
            .replace("%2E", ".")
    };
    let path = routed.path_values.iter().fold(reader.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), &encode(value)));
    Some(path.replace(&format!("{{{own}}}"), &encode(id)))
}

/// Remembers the ids that the answer yields beside those of the resources made.
fn keep_yields(turn: &mut AcceptedRequest<'_, '_>, document: &Value) {
    let routed = turn.routed;
    for yielded in routed.profile.yields.iter().filter(|yielded| yielded.kind != routed.profile.kind) {
        let place = Place::of_id(&yielded.at, Some(document), &yielded.kind);
        let ids: Vec<String> = place.items(document).iter().filter_map(|item| id_text(item.pointer(&place.id)?)).collect();
        for id in ids {
            let body = likeness(routed.core, &yielded.kind, &id);
            let mut resource = Resource::new(id, body);
            resource.content = uploaded(routed);
            turn.state.store.put_new(&yielded.kind, resource);
        }
    }
}
