//! Reads one resource.

use super::{Outcome, Turn};
use crate::domain::contract::Operation;
use crate::mock::job;
use crate::mock::profile::Profile;
use crate::mock::scene::Core;

pub(super) fn matches(_: &Core, operation: &Operation, profile: &Profile) -> bool {
    operation.method.0 == "GET" && profile.on_item
}

pub(super) fn act(turn: &mut Turn<'_, '_>) -> Outcome {
    let scene = turn.scene;
    let Some((kind, id)) = scene.owner() else { return super::example::act(turn) };
    let Some(resource) = turn.state.store.get_mut(kind, id) else { return super::example::act(turn) };
    if scene.operation.done.is_some() {
        job::advance(&scene.core.contract, kind, resource);
    }
    let body = resource.body.clone();
    // An answer whose example shows something else than the resource is left as it is, for example a list below it.
    match turn.place() {
        Some(place) if place.many => super::example::act(turn),
        _ => Outcome::of(turn.document(vec![body])),
    }
}
