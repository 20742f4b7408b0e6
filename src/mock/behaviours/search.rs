//! Searches resources by a body.
//! It understands lists of values that are named after an attribute; for anything else, everything is found.

use serde_json::Value;

use super::{AcceptedRequest, BehaviourOutcome};
use crate::contract::annotations::resource_needs;
use crate::mock::operation_profile::OperationProfile;
use crate::mock::routed_request::MockCore;
use crate::mock::store::id_text;
use crate::model::contract::Operation;

pub(super) fn matches(_: &MockCore, _: &Operation, profile: &OperationProfile) -> bool {
    profile.searches
}

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let core = turn.routed.core;
    let kind = &turn.routed.profile.kind;
    let typed = turn
        .place()
        .zip(turn.example.as_ref())
        .is_some_and(|(place, example)| place.items(example).iter().all(|item| item.get("type").is_none_or(|of| of.as_str() == Some(kind))));
    if let Some(named) = named(turn) {
        return BehaviourOutcome::of(turn.document(named));
    }
    if !core.profiles.created.contains(kind) || !typed {
        return super::example::perform(turn);
    }
    let asked: Vec<&Value> = scene_items(turn);
    let held = turn.state.store.of(kind).iter().map(|resource| &resource.body);
    let found: Vec<Value> = held.filter(|body| asked.iter().all(|asked| fits(asked, body))).cloned().collect();
    BehaviourOutcome::of(turn.document(found))
}

/// The resources that the body names by their ids, where these are not those of the example.
fn named(turn: &AcceptedRequest<'_, '_>) -> Option<Vec<Value>> {
    let routed = turn.routed;
    let needs = resource_needs(&routed.core.contract, routed.media?, routed.body()?);
    let own = needs.iter().filter(|need| need.what.kind == routed.profile.kind);
    let found: Vec<Value> = own.filter_map(|need| Some(turn.state.store.get(&need.what.kind, &id_text(&need.value)?)?.body.clone())).collect();
    let shown: Vec<Value> = turn.place()?.items(turn.example.as_ref()?).into_iter().filter_map(|item| item.get("id").cloned()).collect();
    let same = found.iter().all(|body| body.get("id").is_some_and(|id| shown.contains(id)));
    (!same).then_some(found)
}

fn scene_items<'t>(turn: &'t AcceptedRequest<'_, '_>) -> Vec<&'t Value> {
    turn.routed.items().into_iter().map(|(_, item)| item).collect()
}

/// Whether a resource has one of the values that each list asks for: `email_ids` is about its attribute `email`.
fn fits(asked: &Value, body: &Value) -> bool {
    let (Some(lists), Some(attributes)) = (attributes(asked), attributes(body)) else { return true };
    lists.iter().filter_map(|(name, values)| Some((name, values.as_array()?))).all(|(name, values)| {
        let mut about = attributes.iter().filter(|(attribute, value)| value.is_string() && name.starts_with(attribute.as_str()));
        about.all(|(_, value)| values.contains(value))
    })
}

fn attributes(item: &Value) -> Option<&serde_json::Map<String, Value>> {
    item.get("attributes")?.as_object()
}
