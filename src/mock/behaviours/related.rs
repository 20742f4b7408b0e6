//! Reads the resources that a relationship leads to (JSON:API, "Fetching Resources").

use serde_json::Value;

use super::list::paged;
use super::{Outcome, Turn};
use crate::mock::faults::Effect;
use crate::mock::profile::Profile;
use crate::mock::scene::Core;
use crate::mock::seed::{likeness, rename};
use crate::mock::store::id_text;
use crate::model::contract::Operation;

pub(super) fn matches(_: &Core, operation: &Operation, profile: &Profile) -> bool {
    operation.method.is_get() && matches!(profile.tail.as_slice(), [name] if !name.starts_with('{'))
}

pub(super) fn act(turn: &mut Turn<'_, '_>) -> Outcome {
    let scene = turn.scene;
    let name = scene.profile.tail.first().map(String::as_str).unwrap_or_default();
    let resource = scene.owner().and_then(|(kind, id)| turn.state.store.get(kind, id));
    let linkage = resource.and_then(|resource| resource.body.get("relationships")?.get(name)?.get("data")).cloned();
    // Where nothing of a kind was made, nothing is related.
    let none = scene.core.profiles.created.contains(&scene.profile.kind) && turn.state.store.of(&scene.profile.kind).is_empty();
    let linkage = linkage.or_else(|| (none && turn.place().is_some_and(|place| place.many)).then(|| Value::Array(Vec::new())));
    let (Some(linkage), Some(place)) = (linkage, turn.place()) else { return super::example::act(turn) };
    let identifiers = match linkage {
        Value::Array(identifiers) => identifiers,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let mut items: Vec<Value> = identifiers.iter().filter_map(|identifier| found(turn, identifier)).collect();
    if turn.goes(Effect::MixUpRelated) {
        for item in &mut items {
            rename(item, "/id", "999999");
        }
    }
    if items.is_empty() && !place.many {
        return match turn.example.clone() {
            Some(mut document) if document.get("data").is_some() => {
                document["data"] = Value::Null;
                Outcome::of(turn.respelled(document))
            }
            _ => super::example::act(turn),
        };
    }
    if !place.many {
        return Outcome::of(turn.document(items));
    }
    let named = items.into_iter().map(|item| (item.get("id").and_then(id_text).unwrap_or_default(), item));
    Outcome::of(paged(turn, named.collect()))
}

/// The resource that an identifier names: the one in the store, or one like the example where its kind is not held.
fn found(turn: &Turn<'_, '_>, identifier: &Value) -> Option<Value> {
    let scene = turn.scene;
    let id = id_text(identifier.get("id")?)?;
    let named = identifier.get("type").and_then(Value::as_str).unwrap_or_default();
    let store = &turn.state.store;
    let kinds = [named, scene.profile.kind.as_str()];
    if let Some(resource) = kinds.iter().find_map(|kind| store.get(kind, &id)) {
        return Some(resource.body.clone());
    }
    if kinds.iter().any(|kind| store.was_deleted(kind, &id)) {
        return None;
    }
    let example = turn.place().zip(turn.example.as_ref()).and_then(|(place, example)| place.items(example).first().map(|item| (*item).clone()));
    let mut item = example.unwrap_or_else(|| likeness(scene.core, named, &id));
    rename(&mut item, "/id", &id);
    Some(item)
}
