//! Puts requests that delete more than they name behind everything that needs the deleted resources.

use std::collections::{BTreeSet, HashSet};

use crate::model::contract::{Contract, Operation};
use crate::model::effect::Effect;
use crate::model::plan::{Plan, Probe, ProbeId, Stage};
use crate::plan::resolver::Resolver;
use crate::plan::resources::unmarked_ids::words_of_name;

/// Words in the names of operations that take away or overwrite what is there, when they name none of it.
const SWEEPING: [&str; 21] = [
    "clean",
    "cleanup",
    "clear",
    "delete",
    "destroy",
    "drop",
    "empty",
    "erase",
    "flush",
    "initialize",
    "prune",
    "purge",
    "reload",
    "remove",
    "replace",
    "reset",
    "restore",
    "rollback",
    "seed",
    "truncate",
    "wipe",
];

/// Words in the names of operations that read or make, whatever class they are of.
const SPARING: [&str; 22] = [
    "add",
    "autocomplete",
    "calculate",
    "check",
    "count",
    "create",
    "export",
    "filter",
    "find",
    "get",
    "list",
    "login",
    "lookup",
    "preview",
    "query",
    "register",
    "search",
    "send",
    "test",
    "upload",
    "validate",
    "verify",
];

/// Whether a request changes, by its class, what no request has named in it: it empties a collection, resets a server, or writes to
/// everything that a filter finds.
pub fn changes_unnamed_things(contract: &Contract, probe: &Probe) -> bool {
    let named = || !probe.request.fillings.is_empty();
    if probe.effect != Effect::Sweeping || named() {
        return false;
    }
    contract.operation(&probe.operation).is_some_and(|operation| is_called_so(operation) || writes_to_many(contract, operation))
}

/// Whether an operation is called like one that takes away; its first segments name things, and only the last one an action.
fn is_called_so(operation: &Operation) -> bool {
    is_called(operation, &SWEEPING)
}

fn is_called(operation: &Operation, known: &[&str]) -> bool {
    let last = operation.segments().rfind(|segment| !segment.starts_with('{')).map(words_of_name).unwrap_or_default();
    let by_id = if operation.id.contains(' ') { Vec::new() } else { words_of_name(&operation.id) };
    last.iter().chain(&by_id).any(|word| known.contains(&word.as_str()))
}

/// Whether PUT, PATCH or DELETE is about a collection as a whole: single items of it have paths of their own, or it is a place
/// beside them (`/drafts/all` beside `/drafts/{id}`).
fn writes_to_many(contract: &Contract, operation: &Operation) -> bool {
    let path = operation.path.trim_end_matches('/');
    let above = path.rsplit_once('/').map(|(above, _)| above).unwrap_or_default();
    let has_items = |collection: &str| !collection.is_empty() && contract.items_in(collection).next().is_some();
    matches!(operation.method.as_str(), "PUT" | "PATCH" | "DELETE")
        && operation.item_parameter().is_none()
        && (has_items(path) || (operation.method.is_delete() && has_items(above)))
}

/// Whether a sweep may reach what another request is about: they share a segment of their paths, or the sweep is about nothing
/// in particular.
pub fn may_affect(sweep: &Operation, other: &Operation) -> bool {
    if is_called(sweep, &SPARING) && !is_called_so(sweep) {
        return false;
    }
    let fixed = |operation: &Operation| operation.segments().filter(|segment| !segment.starts_with('{')).map(str::to_owned).collect::<BTreeSet<_>>();
    let is_version = |segment: &String| segment == "api" || (segment.starts_with('v') && segment[1..].bytes().all(|byte| byte.is_ascii_digit()));
    let (mut one, mut two) = (fixed(sweep), fixed(other));
    one.retain(|segment| !is_version(segment));
    two.retain(|segment| !is_version(segment));
    is_called_so(sweep) && one.len() < 2 || !one.is_disjoint(&two)
}

impl Resolver<'_> {
    /// Puts every sweep behind everything that asks for what it may take away, unless others need what its answer holds. What
    /// uses up the rate limit or ends the session comes later still.
    pub(in crate::plan) fn sweep_last(&mut self) {
        let plan = &self.builder.plan();
        let needed = needed(plan);
        let moves =
            |probe: &&Probe| probe.stage < Stage::Sweep && !needed.contains(&probe.id) && changes_unnamed_things(self.context.contract, probe);
        let sweeping: BTreeSet<ProbeId> = plan.probes.iter().filter(moves).map(|probe| probe.id.clone()).collect();
        let of = |faulty: bool| plan.probes.iter().filter(move |probe| probe.fault.is_some() == faulty).filter(|probe| sweeping.contains(&probe.id));
        let faulty: Vec<ProbeId> = of(true).map(|probe| probe.id.clone()).collect();
        let wave = plan.probes.iter().filter(|probe| probe.stage < Stage::Sweep).map(|probe| probe.wave).max().unwrap_or_default();
        for probe in self.builder.probes_mut() {
            probe.after.retain(|before| !sweeping.contains(before));
            if sweeping.contains(&probe.id) {
                (probe.stage, probe.wave) = (Stage::Sweep, wave);
                if probe.fault.is_none() {
                    probe.after.extend(faulty.iter().cloned());
                }
            }
        }
    }
}

/// The probes whose answers hold what other requests name.
fn needed(plan: &Plan) -> HashSet<&ProbeId> {
    let sources =
        |probe: &'_ Probe| probe.needs.iter().filter_map(|slot| plan.source(slot)).filter(|source| **source != probe.id).collect::<Vec<_>>();
    plan.probes.iter().flat_map(sources).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use crate::contract::{Schemas, bundle, read};
    use crate::model::effect::Permission;
    use crate::model::plan::Plan;
    use crate::model::suite::Suite;
    use crate::plan::{PlanningOptions, plan};

    /// What is planned for a contract with things, and one operation more on this path, where everything is allowed.
    fn planned(method: &str, path: &str) -> Plan {
        let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        let thing = json!({"application/json": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}});
        let mut document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {
            "/things": {"post": {"operationId": "make", "responses": {"201": {"description": "", "content": thing}}}},
            "/things/{id}": {
                "get": {"operationId": "get", "parameters": id, "responses": {"200": {"description": ""}}},
                "delete": {"operationId": "drop", "parameters": id, "responses": {"204": {"description": ""}}}},
            "/logout": {"post": {"operationId": "logout", "responses": {"200": {"description": ""}}}}}});
        let more: Value = json!({"operationId": "more", "responses": {"200": {"description": ""}}});
        if document["paths"].get(path).is_none() {
            document["paths"][path] = json!({});
        }
        document["paths"][path][method] = more;
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let schemas = Schemas::new(&contract);
        let permission = Permission { disposable: true, ..Permission::everything() };
        let suite: Suite = serde_json::from_value(json!({"name": "t", "contract": "t.yaml"})).unwrap();
        plan(&contract, &schemas, &suite, &PlanningOptions { permission, mark: "mark".to_owned(), ..PlanningOptions::default() }).unwrap()
    }

    /// The operations of the valid requests in the order in which they are due.
    fn order(method: &str, path: &str) -> Vec<String> {
        planned(method, path).probes.iter().filter(|probe| probe.fault.is_none()).map(|probe| probe.operation.clone()).collect()
    }

    #[test]
    fn what_sweeps_comes_after_everything_but_the_end_of_the_session() {
        for (method, path) in [
            ("post", "/things/bulk_delete"),
            ("post", "/reset"),
            ("delete", "/things"),
            ("put", "/things"),
            ("delete", "/things/all"),
            ("post", "/things/deleteAll"),
        ] {
            let plan = planned(method, path);
            let more = plan.probes.iter().find(|probe| probe.operation == "more").unwrap();
            let logout = plan.probes.iter().find(|probe| probe.operation == "logout").unwrap();
            assert!(
                plan.probes
                    .iter()
                    .filter(|probe| probe.operation == "get" || probe.operation == "drop")
                    .all(|probe| probe.stage_order() < more.stage_order()),
                "{method} {path}"
            );
            assert!(more.stage_order() < logout.stage_order(), "{method} {path}");
        }
    }

    #[test]
    fn what_only_does_something_keeps_its_place() {
        for path in ["/things/search", "/deliveries", "/removals"] {
            assert_ne!(order("post", path).iter().rposition(|id| id == "more"), Some(4), "{path}");
        }
    }
}
