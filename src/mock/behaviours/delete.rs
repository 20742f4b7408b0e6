//! Deletes resources: one by the id in the path, or several by the ids in the body.

use serde_json::Value;

use super::{AcceptedRequest, BehaviourOutcome};
use crate::mock::faults::StateFault;
use crate::mock::operation_profile::{OperationProfile, fed_kind};
use crate::mock::routed_request::{MockCore, RoutedRequest};
use crate::mock::store::{Resource, id_text};
use crate::model::contract::{Location, Operation, Parameter};
use crate::model::trigger_name::TriggerName;

pub(super) fn matches(_: &MockCore, operation: &Operation, profile: &OperationProfile) -> bool {
    operation.method.is_delete() && (profile.on_item || profile.owner.is_none())
}

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let routed = turn.routed;
    let kind = routed.profile.kind.as_str();
    let ids: Vec<String> = match routed.owner() {
        Some((_, id)) => vec![id.to_owned()],
        None => routed.items().iter().filter_map(|(_, item)| id_text(item.get("id")?)).chain(ids_in_query(routed)).collect(),
    };
    if stays(routed) {
        // What the path names is remembered with every other write on it.
        for id in ids.iter().filter(|_| routed.owner().is_none()) {
            if let Some(resource) = turn.state.store.get_mut(kind, id) {
                resource.accepted.push(routed.operation.id.clone());
            }
        }
    } else if !turn.breaks_state(StateFault::KeepDeleted) {
        let deleted = turn.state.store.delete(kind, &ids.into_iter().collect());
        for resource in &deleted {
            keep_under_linked_kind(turn, resource);
        }
    }
    if turn.example.is_some() { super::example::perform(turn) } else { BehaviourOutcome::default() }
}

/// What parameters in the query name of the things that are deleted: `DELETE /things?thing_id=1`.
fn ids_in_query<'a>(routed: &'a RoutedRequest<'_>) -> impl Iterator<Item = String> + 'a {
    let names_thing = |parameter: &&Parameter| {
        parameter.location == Location::Query && parameter.resource.as_ref().is_some_and(|need| need.kind == routed.profile.kind)
    };
    routed.operation.parameters.iter().filter(names_thing).filter_map(|parameter| routed.call.query_value(&parameter.name).map(str::to_owned))
}

/// Whether the resource is there afterwards, in a state of its own: the contract says that the operation itself, or
/// another on the same resource, is not possible any more.
fn stays(routed: &RoutedRequest<'_>) -> bool {
    let conditions = routed.core.contract.operations.iter().flat_map(|operation| &operation.responses).flat_map(|response| &response.conditions);
    conditions.into_iter().any(|condition| condition.trigger == TriggerName::WRONG_STATE && condition.by.as_ref() == Some(&routed.operation.id))
}

/// Keeps a deleted resource as one of another kind, where a link says that its id goes on there, for example in an archive.
fn keep_under_linked_kind(turn: &mut AcceptedRequest<'_, '_>, resource: &Resource) {
    let routed = turn.routed;
    for link in turn.response.into_iter().flat_map(|response| &response.links) {
        for (name, expression) in &link.parameters {
            let kind = fed_kind(&routed.core.contract, &link.operation, name).filter(|kind| *kind != routed.profile.kind);
            if let (Some(kind), true) = (kind, expression.starts_with("$request.path.")) {
                let mut moved: Resource = resource.clone();
                moved.sent = Value::Null;
                turn.state.store.insert_resource(&kind, moved);
            }
        }
    }
}
