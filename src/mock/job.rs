//! Jobs: resources that an operation reads with `x-probity-done`, and that finish after some reads.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::operation_profile;
use super::resource_place::Place;
use super::routed_request::MockCore;
use super::store::{Resource, ResourceStore};
use super::variants::{BehaviourChoice, Variants};
use crate::contract::get_mut;
use crate::contract::schema::follow_references;
use crate::model::contract::{Contract, JobDone, Location, Operation};
use crate::model::suite::{Given, Suite};

/// The state in which a suite calls a job whose time is over.
pub(crate) const EXPIRED: &str = "expired";

/// How often a job is read until it has finished; the read that finds it finished counts.
pub(crate) fn reads(variants: &Variants) -> u32 {
    if variants.has(BehaviourChoice::SlowJobs) {
        5
    } else if variants.has(BehaviourChoice::QuickJobs) {
        1
    } else {
        2
    }
}

/// The operation that reads jobs of this kind.
pub(crate) fn reader<'a>(contract: &'a Contract, kind: &str) -> Option<(&'a Operation, &'a JobDone)> {
    contract.operations.iter().find_map(|operation| {
        let done = operation.done.as_ref()?;
        let reads = operation
            .parameters
            .iter()
            .any(|parameter| parameter.location == Location::Path && parameter.resource.as_ref().is_some_and(|need| need.kind == kind));
        reads.then_some((operation, done))
    })
}

/// Where the state stands within a job.
fn state_at(operation: &Operation, done: &JobDone) -> String {
    let place = operation_profile::success_example(operation).and_then(|example| Place::guess(&example, "/id", ""));
    let at = place.filter(|place| !place.many).map(|place| place.at).unwrap_or_default();
    done.at.strip_prefix(&at).unwrap_or(&done.at).to_owned()
}

/// Whether the job has finished; what is no job has.
pub(crate) fn is_finished(contract: &Contract, kind: &str, resource: &Resource) -> bool {
    let Some((operation, done)) = reader(contract, kind) else { return true };
    let state = resource.body.pointer(&state_at(operation, done)).and_then(Value::as_str);
    state.is_none_or(|state| done.is_finished(state))
}

/// Puts a new job at its first state.
pub(crate) fn start(contract: &Contract, kind: &str, body: &mut Value) {
    let Some((operation, done)) = reader(contract, kind) else { return };
    let ended = |state: &str| done.is_final(state);
    let at = state_at(operation, done);
    if body.pointer(&at).and_then(Value::as_str).is_some_and(|state| !ended(state)) {
        return;
    }
    let first = states(contract, operation, done).into_iter().find(|state| !ended(state)).unwrap_or_else(|| "pending".to_owned());
    set(body, &at, &first);
}

/// The states that the schema of the answer names.
fn states(contract: &Contract, operation: &Operation, done: &JobDone) -> Vec<String> {
    let schema = operation.successes().flat_map(|response| &response.content).find_map(|media| media.schema.as_ref());
    let Some(schema) = schema else { return Vec::new() };
    let mut at = schema.0.clone();
    for token in done.at.split('/').skip(1) {
        let Some((found, _)) = follow_references(&contract.document, &at) else { return Vec::new() };
        at = format!("{found}/properties/{token}");
    }
    let found = follow_references(&contract.document, &at).and_then(|(_, found)| found.get("enum").or_else(|| found.get("examples"))?.as_array());
    found.into_iter().flatten().filter_map(|state| state.as_str().map(str::to_owned)).collect()
}

/// Whether a job will have finished well when it is read now.
pub(crate) fn finishes(contract: &Contract, kind: &str, resource: &Resource, reads: u32) -> bool {
    let Some((operation, done)) = reader(contract, kind) else { return false };
    let state = resource.body.pointer(&state_at(operation, done)).and_then(Value::as_str);
    let over = state.is_some_and(|state| done.is_final(state));
    !resource.expired && if over { is_finished(contract, kind, resource) } else { resource.reads + 1 >= reads }
}

/// Counts a read of a job, which finishes it after a while.
pub(crate) fn advance(contract: &Contract, kind: &str, resource: &mut Resource, reads: u32) {
    let Some((operation, done)) = reader(contract, kind) else { return };
    resource.reads += 1;
    if let (false, true, Some(finished)) = (resource.expired, resource.reads >= reads, done.finished.first()) {
        let at = state_at(operation, done);
        set(&mut resource.body, &at, finished);
    }
}

/// How long jobs of each kind last: as long as the suite says.
pub(crate) fn lifetimes(suite: &Suite) -> BTreeMap<String, Duration> {
    let expiry = |given: &Given| given.after.filter(|_| given.state.as_deref() == Some(EXPIRED)).map(u64::from).map(Duration::from_secs);
    suite.given.iter().filter_map(|(kind, givens)| Some((kind.clone(), givens.iter().filter_map(expiry).min()?))).collect()
}

/// Lets the jobs expire whose time is over by now.
pub(crate) fn expire_due(core: &MockCore, store: &mut ResourceStore) {
    for (kind, lifetime) in &core.lifetimes {
        let due = store.of_mut(kind).filter(|job| !job.expired && job.created_by.is_some() && job.made.elapsed() >= *lifetime);
        due.for_each(|job| expire(&core.contract, kind, job));
    }
}

/// Lets a job expire: its result is gone, and its state says so where there is a state for it.
pub(crate) fn expire(contract: &Contract, kind: &str, resource: &mut Resource) {
    resource.expired = true;
    let Some((operation, done)) = reader(contract, kind) else { return };
    let worded = |state: &&String| ["time", "expire"].iter().any(|word| state.to_ascii_lowercase().contains(word));
    if let Some(state) = done.failed.iter().find(worded).or_else(|| done.finished.first()) {
        let at = state_at(operation, done);
        set(&mut resource.body, &at, state);
    }
}

fn set(body: &mut Value, at: &str, state: &str) {
    if let Some(spot) = get_mut(body, at) {
        *spot = Value::String(state.to_owned());
    } else if let Some((parent, name)) = at.rsplit_once('/')
        && let Some(Value::Object(members)) = get_mut(body, parent)
    {
        members.insert(name.to_owned(), Value::String(state.to_owned()));
    }
}
