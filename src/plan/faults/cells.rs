//! Finds the cheapest request that can prove each cell.

use serde_json::Value;

use super::conditions_met;
use super::preconditions::{PreparedFault, slots_removed_by};
use super::single_item::alone;
use crate::model::contract::{Condition, Operation, Status, WHOLE_SERVER};
use crate::model::plan::{Fault, Intent, Place, PlannedCell, Probe, ProbeId, Purpose, Repeat, Stage};
use crate::model::reason::{NoRequest, NoState, Reason, UserChoice};
use crate::model::suite::AccountName;
use crate::model::trigger_name::TriggerName;
use crate::plan::bound_request::BoundRequest;
use crate::plan::effect::reads;
use crate::plan::operation_effects::{removes, success_trigger};
use crate::plan::resolver::Resolver;
use crate::plan::schedule::selection::{is_satisfied, skip_reason};
use crate::plan::triggers::{Mutation, Precondition, TriggerContext, by_trigger_name, same_route};

impl Resolver<'_> {
    /// Plans how each wanted cell is proved, in the order of the contract.
    pub fn plan_all_cells(&mut self) {
        for cell in self.context.wanted.cells() {
            self.plan_cell(cell);
        }
    }

    fn plan_cell(&mut self, cell: &PlannedCell) {
        let intent = if cell.operation == WHOLE_SERVER {
            self.whole_server(cell.status)
        } else {
            let contract = self.context.contract;
            match contract.operation(&cell.operation) {
                Some(operation) => self.operation_cell(operation, cell.status),
                None => Intent::Unreachable(NoRequest::OperationGone.into()),
            }
        };
        self.builder.cells_mut().push(PlannedCell { intent, ..cell.clone() });
    }

    fn operation_cell(&mut self, operation: &Operation, status: Status) -> Intent {
        if let Some(reason) = skip_reason(operation, self.context.suite, self.context.options) {
            return Intent::Skipped(reason);
        }
        if status.is_server_error() {
            return Intent::Watched;
        }
        let success = match self.success(&operation.id) {
            Ok(success) => success,
            Err(reason) => return intent_of_reason(reason),
        };
        let trigger = success_trigger(operation);
        let conditions = operation.response(status).map(|response| response.conditions.clone()).unwrap_or_default();
        if conditions.iter().any(|condition| condition.trigger == trigger) {
            let rules: Vec<Condition> = conditions.into_iter().filter(|condition| condition.each).collect();
            return match self.success_cell(operation, status, &success) {
                Intent::Probes(valid) if !rules.is_empty() => match self.fault_cell(operation, &rules, status, &success) {
                    Intent::Probes(more) => Intent::Probes([valid, more].concat()),
                    _ => Intent::Probes(valid),
                },
                intent => intent,
            };
        }
        if conditions.iter().any(|condition| condition.trigger == TriggerName::BURST) {
            return self.limit_cell(operation, status, success);
        }
        if let Some(shared) = self.shared(operation, &conditions) {
            return Intent::Probes(vec![shared]);
        }
        self.fault_cell(operation, &conditions, status, &success)
    }

    /// A success that the first valid request is aimed at, or one more request for another success code.
    fn success_cell(&mut self, operation: &Operation, status: Status, success: &ProbeId) -> Intent {
        let first = self.builder.plan().probe(success).map(|probe| probe.status);
        // A job shows all that its reader says of it while it is waited for, and a server takes one of two sides.
        let shared = operation.done.is_some() || operation.response(status).is_some_and(|response| response.alternative_to.is_some());
        if first == Some(status) || shared {
            return Intent::Probes(vec![success.clone()]);
        }
        let redirects = first.is_some_and(|first| first.class() == 3);
        let more = if redirects { self.follow_redirect(success, status) } else { self.valid_probe(&operation.id, Some(status)) };
        match more {
            Ok(id) => Intent::Probes(vec![id]),
            Err(reason) => intent_of_reason(reason),
        }
    }

    /// Fetches what a redirect of the first request points at.
    fn follow_redirect(&mut self, first: &ProbeId, status: Status) -> Result<ProbeId, Reason> {
        let probe = self.builder.plan().probe(first).cloned().ok_or(NoState::RedirectGone)?;
        let id = ProbeId::for_cell(&probe.operation, status, &probe.trigger);
        let follow = Probe { id, status, repeat: Repeat::Follow(first.clone()), after: vec![first.clone()], captures: Vec::new(), ..probe };
        self.builder.push(follow)
    }

    /// A method that a path does not have is refused for every operation of the path at once.
    fn shared(&mut self, operation: &Operation, conditions: &[Condition]) -> Option<ProbeId> {
        conditions.iter().find(|condition| condition.trigger == TriggerName::UNSUPPORTED_METHOD)?;
        let known = self
            .builder
            .probes_mut()
            .iter_mut()
            .find(|probe| probe.trigger == TriggerName::UNSUPPORTED_METHOD && same_route(&probe.request.path, &operation.path))?;
        if !known.also.contains(&operation.id) {
            known.also.push(operation.id.clone());
        }
        Some(known.id.clone())
    }

    fn fault_cell(&mut self, operation: &Operation, conditions: &[Condition], status: Status, success: &ProbeId) -> Intent {
        let Some(plain) = self.bases.get(success).cloned() else { return Intent::Unreachable(NoState::ValidRequestGone.into()) };
        let optional_body = operation.request_body.as_ref().is_some_and(|body| !body.required);
        let with_body = if optional_body { self.bind(operation, true, &plain.slots).ok() } else { None };
        let fresh = self.remarked(operation, &plain);
        let mut ways = self.ways(operation, conditions, [&plain, &fresh], with_body.as_ref());
        // Where a resource is read that the run deletes, asking for that one shows that it is gone, too.
        let reads_one = operation.method.is_get() && operation.path.ends_with('}');
        ways.sort_by_key(|(condition, allowed, _)| (allowed.len(), reads_one && condition.trigger == TriggerName::UNKNOWN_ID));
        let mut skipped: Option<Reason> = None;
        let mut reasons: Vec<Reason> = Vec::new();
        let possible: Vec<TriggerName> = ways.iter().map(|(condition, ..)| condition.trigger.clone()).collect();
        let mut aimed: Vec<ProbeId> = Vec::new();
        let mut done: Vec<Condition> = Vec::new();
        for (condition, allowed, mutation) in ways {
            // A trigger is done once its plainest way is planned; without --thorough, so is the cell, but for rules of their own. What
            // is called private is asked for beside whatever else shows the status.
            let is_done = |known: &Condition| if condition.each { *known == condition } else { known.trigger == condition.trigger };
            let is_own_rule = condition.each || condition.trigger == TriggerName::OTHER_OWNER;
            let enough = !aimed.is_empty() && !is_own_rule && !self.context.options.thorough && !self.asks_who(operation, status);
            if enough || done.iter().any(is_done) {
                continue;
            }
            if let Some(reason) = self.why_not_sent(operation, &mutation) {
                skipped = Some(reason);
                continue;
            }
            let settled = self.settle(operation, &mutation, success);
            match settled.and_then(|settled| self.fault_probe(operation, status, &condition, allowed, settled, success)) {
                Ok(probe) => {
                    aimed.push(probe);
                    done.push(condition);
                }
                Err(reason) if reason.is_choice() || matches!(mutation.precondition, Precondition::Given(_)) => skipped = Some(reason),
                Err(reason) if !reasons.contains(&reason) => reasons.push(reason),
                Err(_) => {}
            }
        }
        match skipped {
            _ if !aimed.is_empty() => Intent::Probes(aimed),
            Some(reason) => Intent::Skipped(reason),
            None => Intent::Unreachable(why_not(&plain, conditions, &possible, reasons).into()),
        }
    }

    /// Whether this is where every way of not being known is gone: once for the whole server, on what changes nothing.
    fn asks_who(&self, operation: &Operation, status: Status) -> bool {
        let unknown = Status(401);
        let mut harmless = self.context.wanted_operations().filter(|other| {
            let plain = other.method.is_get() && !other.path.contains('{') && other.response(unknown).is_some();
            plain && matches!(self.successes.get(&other.id), Some(Ok(_)))
        });
        status == unknown && harmless.next().is_some_and(|first| first.id == operation.id)
    }

    /// Why a way is not gone although it could be: by choice, or for want of an account.
    fn why_not_sent(&self, operation: &Operation, mutation: &Mutation) -> Option<Reason> {
        let method = &mutation.request.method;
        let reading = method.is_safe() || (*method == operation.method && reads(operation, self.context.suite, &self.context.options.permission));
        if !self.context.options.permission.writes && !reading {
            // Harmless only as long as the server refuses it, which is what is in question.
            return Some(UserChoice::Method(method.clone()).into());
        }
        let (options, accounts) = (&self.context.options, &self.context.suite.accounts);
        match mutation.request.credentials.account()? {
            AccountName::Limited if !is_satisfied(operation, &options.limited) => {
                Some(UserChoice::LimitedAccount(accounts.variables(AccountName::Limited)).into())
            }
            AccountName::Other if !is_satisfied(operation, &options.other) => {
                Some(UserChoice::OtherAccount(accounts.variables(AccountName::Other)).into())
            }
            _ => None,
        }
    }

    /// Every way to provoke one of the conditions, with the statuses that the contract allows for it. The names in the
    /// request are fresh, or it would be a second fault that they are taken; only what is about that repeats the plain one.
    pub(in crate::plan) fn ways(
        &self,
        operation: &Operation,
        conditions: &[Condition],
        [plain, fresh]: [&BoundRequest; 2],
        with_body: Option<&BoundRequest>,
    ) -> Vec<(Condition, Vec<Status>, Mutation)> {
        let mut ways = Vec::new();
        for condition in conditions {
            let Some(trigger) = by_trigger_name(&condition.trigger) else { continue };
            for bound_request in [Some(fresh), with_body].into_iter().flatten() {
                let trigger_context = |base| TriggerContext {
                    contract: self.context.contract,
                    schemas: self.context.schemas,
                    operation,
                    condition,
                    base,
                    mark: &self.context.options.mark,
                };
                let mut variations = (trigger.mutations)(&trigger_context(&bound_request.base));
                if variations.iter().any(|mutation| matches!(mutation.precondition, Precondition::Again(_) | Precondition::Repeated)) {
                    variations = (trigger.mutations)(&trigger_context(&plain.base));
                }
                let found = !variations.is_empty();
                let trigger_context = trigger_context(&bound_request.base);
                for mutation in variations {
                    let allowed = operation.statuses_for(|other| conditions_met::is_met(other, &trigger_context, &mutation));
                    ways.push((condition.clone(), allowed, mutation));
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
        settled: PreparedFault,
        success: &ProbeId,
    ) -> Result<ProbeId, Reason> {
        let id = ProbeId::for_cell(&operation.id, status, &condition.trigger);
        let mut settled = alone(operation, settled, |list| self.takes_one(operation, success, list));
        if removes(operation) && allowed.iter().any(|status| status.is_success()) {
            self.set_apart(operation, &mut settled);
        }
        let consumes =
            if removes(operation) && settled.request.method == operation.method { slots_removed_by(operation, &settled) } else { Vec::new() };
        let mut probe = Probe {
            trigger: condition.trigger.clone(),
            status,
            fault: settled.fault,
            allowed,
            control: Some(success.clone()),
            consumes,
            after: settled.after,
            assumed: settled.assumed,
            ..Probe::valid(id, operation, Purpose::Probe, settled.stage, settled.request)
        };
        probe.needs.extend(settled.besides);
        // A request that is due among the changes stands right behind the one it waits for, so that the next change waits
        // for it in turn.
        let waits = |other: &&Probe| probe.stage == Stage::Change && probe.after.contains(&other.id);
        let is_change = probe.stage == Stage::Change;
        match self.builder.plan().probes.iter().filter(|_| is_change).rfind(waits).map(|before| before.id.clone()) {
            Some(before) => self.builder.push_after(&before, probe),
            None => self.builder.push(probe),
        }
    }

    /// Whether the valid request would still be valid with the first of a list alone.
    pub(in crate::plan) fn takes_one(&self, operation: &Operation, success: &ProbeId, list: &str) -> bool {
        let Some(base) = self.bases.get(success).map(|bound_request| &bound_request.base) else { return true };
        let media = operation.request_body.as_ref().zip(base.media).and_then(|(body, media)| body.content.get(media));
        let (Some(body), Some(schema)) = (base.request.body.value(), media.and_then(|media| media.schema.as_ref())) else { return true };
        let mut less = body.clone();
        if let Some(Value::Array(items)) = less.pointer_mut(list) {
            items.truncate(1);
        }
        !self.context.schemas.fits(schema, body) || self.context.schemas.fits(schema, &less)
    }

    /// The rate limit belongs to the server: one request that costs nothing and changes nothing, after all others.
    fn whole_server(&mut self, status: Status) -> Intent {
        if self.context.options.burst == 0 {
            return Intent::Skipped(NoRequest::LimitIsLeftAlone.into());
        }
        let contract = self.context.contract;
        let mut readers: Vec<&Operation> =
            contract.operations.iter().filter(|operation| operation.method.is_get() && operation.done.is_none()).collect();
        readers.sort_by_key(|operation| (operation.path.contains('{'), !self.context.wanted.has_operation(&operation.id)));
        for operation in readers {
            if let Ok(success) = self.success(&operation.id) {
                return self.burst(ProbeId::for_cell(WHOLE_SERVER, status, "burst"), status, success);
            }
        }
        Intent::Unreachable(NoRequest::NoHarmless.into())
    }

    /// The rate limit as an operation of its own documents it.
    fn limit_cell(&mut self, operation: &Operation, status: Status, success: ProbeId) -> Intent {
        if self.context.options.burst == 0 {
            return Intent::Skipped(NoRequest::LimitIsLeftAlone.into());
        }
        if !operation.method.is_safe() {
            return Intent::Unreachable(NoRequest::LimitIsReached.into());
        }
        self.burst(ProbeId::for_cell(&operation.id, status, "burst"), status, success)
    }

    /// Sends a valid request until the rate limit is reached; once it is, one more is enough for each that follows.
    fn burst(&mut self, id: ProbeId, status: Status, success: ProbeId) -> Intent {
        let Some(probe) = self.builder.plan().probe(&success).cloned() else { return Intent::Unreachable(NoState::ValidRequestGone.into()) };
        let before = self.builder.plan().probes.iter().rfind(|probe| probe.stage == Stage::Burst).map(|probe| probe.id.clone());
        let most = if before.is_some() { 1 } else { self.context.options.burst };
        let burst = Probe {
            id,
            trigger: TriggerName::BURST,
            status,
            purpose: Purpose::Probe,
            fault: Some(Fault { place: Place::State, words: "the rate limit has been used up".to_owned() }),
            allowed: vec![status],
            control: Some(success),
            captures: Vec::new(),
            after: probe.after.iter().cloned().chain(before).collect(),
            stage: Stage::Burst,
            repeat: Repeat::Burst { most },
            ..probe
        };
        self.builder.push(burst).map_or_else(intent_of_reason, |id| Intent::Probes(vec![id]))
    }
}

/// What becomes of a cell for a reason: it is skipped where a person has chosen it.
fn intent_of_reason(reason: Reason) -> Intent {
    if reason.is_choice() { Intent::Skipped(reason) } else { Intent::Unreachable(reason) }
}

/// Why no condition can be provoked: what the request lacks for some triggers, and why the others cannot be had.
fn why_not(plain: &BoundRequest, conditions: &[Condition], possible: &[TriggerName], tried: Vec<Reason>) -> NoRequest {
    if conditions.is_empty() {
        return NoRequest::NoCondition;
    }
    let bodiless = plain.base.media.is_none();
    let mut lacking: Vec<(String, Vec<String>)> = Vec::new();
    let impossible = conditions.iter().filter(|condition| !possible.contains(&condition.trigger));
    for trigger in impossible.filter_map(|condition| by_trigger_name(&condition.trigger)).filter(|trigger| !trigger.needs.is_empty()) {
        let needs = if bodiless && trigger.needs.contains("body") { "body" } else { trigger.needs };
        match lacking.iter_mut().find(|(known, _)| *known == needs) {
            Some((_, triggers)) => triggers.push(trigger.name.to_string()),
            None => lacking.push((needs.to_owned(), vec![trigger.name.to_string()])),
        }
    }
    NoRequest::NoTrigger { tried, lacking }
}
