//! Fills the mock with resources before the first request.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::behaviours::shows_example;
use super::job;
use super::likeness::{likeness, rename};
use super::operation_profile::fed_kind;
use super::resource_place::Place;
use super::routed_request::MockCore;
use super::store::{Resource, ResourceStore, id_text};
use super::variants::BehaviourChoice;
use crate::contract::annotations::resource_needs;
use crate::contract::schema::is_part;
use crate::model::contract::{Location, Operation, Parameter};
use crate::model::suite::{Given, Suite};

/// Fills the store: what the suite lays in, what the suite says is given, and for every kind that no operation makes the
/// resources of the contract's examples.
pub(crate) fn seed_store(core: &MockCore, suite: &Suite, store: &mut ResourceStore) {
    for kind in &core.profiles.created {
        store.add_kind(kind);
    }
    for operation in &core.contract.operations {
        seed_from_examples(core, operation, store);
    }
    for operation in core.contract.operations.iter().filter(|operation| shows_example(core, operation, |kind| core.profiles.created.contains(kind))) {
        seed_from_answers(core, operation, store, |_| true);
    }
    // What nothing makes and nothing finds can only be what the examples name.
    let found: BTreeSet<String> =
        core.contract.operations.iter().flat_map(|operation| core.profiles.of(operation).yields).map(|yielded| yielded.kind).collect();
    for operation in &core.contract.operations {
        seed_from_path_parameters(core, operation, store, |kind| !core.profiles.created.contains(kind) && !found.contains(kind));
    }
    for (kind, bodies) in &suite.mock.resources {
        for body in bodies {
            let body = body.get("data").filter(|data| data.is_object()).unwrap_or(body);
            if let Some(id) = body.pointer(core.profiles.id_at(kind)).or_else(|| body.get("id")).and_then(id_text) {
                store.insert_resource(kind, Resource::new(id, body.clone()));
            }
        }
    }
    respell_listed(core, store);
    let ids = given_ids(core, suite);
    for (kind, givens) in &suite.given {
        for (given, id) in givens.iter().zip(ids.get(kind).into_iter().flatten()) {
            let mut resource = Resource::new(id.as_str(), likeness(core, kind, id));
            if given.state.as_deref() == Some(job::EXPIRED) {
                job::expire(&core.contract, kind, &mut resource);
            }
            store.insert_resource(kind, resource);
        }
    }
}

/// Gives what bodies refer to as data of the server other ids than those of the examples, where the mock is to be such a server.
fn respell_listed(core: &MockCore, store: &mut ResourceStore) {
    let media = core.contract.operations.iter().filter_map(|operation| operation.request_body.as_ref()).flat_map(|body| &body.content);
    let bodies = media.flat_map(|media| media.examples.iter().map(move |example| (media, example)));
    let needs = bodies.flat_map(|(media, example)| resource_needs(&core.contract, media, &example.value));
    let kinds: BTreeSet<String> = needs.filter(|need| need.what.fallback.is_some()).map(|need| need.what.kind).collect();
    for kind in kinds.iter().filter(|_| core.variants.has(BehaviourChoice::OtherKeys)) {
        for resource in store.of(kind).to_vec() {
            let id = super::invented_ids::other(&resource.id);
            let mut body = resource.body.clone();
            rename(&mut body, core.profiles.id_at(kind), &id);
            store.replace(kind, &resource.id, Resource { id, body, ..resource.clone() });
        }
    }
}

/// The id that the mock gives to a resource that the suite takes from the environment.
fn invented(core: &MockCore, kind: &str, index: usize) -> String {
    let style = core.contract.operations.iter().find_map(|operation| {
        let parameter = item_parameter(operation, kind)?;
        parameter.example.as_ref().and_then(id_text)
    });
    super::invented_ids::invent(&style.unwrap_or_default(), 900 + u64::try_from(index).unwrap_or_default())
}

fn item_parameter<'a>(operation: &'a Operation, kind: &str) -> Option<&'a Parameter> {
    let holds = |parameter: &&Parameter| parameter.resource.as_ref().is_some_and(|need| need.kind == kind);
    operation.parameters.iter().filter(|parameter| parameter.location == Location::Path).find(holds)
}

/// Resources that the examples of an operation show, of kinds that no operation makes.
fn seed_from_examples(core: &MockCore, operation: &Operation, store: &mut ResourceStore) {
    let borrowed = |kind: &str| !core.profiles.created.contains(kind);
    let makes_it = operation.method.is_put() && core.profiles.of(operation).on_item;
    if !makes_it {
        seed_from_path_parameters(core, operation, store, borrowed);
    }
    seed_from_answers(core, operation, store, borrowed);
}

/// Resources that the answers of an operation show and links lead to, of the kinds that are wanted.
fn seed_from_answers(core: &MockCore, operation: &Operation, store: &mut ResourceStore, wanted: impl Fn(&str) -> bool) {
    for response in operation.successes() {
        for link in &response.links {
            for (name, expression) in &link.parameters {
                let (Some(kind), Some(at)) = (fed_kind(&core.contract, &link.operation, name), expression.strip_prefix("$response.body#")) else {
                    continue;
                };
                for example in response.content.iter().flat_map(|media| &media.examples).filter(|_| wanted(&kind)) {
                    seed_items(core, &kind, at, &example.value, store);
                }
            }
        }
    }
}

/// Resources that the parameters of a path name, of the kinds that are wanted.
fn seed_from_path_parameters(core: &MockCore, operation: &Operation, store: &mut ResourceStore, wanted: impl Fn(&str) -> bool) {
    let parameters = operation.parameters.iter().filter(|parameter| parameter.location == Location::Path);
    for (parameter, need) in parameters.filter_map(|parameter| Some((parameter, parameter.resource.as_ref()?))) {
        let Some(id) = parameter.example.as_ref().and_then(id_text).filter(|_| wanted(&need.kind)) else { continue };
        let body = likeness(core, &need.kind, &id);
        if is_part(&need.like, &body) {
            store.put_new(&need.kind, Resource::new(id, body));
        }
    }
}

fn seed_items(core: &MockCore, kind: &str, at: &str, example: &Value, store: &mut ResourceStore) {
    let place = Place::of_id(at, Some(example), kind);
    for item in place.items(example) {
        if let Some(id) = item.pointer(&place.id).and_then(id_text) {
            let whole = place.id == core.profiles.id_at(kind) && item.as_object().is_some_and(|members| members.len() > 2);
            let body = if whole { item.clone() } else { likeness(core, kind, &id) };
            store.put_new(kind, Resource::new(id, body));
        }
    }
}

/// The ids of what the suite says is given, by kind.
pub(crate) fn given_ids(core: &MockCore, suite: &Suite) -> BTreeMap<String, Vec<String>> {
    let ids = |kind: &str, givens: &[Given]| {
        let ids = givens.iter().enumerate().map(|(index, given)| given.id.clone().unwrap_or_else(|| invented(core, kind, index)));
        ids.collect()
    };
    suite.given.iter().map(|(kind, givens)| (kind.clone(), ids(kind, givens))).collect()
}
