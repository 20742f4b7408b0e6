//! Changes resources: one by the id in the path, or several by the ids in the body.

use serde_json::{Map, Value};

use super::{AcceptedRequest, BehaviourOutcome};
use crate::contract::schema::follow_references;
use crate::mock::faults::StateFault;
use crate::mock::likeness::{likeness, rename};
use crate::mock::operation_profile::OperationProfile;
use crate::mock::resource_place::{merge, merge_sent, set_id};
use crate::mock::routed_request::{MockCore, RoutedRequest};
use crate::mock::store::{Resource, id_text};
use crate::model::contract::Operation;

pub(super) fn matches(_: &MockCore, operation: &Operation, profile: &OperationProfile) -> bool {
    let whole = operation.method.is_patch() || operation.method.is_put();
    let changes = whole || operation.method.is_post() && profile.on_item;
    changes && operation.request_body.is_some() && (profile.on_item || profile.owner.is_none() || whole && is_below_resource(profile))
}

/// Whether it is about a collection below another resource.
fn is_below_resource(profile: &OperationProfile) -> bool {
    profile.tail.len() == 1 && profile.owner.as_ref().is_some_and(|(_, kind)| *kind != profile.kind)
}

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let routed = turn.routed;
    let kind = routed.profile.kind.as_str();
    let targets: Vec<(String, Value)> = match routed.owner().filter(|_| !is_below_resource(&routed.profile)) {
        Some((_, id)) => vec![(id.to_owned(), routed.items().first().map_or(Value::Null, |(_, item)| turn.unwrapped(item).clone()))],
        None => routed.items().into_iter().filter_map(|(_, item)| Some((id_text(item.get("id")?)?, item.clone()))).collect(),
    };
    let mut changed = Vec::new();
    for (id, sent) in targets {
        if turn.state.store.get(kind, &id).is_none() && routed.operation.method.is_put() && turn.state.store.knows(kind) {
            turn.state.store.insert_resource(kind, Resource::new(id.clone(), likeness(routed.core, kind, &id)));
        }
        changed.extend(change(turn, kind, &id, &sent));
    }
    if changed.is_empty() || turn.example.is_none() {
        return super::example::perform(turn);
    }
    match turn.place() {
        Some(place) if is_of_kind(turn, kind, &place) => BehaviourOutcome::of(turn.document(changed)),
        _ => super::example::perform(turn),
    }
}

/// Whether the answer shows resources of the kind, and not something else that the change gave.
fn is_of_kind(turn: &AcceptedRequest<'_, '_>, kind: &str, place: &crate::mock::resource_place::Place) -> bool {
    let items = turn.example.as_ref().map(|example| place.items(example)).unwrap_or_default();
    let shown = items.first().is_some_and(|item| item.pointer(&place.id).is_some() && item.get("type").is_none_or(Value::is_string));
    let stored = turn.state.store.of(kind).first().and_then(|resource| resource.body.get("type"));
    shown && items.first().and_then(|item| item.get("type")).is_none_or(|shown| stored.is_none_or(|stored| stored == shown))
}

/// Changes one resource; its body afterwards.
fn change(turn: &mut AcceptedRequest<'_, '_>, kind: &str, id: &str, sent: &Value) -> Option<Value> {
    let routed = turn.routed;
    let written = if routed.operation.method.is_put() { Some(written_members(routed)) } else { None };
    let id_at = routed.core.profiles.id_at(kind).to_owned();
    let (forget, drops, other) =
        (turn.breaks_state(StateFault::ForgetChange), turn.breaks_state(StateFault::DropOthers), turn.breaks_state(StateFault::ChangeId));
    let resource = turn.state.store.get_mut(kind, id)?;
    let mut body = resource.body.clone();
    if let (Some(written), Value::Object(members), Value::Object(sent)) = (written, &mut body, sent) {
        // PUT replaces the whole: what it may write and does not, is gone (RFC 9110, section 9.3.4).
        members.retain(|name, _| sent.contains_key(name) || !written.contains(name));
    }
    if let (true, Some(Value::Object(attributes))) = (drops, body.get_mut("attributes")) {
        attributes.clear();
    }
    merge_sent(&mut body, sent, None);
    set_id(&mut body, &id_at, id);
    if !forget {
        resource.body.clone_from(&body);
        merge(&mut resource.sent, sent);
        if routed.owner().is_none() {
            resource.accepted.push(routed.operation.id.clone());
        }
    }
    if other {
        rename(&mut body, &id_at, "999999");
    }
    Some(body)
}

/// Members at the top of what a request may write.
fn written_members(routed: &RoutedRequest<'_>) -> Vec<String> {
    let schema = routed.media.and_then(|media| media.schema.as_ref());
    let found = schema.and_then(|schema| follow_references(&routed.core.contract.document, &schema.0));
    found.and_then(|(_, found)| found.get("properties")?.as_object()).into_iter().flat_map(Map::keys).cloned().collect()
}
