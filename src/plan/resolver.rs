//! Makes and binds valid requests: each is bound to resources that other requests make or find, by recursion.

use std::collections::BTreeMap;

use super::bound_request::{BoundRequest, consumed_slots};
use super::builder::PlanBuilder;
use super::operation_effects::{first_aim, path_kind, removes, removes_many, stays_after_deletion, success_trigger};
use super::planning_context::Context;
use super::schedule::selection::skip_reason;
use crate::model::contract::{Operation, Status};
use crate::model::plan::{Probe, ProbeId, Purpose, Repeat, ResourceStates, SlotId, Stage};
use crate::model::reason::{NoRequest, Reason};
use crate::model::trigger_name::TriggerName;
use crate::plan::values::{put_marks, valid};

/// What the passes work with: the context, the plan that is built, and the valid requests that are known so far.
pub struct Resolver<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) builder: PlanBuilder<'a>,
    /// The first valid request of each operation, or why there is none.
    pub(super) successes: BTreeMap<String, Result<ProbeId, Reason>>,
    /// The request of each valid probe before anything is put wrong in it.
    pub(super) bases: BTreeMap<ProbeId, BoundRequest>,
    /// Operations whose valid request is being built, so that none waits for itself.
    pub(super) building: Vec<String>,
    /// Resources that only requests with drawn values write to, by what they must be.
    pub(super) spares: BTreeMap<String, Option<SlotId>>,
    /// Whether a PUT that makes things at keys of its choice is to replace one that is there.
    pub(super) replaces: bool,
    pub(super) marks: usize,
}

impl<'a> Resolver<'a> {
    /// Nothing is known yet, and nothing planned.
    pub fn new(context: &'a Context<'a>) -> Self {
        Self {
            context,
            builder: PlanBuilder::new(context),
            successes: BTreeMap::new(),
            bases: BTreeMap::new(),
            building: Vec::new(),
            spares: BTreeMap::new(),
            replaces: false,
            marks: 0,
        }
    }

    /// Builds the valid request of every wanted operation: what makes and reads first, what removes last, so that what
    /// removes finds as much as possible made already.
    pub fn prepare(&mut self) {
        let context = self.context;
        for removing in [false, true] {
            for operation in context.wanted_operations().filter(|operation| removes(operation) == removing) {
                let _ = self.success(&operation.id);
            }
        }
    }

    /// The valid request of an operation, built when it is first asked for.
    pub(super) fn success(&mut self, id: &str) -> Result<ProbeId, Reason> {
        if let Some(known) = self.successes.get(id) {
            return known.clone();
        }
        if self.building.iter().any(|building| building == id) {
            return Err(NoRequest::NeedsItself(id.to_owned()).into());
        }
        self.building.push(id.to_owned());
        let built = self.valid_probe(id, None);
        self.building.pop();
        self.successes.insert(id.to_owned(), built.clone());
        built
    }

    /// One more valid request of an operation, aimed at another status or made as a fixture.
    pub(super) fn valid_probe(&mut self, id: &str, aim: Option<Status>) -> Result<ProbeId, Reason> {
        let contract = self.context.contract;
        let operation = contract.operation(id).ok_or_else(|| NoRequest::UnknownOperation(id.to_owned()))?;
        if let Some(reason) = skip_reason(operation, self.context.suite, self.context.options) {
            return Err(reason);
        }
        if let Some(other) = &operation.same_route {
            return Err(NoRequest::SameRoute(other.clone()).into());
        }
        let trigger = success_trigger(operation);
        let mut allowed = operation.statuses_for(|condition| condition.trigger == trigger);
        let purpose = if self.context.wanted.has_operation(id) && !allowed.is_empty() { Purpose::Probe } else { Purpose::Fixture };
        let status = aim.or_else(|| first_aim(operation, &trigger)).unwrap_or(Status(200));
        if allowed.is_empty() {
            allowed = operation.responses.iter().map(|response| response.status).filter(|status| status.is_success()).collect();
        }
        self.replaces = aim.is_some_and(|status| status != Status(201)) && self.key_of(operation).is_some();
        let bound_request = self.bind(operation, false, &[]);
        let replaces = std::mem::take(&mut self.replaces);
        let bound_request = bound_request?;
        self.builder.permitted(operation, &bound_request.base.request, None)?;
        let id = ProbeId::for_cell(&operation.id, status, &trigger);
        let (poll, after) = self.job(operation, &trigger, &bound_request)?;
        let assumed = bound_request.assumed.clone();
        let plain = Probe::valid(id, operation, purpose, self.stage_of(operation), bound_request.base.request.clone());
        let probe = Probe { trigger, status, allowed, after, repeat: poll, assumed, ..plain };
        let id = self.builder.push(probe)?;
        self.bases.insert(id.clone(), bound_request);
        if !replaces {
            self.yield_slots(operation, &id);
        }
        if removes(operation) {
            self.consume(operation, &id);
        }
        Ok(id)
    }

    /// The valid request of an operation, bound to slots. Slots in `fixed` fill the needs of their kind first.
    pub(super) fn bind(&mut self, operation: &Operation, with_body: bool, fixed: &[SlotId]) -> Result<BoundRequest, Reason> {
        let mut base = valid(self.context.contract, self.context.schemas, operation, with_body)?;
        let mut marks = self.marks;
        let mark = &self.context.options.mark;
        put_marks(self.context.contract, self.context.schemas, operation, &mut base, || {
            marks += 1;
            format!("{mark}-{marks}")
        });
        self.marks = marks;
        let key = self.choose_key(operation, &mut base, fixed);
        let mut bound_request = self.fill(operation, base, fixed)?;
        self.equate(operation, key.as_deref(), &mut bound_request);
        self.neutralise(operation, &mut bound_request);
        Ok(bound_request)
    }

    /// The same valid request with marks of its own; where it has none, it is the same.
    pub(super) fn remarked(&mut self, operation: &Operation, plain: &BoundRequest) -> BoundRequest {
        let before = self.marks;
        match self.bind(operation, false, &plain.slots) {
            Ok(fresh) if self.marks > before => fresh,
            _ => plain.clone(),
        }
    }

    fn stage_of(&self, operation: &Operation) -> Stage {
        let makes = self.context.feeds_by(&operation.id).any(|id_source| id_source.makes);
        match operation.method.as_str() {
            _ if removes(operation) => Stage::Remove,
            "GET" | "HEAD" | "OPTIONS" => Stage::Read,
            _ if makes => Stage::Make,
            _ => Stage::Change,
        }
    }

    /// How a job is waited for: the operation that reads it is asked until it is done, the one that fetches what came
    /// of it waits for that.
    fn job(&mut self, operation: &Operation, trigger: &TriggerName, bound_request: &BoundRequest) -> Result<(Repeat, Vec<ProbeId>), Reason> {
        if let Some(done) = &operation.done {
            let poll = Repeat::Poll { at: done.at.clone(), finished: done.finished.clone(), failed: done.failed.clone() };
            return Ok((poll, Vec::new()));
        }
        if *trigger != TriggerName::FINISHED {
            return Ok((Repeat::Once, Vec::new()));
        }
        let slot = bound_request.slots.first().and_then(|slot| self.builder.plan().slots.get(slot)).map(|slot| slot.kind.clone()).unwrap_or_default();
        let reader = self.reader_of(&slot).ok_or(NoRequest::NoJobReader(slot))?;
        let poll = self.success(&reader)?;
        Ok((Repeat::Once, vec![poll]))
    }

    /// The operation that tells the state of a job of this kind.
    pub(super) fn reader_of(&self, kind: &str) -> Option<String> {
        let reads = |operation: &&&Operation| path_kind(operation) == Some(kind);
        self.context.pollers.iter().find(reads).map(|operation| operation.id.clone())
    }

    /// The states in which a job of a kind has ended well, seen from the job itself; a list may show them.
    pub(super) fn finished(&self, kind: &str) -> Option<ResourceStates> {
        let done = self.context.contract.operation(&self.reader_of(kind)?)?.done.as_ref()?;
        let at = done.at.strip_prefix("/data").filter(|rest| rest.starts_with('/')).unwrap_or(&done.at);
        Some(ResourceStates { at: at.to_owned(), any: done.finished.clone() })
    }

    fn consume(&mut self, operation: &Operation, id: &ProbeId) {
        let Some(bound_request) = self.bases.get(id) else { return };
        let gone: Vec<SlotId> = consumed_slots(operation, bound_request);
        let mut taken = gone.clone();
        if removes_many(operation) {
            // What came to be together with the thing that they are found by goes with it.
            let makers: Vec<ProbeId> = gone.iter().filter_map(|slot| self.builder.plan().maker(slot).cloned()).collect();
            taken.extend(makers.iter().flat_map(|maker| self.made_by(maker)));
        }
        for slot in taken {
            self.builder.consumers.entry(slot).or_insert_with(|| id.clone());
        }
        if let Some(probe) = self.builder.probe_mut(id).filter(|_| !stays_after_deletion(operation)) {
            probe.consumes = gone;
        }
    }
}
