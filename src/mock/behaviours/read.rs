//! Reads one resource.

use serde_json::Value;

use super::{AcceptedRequest, BehaviourOutcome};
use crate::mock::faults::StateFault;
use crate::mock::job;
use crate::mock::likeness::rename;
use crate::mock::operation_profile::{OperationProfile, success_example};
use crate::mock::resource_place::Place;
use crate::mock::routed_request::{MockCore, RoutedRequest};
use crate::model::contract::Operation;

pub(super) fn matches(_: &MockCore, operation: &Operation, profile: &OperationProfile) -> bool {
    operation.method.is_get() && profile.on_item
}

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let routed = turn.routed;
    let Some((kind, id)) = routed.owner() else { return super::example::perform(turn) };
    let (lasts, other) = (routed.operation.done.is_some() && turn.breaks_state(StateFault::NeverFinish), turn.breaks_state(StateFault::ReadOther));
    let Some(resource) = turn.state.store.get_mut(kind, id) else { return super::example::perform(turn) };
    if routed.operation.done.is_some() && !lasts {
        job::advance(&routed.core.contract, kind, resource, job::reads(&routed.core.variants));
    }
    let mut body = resource.body.clone();
    // Several routes may lead to one resource; it is known here by the one that was taken.
    if let Some(Value::String(own)) = body.pointer_mut("/links/self").filter(|_| routed.profile.tail.is_empty()) {
        own.clone_from(&routed.call.path);
    }
    if other {
        rename(&mut body, routed.core.profiles.id_at(kind), "999999");
    }
    // Where a finished job leads to another operation, that is where its outcome is.
    let result = routed.operation.result.as_ref().filter(|_| turn.response.is_some_and(|response| response.status.0 / 100 == 3));
    if let Some(result) = result.and_then(|result| routed.core.contract.operation(result)) {
        let location = routed.path_values.iter().fold(result.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        return BehaviourOutcome { location: Some(location), body: success_document(routed, body) };
    }
    // An answer whose example shows something else than the resource is left as it is, for example a list below it.
    match turn.place() {
        Some(place) if place.many => super::example::perform(turn),
        _ => BehaviourOutcome::of(turn.document(vec![body])),
    }
}

/// The resource as the success of the operation shows it.
fn success_document(routed: &RoutedRequest<'_>, body: Value) -> Option<Value> {
    let mut document = success_example(routed.operation)?;
    Place::guess(&document, routed.core.profiles.id_at(&routed.profile.kind), &routed.profile.kind)?.replace_items(&mut document, vec![body]);
    Some(document)
}
