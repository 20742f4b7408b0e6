//! Returns the result of a finished job, or its address.

use super::{Outcome, Turn};
use crate::mock::profile::Profile;
use crate::mock::scene::Core;
use crate::model::contract::Operation;

pub(super) fn matches(_: &Core, operation: &Operation, profile: &Profile) -> bool {
    let finished = operation.responses.iter().flat_map(|response| &response.conditions).any(|condition| condition.trigger == "finished");
    finished && profile.owner.is_some()
}

pub(super) fn act(turn: &mut Turn<'_, '_>) -> Outcome {
    // Following the address leads here again, and to the other of the statuses.
    Outcome { location: Some(turn.scene.call.path.clone()), ..super::example::act(turn) }
}
