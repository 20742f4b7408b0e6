//! Makes a resource with a given id, like the one that the contract's examples show.

use serde_json::Value;

use super::operation_profile::success_example;
use super::resource_place::{Place, replace_id_in_links, set_id};
use super::routed_request::MockCore;
use super::store::id_text;

/// A resource of a kind with this id, made from the example of the operation that reads it.
pub(crate) fn likeness(core: &MockCore, kind: &str, id: &str) -> Value {
    let readers = core.contract.operations.iter().filter(|operation| {
        let profile = core.profiles.of(operation);
        operation.method.is_get() && profile.on_item && profile.kind == kind
    });
    let body = readers.filter_map(success_example).find_map(|example| {
        let place = Place::guess(&example, core.profiles.id_at(kind), kind)?;
        place.items(&example).first().map(|item| (*item).clone())
    });
    let listed = || {
        let listers = core.contract.operations.iter().filter(|operation| {
            let profile = core.profiles.of(operation);
            operation.method.is_get() && !profile.on_item && profile.kind == kind
        });
        listers.filter_map(|operation| Some((operation, success_example(operation)?))).find_map(|(operation, example)| {
            let place = core.profiles.answer_place(operation, &example).filter(|place| place.many)?;
            place.items(&example).first().filter(|item| item.pointer(&place.id).is_some()).map(|item| (*item).clone())
        })
    };
    let mut body = body.or_else(listed).unwrap_or_else(|| serde_json::json!({"id": id, "type": kind}));
    rename(&mut body, core.profiles.id_at(kind), id);
    body
}

/// Gives a resource another id, in its links too.
pub(crate) fn rename(body: &mut Value, id_at: &str, id: &str) {
    if let Some(old) = body.pointer(id_at).and_then(id_text) {
        replace_id_in_links(body, &old, id);
    }
    set_id(body, id_at, id);
}
