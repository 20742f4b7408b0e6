//! A plan under construction: valid requests first, each bound to resources that other requests make or find.

use std::collections::BTreeMap;

use super::Options;
use super::effect::EffectRules;
use super::resources::id_sources::{Feed, feeds};
use super::resources::unreferenced::removes_many;
use super::schedule::selection::{Wanted, skip_reason};
use super::schedule::{budget, greedy, ordering};
use crate::contract::Schemas;
use crate::model::contract::{Contract, Location, Operation, Status};
use crate::model::path::parameter_of;
use crate::model::plan::{Body, Place, Plan, Probe, ProbeId, Purpose, Repeat, SlotId, Stage, StateOf};
use crate::model::reason::Reason;
use crate::model::suite::Suite;
use crate::plan::values::{Base, freshen, marked, valid};

/// A plan in the making.
pub struct Draft<'a> {
    pub(super) contract: &'a Contract,
    pub(super) schemas: &'a Schemas,
    pub(super) suite: &'a Suite,
    pub(super) options: &'a Options,
    pub(super) plan: Plan,
    pub(super) feeds: Vec<Feed>,
    /// The first valid request of each operation, or why there is none.
    pub(super) successes: BTreeMap<String, Result<ProbeId, Reason>>,
    /// The request of each valid probe before anything is put wrong in it.
    pub(super) bases: BTreeMap<ProbeId, Bound>,
    /// Which probe removes what a slot names.
    pub(super) consumers: BTreeMap<SlotId, ProbeId>,
    /// Operations whose valid request is being built, so that none waits for itself.
    pub(super) building: Vec<String>,
    /// Operations with a wanted cell; requests for any other are fixtures.
    pub(super) aimed: Vec<String>,
    /// Resources that only requests with drawn values write to, by what they must be.
    pub(super) spares: BTreeMap<String, Option<SlotId>>,
    /// What the class of each request follows from.
    pub(super) rules: EffectRules<'a>,
    /// Whether a PUT that makes things at keys of its choice is to replace one that is there.
    pub(super) replaces: bool,
    pub(super) marks: usize,
}

/// A valid request with the slots that fill it.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The request with its fillings.
    pub base: Base,
    /// Slots in the order of the needs they fill.
    pub slots: Vec<SlotId>,
    /// A value that is not certain to be accepted.
    pub assumed: Option<String>,
}

impl<'a> Draft<'a> {
    /// An empty draft.
    pub fn new(contract: &'a Contract, schemas: &'a Schemas, suite: &'a Suite, options: &'a Options) -> Self {
        Self {
            contract,
            schemas,
            suite,
            options,
            plan: Plan { mark: options.mark.clone(), disposable: options.permission.disposable, ..Plan::default() },
            feeds: feeds(contract),
            successes: BTreeMap::new(),
            bases: BTreeMap::new(),
            consumers: BTreeMap::new(),
            building: Vec::new(),
            aimed: Vec::new(),
            spares: BTreeMap::new(),
            rules: EffectRules::new(contract, suite, &options.permission),
            replaces: false,
            marks: 0,
        }
    }

    /// Builds the valid request of every wanted operation: what makes and reads first, what removes last, so that what
    /// removes finds as much as possible made already.
    pub fn prepare(&mut self, wanted: &Wanted) {
        let contract = self.contract;
        let operations: Vec<&Operation> = contract.operations.iter().filter(|operation| wanted.has_operation(&operation.id)).collect();
        self.aimed = operations.iter().map(|operation| operation.id.clone()).collect();
        for removing in [false, true] {
            for operation in operations.iter().filter(|operation| removes(operation) == removing) {
                let _ = self.success(&operation.id);
            }
        }
    }

    /// The plan.
    pub fn finish(mut self) -> Plan {
        self.class_all();
        self.list_before();
        ordering::replace_before_add(&mut self.plan);
        ordering::change_after_filling(&mut self.plan);
        if let Some(budget) = self.options.budget {
            budget::within(&mut self.plan, self.contract, self.options, budget, &mut self.consumers);
        }
        ordering::depend(self.contract, &mut self.plan, &self.consumers);
        if let Some(window) = self.options.windows.iter().min_by_key(|window| window.requests) {
            let sent = self.plan.probes.iter().filter(|probe| probe.stage != Stage::Burst).count();
            if sent < window.requests as usize {
                budget::without_burst(&mut self.plan, *window);
            } else {
                greedy::first_wave(&mut self.plan, self.contract, u64::from(window.requests));
            }
        }
        self.look_elsewhere();
        self.class_all();
        self.end_sessions_last();
        self.sweep_last();
        self.plan.probes.sort_by_key(Probe::due);
        for probe in &mut self.plan.probes {
            if let Some(operation) = self.contract.operation(&probe.operation) {
                let salt = format!("{} {}", self.options.mark, probe.id);
                freshen(self.schemas, operation, &mut probe.request, probe.fault.as_ref().map(|fault| &fault.place), &salt);
            }
        }
        self.plan
    }

    /// The valid request of an operation, built when it is first asked for.
    pub(super) fn success(&mut self, id: &str) -> Result<ProbeId, Reason> {
        if let Some(known) = self.successes.get(id) {
            return known.clone();
        }
        if self.building.iter().any(|building| building == id) {
            return Err(format!("{id} needs something that only {id} makes").into());
        }
        self.building.push(id.to_owned());
        let built = self.valid_probe(id, None);
        self.building.pop();
        self.successes.insert(id.to_owned(), built.clone());
        built
    }

    /// One more valid request of an operation, aimed at another status or made as a fixture.
    pub(super) fn valid_probe(&mut self, id: &str, aim: Option<Status>) -> Result<ProbeId, Reason> {
        let contract = self.contract;
        let operation = contract.operation(id).ok_or_else(|| format!("there is no operation {id}"))?;
        if let Some(reason) = skip_reason(operation, self.suite, self.options) {
            return Err(reason);
        }
        let trigger = success_trigger(operation);
        let mut allowed = operation.statuses_for(|condition| condition.trigger == trigger);
        let aimed = self.aimed.iter().any(|aimed| aimed == id);
        let purpose = if aimed && !allowed.is_empty() { Purpose::Probe } else { Purpose::Fixture };
        let status = aim.or_else(|| ordering::first_aim(operation, trigger)).unwrap_or(Status(200));
        if allowed.is_empty() {
            allowed = operation.responses.iter().map(|response| response.status).filter(|status| status.is_success()).collect();
        }
        self.replaces = aim.is_some_and(|status| status != Status(201)) && self.key_of(operation).is_some();
        let bound = self.bind(operation, false, &[]);
        let replaces = std::mem::take(&mut self.replaces);
        let bound = bound?;
        self.permitted(operation, &bound.base.request, None)?;
        let id = self.free_id(&format!("{}::{status}::{trigger}", operation.id));
        let (poll, after) = self.job(operation, trigger, &bound)?;
        let (trigger, assumed) = (trigger.to_owned(), bound.assumed.clone());
        let plain = Probe::valid(id.clone(), operation, purpose, self.stage_of(operation), bound.base.request.clone());
        let probe = Probe { trigger, status, allowed, after, repeat: poll, assumed, ..plain };
        self.bases.insert(id.clone(), bound);
        self.plan.probes.push(probe);
        if !replaces {
            self.yield_slots(operation, &id);
        }
        if removes(operation) {
            self.consume(operation, &id);
        }
        Ok(id)
    }

    /// The valid request of an operation, bound to slots. Slots in `fixed` fill the needs of their kind first.
    pub(super) fn bind(&mut self, operation: &Operation, with_body: bool, fixed: &[SlotId]) -> Result<Bound, Reason> {
        let mut base = valid(self.contract, self.schemas, operation, with_body)?;
        let mut marks = self.marks;
        let mark = &self.options.mark;
        marked(self.contract, self.schemas, operation, &mut base, || {
            marks += 1;
            format!("{mark}-{marks}")
        });
        self.marks = marks;
        let key = self.choose_key(operation, &mut base, fixed);
        let mut bound = self.fill(operation, base, fixed)?;
        self.equate(operation, key.as_deref(), &mut bound);
        self.neutralise(operation, &mut bound);
        Ok(bound)
    }

    /// The same valid request with marks of its own; where it has none, it is the same.
    pub(super) fn remarked(&mut self, operation: &Operation, plain: &Bound) -> Bound {
        let before = self.marks;
        match self.bind(operation, false, &plain.slots) {
            Ok(fresh) if self.marks > before => fresh,
            _ => plain.clone(),
        }
    }

    /// A name that no probe has yet.
    pub(super) fn free_id(&self, name: &str) -> ProbeId {
        let taken = |id: &str| self.plan.probes.iter().any(|probe| probe.id == id);
        if !taken(name) {
            return name.to_owned();
        }
        (2..=self.plan.probes.len() + 2).map(|count| format!("{name}#{count}")).find(|id| !taken(id)).unwrap_or_default()
    }

    pub(super) fn probe_mut(&mut self, id: &str) -> Option<&mut Probe> {
        self.plan.probes.iter_mut().find(|probe| probe.id == id)
    }

    fn stage_of(&self, operation: &Operation) -> Stage {
        let makes = self.feeds.iter().any(|feed| feed.operation == operation.id && feed.makes);
        match operation.method.0.as_str() {
            _ if removes(operation) => Stage::Remove,
            "GET" | "HEAD" | "OPTIONS" => Stage::Read,
            _ if makes => Stage::Make,
            _ => Stage::Change,
        }
    }

    /// How a job is waited for: the operation that reads it is asked until it is done, the one that fetches what came
    /// of it waits for that.
    fn job(&mut self, operation: &Operation, trigger: &str, bound: &Bound) -> Result<(Repeat, Vec<ProbeId>), Reason> {
        if let Some(done) = &operation.done {
            let poll = Repeat::Poll { at: done.at.clone(), finished: done.finished.clone(), failed: done.failed.clone() };
            return Ok((poll, Vec::new()));
        }
        if trigger != "finished" {
            return Ok((Repeat::Once, Vec::new()));
        }
        let slot = bound.slots.first().and_then(|slot| self.plan.slots.get(slot)).map(|slot| slot.kind.clone()).unwrap_or_default();
        let reader = self.reader_of(&slot).ok_or_else(|| format!("no operation says when a job of {slot} is done (x-probity-done)"))?;
        let poll = self.success(&reader)?;
        Ok((Repeat::Once, vec![poll]))
    }

    /// The operation that tells the state of a job of this kind.
    pub(super) fn reader_of(&self, kind: &str) -> Option<String> {
        let reads = |operation: &&Operation| operation.done.is_some() && path_kind(operation) == Some(kind);
        self.contract.operations.iter().find(reads).map(|operation| operation.id.clone())
    }

    /// The states in which a job of a kind has ended well, seen from the job itself; a list may show them.
    pub(super) fn finished(&self, kind: &str) -> Option<StateOf> {
        let done = self.contract.operation(&self.reader_of(kind)?)?.done.as_ref()?;
        let at = done.at.strip_prefix("/data").filter(|rest| rest.starts_with('/')).unwrap_or(&done.at);
        Some(StateOf { at: at.to_owned(), any: done.finished.clone() })
    }

    fn consume(&mut self, operation: &Operation, id: &str) {
        let Some(bound) = self.bases.get(id) else { return };
        let gone: Vec<SlotId> = consumed_slots(operation, bound);
        let mut taken = gone.clone();
        if removes_many(operation) {
            // What came to be together with the thing that they are found by goes with it.
            let makers: Vec<ProbeId> = gone.iter().filter_map(|slot| self.plan.maker(slot).cloned()).collect();
            taken.extend(makers.iter().flat_map(|maker| self.made_by(maker)));
        }
        for slot in taken {
            self.consumers.entry(slot).or_insert_with(|| id.to_owned());
        }
        if let Some(probe) = self.probe_mut(id).filter(|_| !stays(operation)) {
            probe.consumes = gone;
        }
    }
}

/// Whether what a deletion names is there afterwards, in a state in which the same deletion is refused.
fn stays(operation: &Operation) -> bool {
    let mut conditions = operation.responses.iter().flat_map(|response| &response.conditions);
    conditions.any(|condition| condition.trigger == "wrong-state" && condition.by.as_ref() == Some(&operation.id))
}

/// The trigger of a valid request: `success`, or what the contract puts in its place (`finished`).
pub(super) fn success_trigger(operation: &Operation) -> &str {
    let mut conditions = operation.responses.iter().filter(|response| !response.status.is_refusal()).flat_map(|response| &response.conditions);
    conditions.find(|condition| condition.trigger == "finished").map_or("success", |condition| condition.trigger.as_str())
}

/// Whether an accepted request takes resources away: the path names one, or their collection and the body names them, or
/// nothing does.
pub(super) fn removes(operation: &Operation) -> bool {
    let in_body = operation.request_body.as_ref().is_some_and(|body| body.required) && !operation.path.contains('{');
    operation.method.0 == "DELETE" && (operation.item_parameter().is_some() || in_body || removes_many(operation))
}

/// The slots that an accepted request takes away.
pub(super) fn consumed_slots(operation: &Operation, bound: &Bound) -> Vec<SlotId> {
    let own = operation.item_parameter().map(|parameter| parameter.name.as_str());
    let fillings = bound.base.request.fillings.iter().filter(|filling| match &filling.place {
        Place::Path(name) => own == Some(name.as_str()),
        Place::Body(_) => own.is_none() && !matches!(bound.base.request.body, Body::Empty),
        Place::Query(_) => removes_many(operation),
        _ => false,
    });
    fillings.map(|filling| filling.slot.clone()).collect()
}

/// The kind of resource that the last parameter of the path names.
pub(super) fn path_kind(operation: &Operation) -> Option<&str> {
    let last = operation.segments().rev().find_map(parameter_of)?;
    operation.parameter(Location::Path, last)?.resource.as_ref().map(|need| need.kind.as_str())
}
