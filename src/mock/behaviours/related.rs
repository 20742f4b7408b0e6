//! Reads the resources that a relationship leads to (JSON:API, "Fetching Resources").

use serde_json::Value;

use super::listing::paged;
use super::{AcceptedRequest, BehaviourOutcome};
use crate::mock::faults::StateFault;
use crate::mock::likeness::{likeness, rename};
use crate::mock::operation_profile::OperationProfile;
use crate::mock::routed_request::MockCore;
use crate::mock::store::id_text;
use crate::model::contract::Operation;

pub(super) fn matches(_: &MockCore, operation: &Operation, profile: &OperationProfile) -> bool {
    operation.method.is_get() && matches!(profile.tail.as_slice(), [name] if !name.starts_with('{'))
}

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let routed = turn.routed;
    let name = routed.profile.tail.first().map(String::as_str).unwrap_or_default();
    let resource = routed.owner().and_then(|(kind, id)| turn.state.store.get(kind, id));
    let linkage = resource.and_then(|resource| resource.body.get("relationships")?.get(name)?.get("data")).cloned();
    // Where nothing of a kind was made, nothing is related.
    let none = routed.core.profiles.created.contains(&routed.profile.kind) && turn.state.store.of(&routed.profile.kind).is_empty();
    let linkage = linkage.or_else(|| (none && turn.place().is_some_and(|place| place.many)).then(|| Value::Array(Vec::new())));
    let (Some(linkage), Some(place)) = (linkage, turn.place()) else { return super::example::perform(turn) };
    let identifiers = match linkage {
        Value::Array(identifiers) => identifiers,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let mut items: Vec<Value> = identifiers.iter().filter_map(|identifier| found(turn, identifier)).collect();
    if turn.breaks_state(StateFault::MixUpRelated) {
        for item in &mut items {
            rename(item, "/id", "999999");
        }
    }
    if items.is_empty() && !place.many {
        return match turn.example.clone() {
            Some(mut document) if document.get("data").is_some() => {
                document["data"] = Value::Null;
                BehaviourOutcome::of(turn.respelled(document))
            }
            _ => super::example::perform(turn),
        };
    }
    if !place.many {
        return BehaviourOutcome::of(turn.document(items));
    }
    let named = items.into_iter().map(|item| (item.get("id").and_then(id_text).unwrap_or_default(), item));
    BehaviourOutcome::of(paged(turn, named.collect()))
}

/// The resource that an identifier names: the one in the store, or one like the example where its kind is not held.
fn found(turn: &AcceptedRequest<'_, '_>, identifier: &Value) -> Option<Value> {
    let routed = turn.routed;
    let id = id_text(identifier.get("id")?)?;
    let named = identifier.get("type").and_then(Value::as_str).unwrap_or_default();
    let store = &turn.state.store;
    let kinds = [named, routed.profile.kind.as_str()];
    if let Some(resource) = kinds.iter().find_map(|kind| store.get(kind, &id)) {
        return Some(resource.body.clone());
    }
    if kinds.iter().any(|kind| store.was_deleted(kind, &id)) {
        return None;
    }
    let example = turn.place().zip(turn.example.as_ref()).and_then(|(place, example)| place.items(example).first().map(|item| (*item).clone()));
    let mut item = example.unwrap_or_else(|| likeness(routed.core, named, &id));
    rename(&mut item, "/id", &id);
    Some(item)
}
