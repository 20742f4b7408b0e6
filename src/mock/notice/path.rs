//! Detects ids in the path that name nothing, or something that was deleted.

use super::{Noticed, Scene, State};
use crate::contract::schema::is_server_data;
use crate::mock::ids::same_style;
use crate::mock::job;
use crate::mock::store::id_text;
use crate::mock::styled::Reader;
use crate::mock::variants::Habit;
use crate::model::contract::{Location, Parameter};

/// Looks at every path parameter.
pub(super) fn look(scene: &Scene<'_>, state: &State, noticed: &mut Vec<Noticed>) {
    for (name, value) in &scene.path_values {
        let Some(parameter) = scene.operation.parameter(Location::Path, name) else { continue };
        let kind = parameter.resource.as_ref().map(|need| need.kind.as_str());
        let marked = parameter.schema.as_ref().is_some_and(|schema| is_server_data(&scene.core.contract.document, schema));
        if marked && scene.core.variants.has(Habit::Unlicensed) {
            noticed.push(Noticed::new("server-data", format!("{name} {value} needs a licence.")).insisting(400).at_parameter(name));
        }
        let held = kind.is_some_and(|kind| state.store.get(kind, value).is_some());
        if !held && is_malformed(scene, parameter, value) {
            let detail = format!("{value:?} does not have the form of {name}.");
            noticed.push(Noticed::new("malformed-id", detail).or("bad-value").at_parameter(name));
        }
        if let Some(kind) = kind.filter(|kind| state.store.knows(kind)) {
            resource(scene, state, name, kind, value, noticed);
        }
    }
}

fn is_malformed(scene: &Scene<'_>, parameter: &Parameter, value: &str) -> bool {
    let breaks_schema = parameter.schema.as_ref().is_some_and(|schema| {
        let reader =
            Reader { contract: &scene.core.contract, schemas: &scene.core.schemas, schema: Some(schema), serialization: parameter.serialization };
        let value = reader.in_segment(&parameter.name, value);
        scene.core.schemas.breaches(schema, &value).is_ok_and(|breaches| !breaches.is_empty())
    });
    let style = parameter.example.as_ref().and_then(id_text);
    // Where ids are UUIDs, the example does not tell their form.
    let styled = |style: String| parameter.resource.is_some() && !same_style(value, &style) && !scene.core.variants.has(Habit::UuidIds);
    breaks_schema || style.is_some_and(styled)
}

fn resource(scene: &Scene<'_>, state: &State, name: &str, kind: &str, id: &str, noticed: &mut Vec<Noticed>) {
    // A delete of what is not there leaves the state that was asked for, and a PUT that may create needs nothing.
    let unconcerned =
        scene.operation.method.is_delete() || (scene.operation.method.is_put() && scene.operation.response(super::Status(201)).is_some());
    let seen = |noticed: Noticed| {
        let noticed = noticed.of_kind(kind).at_parameter(name);
        if unconcerned { noticed } else { noticed.insisting(404) }
    };
    let Some(resource) = state.store.get(kind, id) else {
        noticed.push(if state.store.was_deleted(kind, id) {
            seen(Noticed::new("deleted-resource", format!("{kind} {id} was deleted.")).or("unknown-id"))
        } else {
            seen(Noticed::new("unknown-id", format!("There is no {kind} {id}.")))
        });
        return;
    };
    if resource.expired {
        noticed.push(Noticed::new("expired", format!("{kind} {id} has expired.")).at_parameter(name));
    } else if scene.listed("finished").next().is_some() && !job::is_finished(&scene.core.contract, kind, resource) {
        noticed.push(Noticed::new("unfinished", format!("{kind} {id} has not finished.")).at_parameter(name));
    }
}
