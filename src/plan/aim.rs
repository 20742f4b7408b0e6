//! Finds for each cell the cheapest request that can prove it.

use super::choice::skip_reason;
use super::draft::{Bound, Draft, removes, success_trigger};
use super::settings::{Settled, slots_removed_by};
use crate::domain::contract::{Condition, Operation, Status, WHOLE_SERVER};
use crate::domain::plan::{Credentials, Intent, PlannedCell, Probe, ProbeId, Purpose, Repeat, Stage};
use crate::triggers::{Ground, Variation, named, same_route};

impl Draft<'_> {
    /// Plans how one cell is proved.
    pub fn aim(&mut self, cell: &PlannedCell) {
        let intent = if cell.operation == WHOLE_SERVER {
            self.whole_server(cell.status)
        } else {
            let contract = self.contract;
            match contract.operation(&cell.operation) {
                Some(operation) => self.operation_cell(operation, cell.status),
                None => Intent::Unreachable("the operation is gone".to_owned()),
            }
        };
        self.plan.cells.push(PlannedCell { intent, ..cell.clone() });
    }

    fn operation_cell(&mut self, operation: &Operation, status: Status) -> Intent {
        if let Some(reason) = skip_reason(operation, self.suite, self.options) {
            return Intent::Skipped(reason);
        }
        if status.is_server_error() {
            return Intent::Watched;
        }
        let success = match self.success(&operation.id) {
            Ok(success) => success,
            Err(reason) => return Intent::Unreachable(reason),
        };
        let trigger = success_trigger(operation);
        let conditions = operation.response(status).map(|response| response.conditions.clone()).unwrap_or_default();
        if conditions.iter().any(|condition| condition.trigger == trigger) {
            return self.success_cell(operation, status, &success);
        }
        if let Some(shared) = self.shared(operation, &conditions) {
            return Intent::Probes(vec![shared]);
        }
        self.fault_cell(operation, &conditions, status, &success)
    }

    /// A success that the first valid request is aimed at, or one more request for another success code.
    fn success_cell(&mut self, operation: &Operation, status: Status, success: &ProbeId) -> Intent {
        let first = self.plan.probe(success).map(|probe| probe.status);
        if first == Some(status) {
            return Intent::Probes(vec![success.clone()]);
        }
        let redirects = first.is_some_and(|first| first.0 / 100 == 3);
        let more = if redirects { self.follow(success, status) } else { self.valid_probe(&operation.id, Some(status)) };
        match more {
            Ok(id) => Intent::Probes(vec![id]),
            Err(reason) => Intent::Unreachable(reason),
        }
    }

    /// Fetches what a redirect of the first request points at.
    fn follow(&mut self, first: &ProbeId, status: Status) -> Result<ProbeId, String> {
        let probe = self.plan.probe(first).cloned().ok_or("the request that redirects is gone")?;
        let id = self.free_id(&format!("{}::{status}::{}", probe.operation, probe.trigger));
        let follow =
            Probe { id: id.clone(), status, repeat: Repeat::Follow(first.clone()), after: vec![first.clone()], captures: Vec::new(), ..probe };
        self.plan.probes.push(follow);
        Ok(id)
    }

    /// A method that a path does not have is refused for every operation of the path at once.
    fn shared(&mut self, operation: &Operation, conditions: &[Condition]) -> Option<ProbeId> {
        conditions.iter().find(|condition| condition.trigger == "unsupported-method")?;
        let known =
            self.plan.probes.iter_mut().find(|probe| probe.trigger == "unsupported-method" && same_route(&probe.request.path, &operation.path))?;
        if !known.also.contains(&operation.id) {
            known.also.push(operation.id.clone());
        }
        Some(known.id.clone())
    }

    fn fault_cell(&mut self, operation: &Operation, conditions: &[Condition], status: Status, success: &ProbeId) -> Intent {
        let Some(plain) = self.bases.get(success).cloned() else { return Intent::Unreachable("its valid request is gone".to_owned()) };
        let optional_body = operation.request_body.as_ref().is_some_and(|body| !body.required);
        let with_body = if optional_body { self.bind(operation, true, &plain.slots).ok() } else { None };
        let mut ways = self.ways(operation, conditions, &plain, with_body.as_ref());
        // Where a resource is read that the run deletes, asking for that one shows that it is gone, too.
        let reads_one = operation.method.0 == "GET" && operation.path.ends_with('}');
        ways.sort_by_key(|(condition, allowed, _)| (allowed.len(), reads_one && condition.trigger == "unknown-id"));
        let mut reason = format!("no known way to provoke it in a valid request: {}", triggers_of(conditions));
        for (condition, allowed, variation) in ways {
            if variation.request.credentials == Credentials::Limited && !self.options.limited {
                "there are no credentials of an account without permissions".clone_into(&mut reason);
                continue;
            }
            match self.settle(operation, &variation, success) {
                Ok(settled) => return Intent::Probes(vec![self.fault_probe(operation, status, &condition, allowed, settled, success)]),
                Err(why) => reason = why,
            }
        }
        if conditions.is_empty() { Intent::Unreachable("the contract does not say when".to_owned()) } else { Intent::Unreachable(reason) }
    }

    /// Every way to provoke one of the conditions, with the statuses that the contract allows for it.
    fn ways(
        &self,
        operation: &Operation,
        conditions: &[Condition],
        plain: &Bound,
        with_body: Option<&Bound>,
    ) -> Vec<(Condition, Vec<Status>, Variation)> {
        let mut ways = Vec::new();
        for condition in conditions {
            let Some(trigger) = named(&condition.trigger) else { continue };
            for bound in [Some(plain), with_body].into_iter().flatten() {
                let ground = Ground { contract: self.contract, schemas: self.schemas, operation, condition, base: &bound.base };
                let variations = (trigger.vary)(&ground);
                let found = !variations.is_empty();
                for variation in variations {
                    let allowed = operation.statuses_for(|other| same_condition(other, condition, &variation));
                    ways.push((condition.clone(), allowed, variation));
                }
                if found {
                    break;
                }
            }
        }
        ways
    }

    fn fault_probe(
        &mut self,
        operation: &Operation,
        status: Status,
        condition: &Condition,
        allowed: Vec<Status>,
        settled: Settled,
        success: &ProbeId,
    ) -> ProbeId {
        let id = self.free_id(&format!("{}::{status}::{}", operation.id, condition.trigger));
        let consumes =
            if removes(operation) && settled.request.method == operation.method { slots_removed_by(operation, &settled) } else { Vec::new() };
        let probe = Probe {
            id: id.clone(),
            operation: operation.id.clone(),
            trigger: condition.trigger.clone(),
            status,
            purpose: Purpose::Probe,
            request: settled.request,
            fault: settled.fault,
            allowed,
            control: Some(success.clone()),
            needs: settled.needs,
            consumes,
            captures: Vec::new(),
            after: settled.after,
            stage: settled.stage,
            repeat: Repeat::Once,
            also: Vec::new(),
            assumed: None,
        };
        // A request that is due among the changes stands right behind the one it waits for, so that the next change waits
        // for it in turn.
        let last = (probe.stage == Stage::Change).then(|| self.plan.probes.iter().rposition(|other| probe.after.contains(&other.id))).flatten();
        match last {
            Some(position) => self.plan.probes.insert(position + 1, probe),
            None => self.plan.probes.push(probe),
        }
        id
    }

    /// The rate limit belongs to the server: one request that costs nothing and changes nothing, after all others.
    fn whole_server(&mut self, status: Status) -> Intent {
        if self.options.burst == 0 {
            return Intent::Skipped("reaching the rate limit is not allowed in this run".to_owned());
        }
        let contract = self.contract;
        let mut readers: Vec<&Operation> =
            contract.operations.iter().filter(|operation| operation.method.0 == "GET" && operation.done.is_none()).collect();
        readers.sort_by_key(|operation| (operation.path.contains('{'), !self.aimed.contains(&operation.id)));
        for operation in readers {
            if let Ok(success) = self.success(&operation.id)
                && let Some(probe) = self.plan.probe(&success).cloned()
            {
                let id = format!("{WHOLE_SERVER}::{status}::burst");
                let fault =
                    crate::domain::plan::Fault { place: crate::domain::plan::Place::State, words: "the rate limit has been used up".to_owned() };
                let burst = Probe {
                    id: id.clone(),
                    trigger: "burst".to_owned(),
                    status,
                    purpose: Purpose::Probe,
                    fault: Some(fault),
                    allowed: vec![status],
                    control: Some(success),
                    captures: Vec::new(),
                    stage: Stage::Burst,
                    repeat: Repeat::Burst { most: self.options.burst },
                    ..probe
                };
                self.plan.probes.push(burst);
                return Intent::Probes(vec![id]);
            }
        }
        Intent::Unreachable("no operation can be asked without an effect".to_owned())
    }
}

/// Whether a condition of another response is about the same change in the request.
fn same_condition(other: &Condition, condition: &Condition, variation: &Variation) -> bool {
    let kind = variation.kind.as_ref();
    other.trigger == condition.trigger
        && other.by == condition.by
        && (other.at.is_none() || other.at == condition.at)
        && (other.value.is_none() || other.value == condition.value)
        && (other.kind.is_none() || kind.is_none() || other.kind.as_ref() == kind)
}

fn triggers_of(conditions: &[Condition]) -> String {
    conditions.iter().map(|condition| condition.trigger.as_str()).collect::<Vec<_>>().join(", ")
}
