//! Looks for resources through a body; what is asked for is not understood, so everything is found.

use serde_json::Value;

use super::{Outcome, Turn};
use crate::domain::contract::Operation;
use crate::mock::profile::Profile;
use crate::mock::scene::Core;

pub(super) fn matches(_: &Core, _: &Operation, profile: &Profile) -> bool {
    profile.searches
}

pub(super) fn act(turn: &mut Turn<'_, '_>) -> Outcome {
    let core = turn.scene.core;
    let kind = &turn.scene.profile.kind;
    let typed = turn
        .place()
        .zip(turn.example.as_ref())
        .is_some_and(|(place, example)| place.items(example).iter().all(|item| item.get("type").is_none_or(|of| of.as_str() == Some(kind))));
    if !core.profiles.created.contains(kind) || !typed {
        return super::example::act(turn);
    }
    let held: Vec<Value> = turn.state.store.of(kind).iter().map(|resource| resource.body.clone()).collect();
    Outcome::of(turn.document(held))
}
