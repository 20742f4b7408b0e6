//! Deletes resources: one by the id in the path, or several by the ids in the body.

use serde_json::Value;

use super::{Outcome, Turn};
use crate::mock::faults::Effect;
use crate::mock::profile::{Profile, fed_kind};
use crate::mock::scene::{Core, Scene};
use crate::mock::store::{Resource, id_text};
use crate::model::contract::Operation;

pub(super) fn matches(_: &Core, operation: &Operation, profile: &Profile) -> bool {
    operation.method.is_delete() && (profile.on_item || profile.owner.is_none())
}

pub(super) fn act(turn: &mut Turn<'_, '_>) -> Outcome {
    let scene = turn.scene;
    let kind = scene.profile.kind.as_str();
    let ids: Vec<String> = match scene.owner() {
        Some((_, id)) => vec![id.to_owned()],
        None => scene.items().iter().filter_map(|(_, item)| id_text(item.get("id")?)).collect(),
    };
    if stays(scene) {
        // What the path names is remembered with every other write on it.
        for id in ids.iter().filter(|_| scene.owner().is_none()) {
            if let Some(resource) = turn.state.store.get_mut(kind, id) {
                resource.accepted.push(scene.operation.id.clone());
            }
        }
    } else if !turn.goes(Effect::KeepDeleted) {
        for id in ids {
            if let Some(resource) = turn.state.store.delete(kind, &id) {
                turn.state.store.unlink(kind, &id);
                pass_on(turn, &resource);
            }
        }
    }
    if turn.example.is_some() { super::example::act(turn) } else { Outcome::default() }
}

/// Whether the resource is there afterwards, in a state of its own: the contract says that the operation itself, or
/// another on the same resource, is not possible any more.
fn stays(scene: &Scene<'_>) -> bool {
    let conditions = scene.core.contract.operations.iter().flat_map(|operation| &operation.responses).flat_map(|response| &response.conditions);
    conditions.into_iter().any(|condition| condition.trigger == "wrong-state" && condition.by.as_ref() == Some(&scene.operation.id))
}

/// Keeps a deleted resource as one of another kind, where a link says that its id goes on there, for example in an archive.
fn pass_on(turn: &mut Turn<'_, '_>, resource: &Resource) {
    let scene = turn.scene;
    for link in turn.response.into_iter().flat_map(|response| &response.links) {
        for (name, expression) in &link.parameters {
            let kind = fed_kind(&scene.core.contract, &link.operation, name).filter(|kind| *kind != scene.profile.kind);
            if let (Some(kind), true) = (kind, expression.starts_with("$request.path.")) {
                let mut moved: Resource = resource.clone();
                moved.sent = Value::Null;
                turn.state.store.put(&kind, moved);
            }
        }
    }
}
