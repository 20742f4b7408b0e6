//! Answers with the contract's example, about the resource that the path names.

use serde_json::Value;

use super::{AcceptedRequest, BehaviourOutcome};
use crate::mock::resource_place::{merge, set_id};
use crate::mock::sample::sample;
use crate::mock::store::id_text;

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let routed = turn.routed;
    let drawn = || turn.media.and_then(|media| media.schema.as_ref()).map(|schema| sample(&routed.core.contract.document, &schema.0));
    let Some(mut document) = turn.example.clone().or_else(drawn) else { return BehaviourOutcome::default() };
    let (Some((kind, id)), Some(place)) = (routed.owner(), turn.place().filter(|place| !place.many)) else {
        return BehaviourOutcome::of(held(turn, &document).unwrap_or_else(|| turn.respelled(document)));
    };
    let parameter = routed.profile.owner.as_ref().and_then(|(name, _)| routed.operation.parameters.iter().find(|parameter| parameter.name == *name));
    let named = parameter.and_then(|parameter| id_text(parameter.example.as_ref()?));
    let shown = place.items(&document).first().and_then(|item| id_text(item.pointer(&place.id)?));
    if shown.is_none() || shown != named {
        return BehaviourOutcome::of(turn.respelled(document));
    }
    let held = turn.state.store.get(kind, id).map(|resource| resource.body.clone());
    let typed = |value: &Value| value.get("type").cloned();
    if let Some(body) = held.filter(|body| place.items(&document).first().is_some_and(|item| typed(item) == typed(body))) {
        return BehaviourOutcome::of(turn.document(vec![body]));
    }
    if let Some(item) = crate::contract::get_mut(&mut document, &place.at) {
        set_id(item, &place.id, id);
    }
    BehaviourOutcome::of(turn.respelled(document))
}

/// The document about the resource that it shows, as that resource is now.
fn held(turn: &AcceptedRequest<'_, '_>, document: &Value) -> Option<Value> {
    let routed = turn.routed;
    let place = turn.place().filter(|place| !place.many && routed.operation.method.is_safe() && routed.owner().is_none())?;
    let id = place.items(document).first().and_then(|item| id_text(item.pointer(&place.id)?))?;
    let resource = turn.state.store.get(&routed.profile.kind, &id).filter(|resource| !resource.accepted.is_empty())?;
    let mut body = place.items(document).first().map(|item| (*item).clone())?;
    merge(&mut body, &resource.body);
    Some(turn.document(vec![body]))
}
