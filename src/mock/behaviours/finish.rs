//! Returns the result of a finished job, or its address.

use super::{AcceptedRequest, BehaviourOutcome};
use crate::mock::operation_profile::OperationProfile;
use crate::mock::routed_request::MockCore;
use crate::model::contract::Operation;
use crate::model::trigger_name::TriggerName;

pub(super) fn matches(_: &MockCore, operation: &Operation, profile: &OperationProfile) -> bool {
    let finished = operation.responses.iter().flat_map(|response| &response.conditions).any(|condition| condition.trigger == TriggerName::FINISHED);
    finished && profile.owner.is_some()
}

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    // Following the address leads here again, and to the other of the statuses.
    BehaviourOutcome { location: Some(turn.routed.call.path.clone()), ..super::example::perform(turn) }
}
