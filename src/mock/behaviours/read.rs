//! Reads one resource.

use serde_json::Value;

use super::{Outcome, Turn};
use crate::mock::faults::Effect;
use crate::mock::job;
use crate::mock::place::Place;
use crate::mock::profile::{Profile, success_example};
use crate::mock::scene::{Core, Scene};
use crate::mock::seed::rename;
use crate::model::contract::Operation;

pub(super) fn matches(_: &Core, operation: &Operation, profile: &Profile) -> bool {
    operation.method.is_get() && profile.on_item
}

pub(super) fn act(turn: &mut Turn<'_, '_>) -> Outcome {
    let scene = turn.scene;
    let Some((kind, id)) = scene.owner() else { return super::example::act(turn) };
    let (lasts, other) = (scene.operation.done.is_some() && turn.goes(Effect::NeverFinish), turn.goes(Effect::ReadOther));
    let Some(resource) = turn.state.store.get_mut(kind, id) else { return super::example::act(turn) };
    if scene.operation.done.is_some() && !lasts {
        job::advance(&scene.core.contract, kind, resource, job::reads(&scene.core.variants));
    }
    let mut body = resource.body.clone();
    // Several routes may lead to one resource; it is known here by the one that was taken.
    if let Some(Value::String(own)) = body.pointer_mut("/links/self").filter(|_| scene.profile.tail.is_empty()) {
        own.clone_from(&scene.call.path);
    }
    if other {
        rename(&mut body, scene.core.profiles.id_at(kind), "999999");
    }
    // Where a finished job leads to another operation, that is where its outcome is.
    let result = scene.operation.result.as_ref().filter(|_| turn.response.is_some_and(|response| response.status.0 / 100 == 3));
    if let Some(result) = result.and_then(|result| scene.core.contract.operation(result)) {
        let location = scene.path_values.iter().fold(result.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        return Outcome { location: Some(location), body: shown(scene, body) };
    }
    // An answer whose example shows something else than the resource is left as it is, for example a list below it.
    match turn.place() {
        Some(place) if place.many => super::example::act(turn),
        _ => Outcome::of(turn.document(vec![body])),
    }
}

/// The resource as the success of the operation shows it.
fn shown(scene: &Scene<'_>, body: Value) -> Option<Value> {
    let mut document = success_example(scene.operation)?;
    Place::guess(&document, scene.core.profiles.id_at(&scene.profile.kind))?.put(&mut document, vec![body]);
    Some(document)
}
