//! Makes resources: one, or several with an array.

use serde_json::Value;

use super::download::uploaded;
use super::{Outcome, Turn};
use crate::contract::get_mut;
use crate::contract::schema::resource_needs;
use crate::domain::contract::{Location, Operation};
use crate::mock::faults::{Effect, mangled};
use crate::mock::ids::Form;
use crate::mock::place::{Place, overlay};
use crate::mock::profile::Profile;
use crate::mock::scene::{Core, Scene};
use crate::mock::seed::{likeness, rename};
use crate::mock::store::{Resource, id_text};
use crate::mock::variants::Habit;
use crate::mock::{ids, job};

pub(super) fn matches(_: &Core, _: &Operation, profile: &Profile) -> bool {
    profile.creates
}

pub(super) fn act(turn: &mut Turn<'_, '_>) -> Outcome {
    let scene = turn.scene;
    let items = scene.items();
    let sent: Vec<(String, Value)> =
        if items.is_empty() { vec![(String::new(), Value::Null)] } else { items.into_iter().map(|(at, item)| (at, item.clone())).collect() };
    let mut made = Vec::new();
    for (index, (at, item)) in sent.iter().enumerate() {
        made.push(create(turn, index, at, item));
    }
    let location = made.first().and_then(|(id, _)| location(scene, id));
    let document = turn.document(made.into_iter().map(|(_, body)| body).collect());
    keep_yields(turn, &document);
    Outcome { body: Some(document), location }
}

/// Makes one resource out of what the request says and the example shows; its id and its body.
fn create(turn: &mut Turn<'_, '_>, index: usize, at: &str, sent: &Value) -> (String, Value) {
    let scene = turn.scene;
    let kind = scene.profile.kind.as_str();
    let template = turn.place().zip(turn.example.as_ref()).and_then(|(place, example)| nth(&place.items(example), index));
    let id_at = turn.place().map_or_else(|| scene.core.profiles.id_at(kind).to_owned(), |place| place.id);
    let sample = scene.sample().and_then(|(sample, place)| nth(&place.items(&sample), index));
    let style = template.as_ref().and_then(|template| template.pointer(&id_at)).cloned().or_else(|| style(scene, kind));
    let form = form(turn, template.as_ref(), &id_at);
    let id = ids::choose(&turn.state.store, kind, style.as_ref(), sample.as_ref(), Some(sent), form);
    let mut body = template.unwrap_or_else(|| likeness(scene.core, kind, &id));
    written_as(form, &mut body, &id_at);
    rename(&mut body, &id_at, &id);
    overlay(&mut body, sent, sample.as_ref());
    rename(&mut body, &id_at, &id);
    job::start(&scene.core.contract, kind, &mut body);
    let by_other = turn.state.store.get(kind, &id).is_some_and(|known| known.created_by.as_deref() != Some(&scene.operation.id));
    if !by_other {
        let mut resource = Resource::new(id.clone(), whole(scene, kind, &body, sent, sample.as_ref()));
        resource.created_by = Some(scene.operation.id.clone());
        resource.sent = sent.clone();
        resource.references = references(scene, at);
        resource.parents = parents(scene);
        resource.content = uploaded(scene);
        keep(turn, kind, resource);
    }
    (id, body)
}

/// What is kept of a new resource: where the answer shows no more of it than its identity, what its reader shows.
fn whole(scene: &Scene<'_>, kind: &str, body: &Value, sent: &Value, sample: Option<&Value>) -> Value {
    let id_at = scene.core.profiles.id_at(kind);
    let bare = body.as_object().is_some_and(|members| members.keys().all(|name| name == "type" || format!("/{name}") == id_at));
    let Some(id) = body.pointer(id_at).and_then(id_text).filter(|_| bare) else { return body.clone() };
    let mut whole = likeness(scene.core, kind, &id);
    overlay(&mut whole, sent, sample);
    rename(&mut whole, id_at, &id);
    whole
}

/// What the id of a new resource looks like: another form only where the answer, every parameter and every request that
/// holds such an id takes it.
fn form(turn: &Turn<'_, '_>, template: Option<&Value>, id_at: &str) -> Form {
    let core = turn.scene.core;
    let wanted = if core.variants.has(Habit::UuidIds) {
        Form::Uuid
    } else if core.variants.has(Habit::LargeIds) {
        Form::Large
    } else if core.variants.has(Habit::NumberIds) {
        Form::Number
    } else {
        return Form::Example;
    };
    let (Some(template), Some(schema)) = (template, turn.media.and_then(|media| media.schema.as_ref())) else { return Form::Example };
    let id = wanted.write("", 1);
    let mut body = template.clone();
    written_as(wanted, &mut body, id_at);
    rename(&mut body, id_at, &id);
    let answered = core.schemas.fits(schema, &turn.document(vec![body]));
    if answered && turn.scene.core.contract.operations.iter().all(|operation| takes(core, operation, &turn.scene.profile.kind, &id)) {
        wanted
    } else {
        Form::Example
    }
}

/// Lets the id of a resource be a number where ids of this form are numbers.
fn written_as(form: Form, body: &mut Value, id_at: &str) {
    if let Some(spot) = get_mut(body, id_at).filter(|_| form == Form::Number) {
        *spot = Value::from(0);
    }
}

/// Whether an operation takes an id of a kind, wherever its parameters and the example of its request hold one.
fn takes(core: &Core, operation: &Operation, kind: &str, id: &str) -> bool {
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
fn keep(turn: &mut Turn<'_, '_>, kind: &str, mut resource: Resource) {
    if turn.goes(Effect::ForgetCreation) {
        return;
    }
    if turn.goes(Effect::DropAttribute)
        && let Some(Value::Object(attributes)) = resource.body.get_mut("attributes")
        && let Some(first) = attributes.keys().next().cloned()
    {
        attributes.shift_remove(&first);
    }
    if turn.goes(Effect::MangleText) {
        mangled(&mut resource.body);
    }
    if turn.goes(Effect::CreateTwice) {
        let mut other = resource.clone();
        other.id = ids::invent(&resource.id, 5000);
        rename(&mut other.body, turn.scene.core.profiles.id_at(kind), &other.id);
        turn.state.store.put(kind, other);
    }
    turn.state.store.put(kind, resource);
}

fn nth(items: &[&Value], index: usize) -> Option<Value> {
    items.get(index).or_else(|| items.last()).map(|item| (*item).clone())
}

/// What ids of the kind look like, where the answer shows none.
fn style(scene: &Scene<'_>, kind: &str) -> Option<Value> {
    let parameters = scene.core.contract.operations.iter().flat_map(|operation| &operation.parameters);
    let mut fitting =
        parameters.filter(|parameter| parameter.location == Location::Path && parameter.resource.as_ref().is_some_and(|need| need.kind == kind));
    fitting.find_map(|parameter| parameter.example.clone())
}

/// What the request refers to within one of the things that it writes.
fn references(scene: &Scene<'_>, at: &str) -> Vec<(String, String)> {
    let (Some(body), Some(media)) = (scene.body(), scene.media) else { return Vec::new() };
    let needs = resource_needs(&scene.core.contract, media, body).into_iter().filter(|need| need.at.starts_with(at));
    needs.filter_map(|need| Some((need.what.kind, id_text(&need.value)?))).collect()
}

/// The resources under which a new one is made.
fn parents(scene: &Scene<'_>) -> Vec<(String, String)> {
    let held = scene.path_values.iter().filter_map(|(name, value)| {
        let need = scene.operation.parameter(Location::Path, name)?.resource.as_ref()?;
        Some((need.kind.clone(), value.clone()))
    });
    held.collect()
}

/// The path at which a resource of the operation's kind is read.
fn location(scene: &Scene<'_>, id: &str) -> Option<String> {
    let kind = &scene.profile.kind;
    let reader = scene.core.contract.operations.iter().find(|operation| {
        let profile = scene.core.profiles.of(operation);
        operation.method.0 == "GET" && profile.on_item && profile.kind == *kind
    })?;
    let (own, _) = scene.core.profiles.of(reader).owner?;
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
            .to_string()
            .replace("%2D", "-")
            .replace("%5F", "_")
            .replace("%2E", ".")
    };
    let path = scene.path_values.iter().fold(reader.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), &encode(value)));
    Some(path.replace(&format!("{{{own}}}"), &encode(id)))
}

/// Remembers the ids that the answer yields beside those of the resources made.
fn keep_yields(turn: &mut Turn<'_, '_>, document: &Value) {
    let scene = turn.scene;
    for yielded in scene.profile.yields.iter().filter(|yielded| yielded.kind != scene.profile.kind) {
        let place = Place::of_id(&yielded.at, Some(document));
        let ids: Vec<String> = place.items(document).iter().filter_map(|item| id_text(item.pointer(&place.id)?)).collect();
        for id in ids {
            let body = likeness(scene.core, &yielded.kind, &id);
            let mut resource = Resource::new(id, body);
            resource.content = uploaded(scene);
            turn.state.store.put_new(&yielded.kind, resource);
        }
    }
}
