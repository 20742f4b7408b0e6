//! Owns the plan while it is made: whatever is added goes through `push`, which gives it an id and the class of its effect.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::effect::{ClassifiedRequest, not_allowed};
use super::planning_context::Context;
use super::schedule::dependents::Dependents;
use crate::model::contract::Operation;
use crate::model::drawn::Drawn;
use crate::model::effect::{Effect, Provenance};
use crate::model::plan::{Fault, Intent, Plan, PlannedCell, Probe, ProbeId, Remover, RequestTemplate, Slot, SlotId};
use crate::model::reason::Reason;

/// A plan in the making. The plan itself is private, so that no other file adds a probe without an id and a class.
pub struct PlanBuilder<'a> {
    context: &'a Context<'a>,
    plan: Plan,
    /// Which probe removes what a slot names.
    pub consumers: BTreeMap<SlotId, ProbeId>,
    /// The ids of all probes.
    taken: HashSet<ProbeId>,
}

impl<'a> PlanBuilder<'a> {
    /// An empty plan.
    pub fn new(context: &'a Context<'a>) -> Self {
        let options = context.options;
        let plan = Plan { mark: options.mark.clone(), disposable: options.permission.disposable, ..Plan::default() };
        Self { context, plan, consumers: BTreeMap::new(), taken: HashSet::new() }
    }

    /// The plan so far.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan as it is now, for good.
    pub fn finish(self) -> Plan {
        self.plan
    }

    /// Adds a probe at the end. Its id is the name that it comes with, numbered where another probe has that name.
    ///
    /// # Errors
    /// What it would change is not allowed; the plan is as it was.
    pub fn push(&mut self, probe: Probe) -> Result<ProbeId, Reason> {
        self.insert(self.plan.probes.len(), probe)
    }

    /// Adds a probe right behind another one; at the end where that is not planned.
    ///
    /// # Errors
    /// What it would change is not allowed; the plan is as it was.
    pub fn push_after(&mut self, before: &str, probe: Probe) -> Result<ProbeId, Reason> {
        let behind = self.plan.place(before).map(|position| position + 1);
        self.insert(behind.unwrap_or(self.plan.probes.len()), probe)
    }

    fn insert(&mut self, position: usize, mut probe: Probe) -> Result<ProbeId, Reason> {
        if let Some(operation) = self.context.contract.operation(&probe.operation) {
            probe.effect = self.permitted(operation, &probe.request, probe.fault.as_ref())?;
        }
        probe.id = self.free_id(&probe.id);
        let id = probe.id.clone();
        self.taken.insert(id.clone());
        self.plan.probes.insert(position, probe);
        Ok(id)
    }

    /// A name that no probe has yet.
    pub fn free_id(&self, name: &ProbeId) -> ProbeId {
        let taken = |id: &str| self.taken.contains(id);
        if !taken(name) {
            return name.clone();
        }
        (2..=self.plan.probes.len() + 2).map(|count| name.numbered(count)).find(|id| !taken(id)).unwrap_or_default()
    }

    /// Checks that a request may be sent, with the ids that the plan has for it, and tells what it would change.
    ///
    /// # Errors
    /// What it would change is not allowed.
    pub fn permitted(&self, operation: &Operation, request: &RequestTemplate, fault: Option<&Fault>) -> Result<Effect, Reason> {
        let Context { rules, options, .. } = self.context;
        let known = |slot: &SlotId| self.plan.slots.get(slot).map_or(Provenance::Example, Slot::provenance);
        let effect = rules.of(&ClassifiedRequest { operation, request, fault, known: &known, mark: &options.mark });
        if options.permission.allows(effect) { Ok(effect) } else { Err(not_allowed(effect, fault.is_some())) }
    }

    /// Classes every probe again, because some were changed after they were added, and takes out what is not allowed, with
    /// what depends on it.
    pub fn class_again(&mut self) {
        let mut withheld: BTreeMap<ProbeId, Reason> = BTreeMap::new();
        for index in 0..self.plan.probes.len() {
            let probe = &self.plan.probes[index];
            let Some(operation) = self.context.contract.operation(&probe.operation) else { continue };
            match self.permitted(operation, &probe.request, probe.fault.as_ref()) {
                Ok(effect) => self.plan.probes[index].effect = effect,
                Err(reason) => drop(withheld.insert(probe.id.clone(), reason)),
            }
        }
        if withheld.is_empty() {
            return;
        }
        // What would use its answer could not be sent.
        let dependents = Dependents::of(&self.plan);
        for (id, reason) in withheld.clone() {
            let lost = dependents.with(BTreeSet::from([id]));
            withheld.extend(lost.into_iter().filter(|id| !withheld.contains_key(id)).map(|id| (id, reason.clone())).collect::<Vec<_>>());
        }
        for cell in &mut self.plan.cells {
            let Intent::Probes(aimed) = &cell.intent else { continue };
            if let Some(reason) = aimed.iter().find_map(|id| withheld.get(id)).filter(|_| aimed.iter().all(|id| withheld.contains_key(id))) {
                cell.intent = Intent::Skipped(reason.clone());
            }
        }
        self.retain(|probe| !withheld.contains_key(&probe.id));
    }

    /// Keeps only some probes. No probe waits for the others any more, and no cell is left to them alone.
    pub fn retain(&mut self, keep: impl FnMut(&Probe) -> bool) {
        self.plan.probes.retain(keep);
        let there: BTreeSet<&ProbeId> = self.plan.probes.iter().map(|probe| &probe.id).collect();
        self.taken = there.iter().map(|id| (*id).clone()).collect();
        self.plan.drawn.retain(|id, _| there.contains(id));
        self.consumers.retain(|_, consumer| there.contains(consumer));
        for cell in &mut self.plan.cells {
            if let Intent::Probes(aimed) = &mut cell.intent {
                aimed.retain(|id| there.contains(id));
            }
        }
        let there: BTreeSet<ProbeId> = there.into_iter().cloned().collect();
        for probe in &mut self.plan.probes {
            probe.after.retain(|id| there.contains(id));
        }
    }

    /// A probe, to be changed.
    pub fn probe_mut(&mut self, id: &str) -> Option<&mut Probe> {
        let place = self.plan.place(id)?;
        self.plan.probes.get_mut(place)
    }

    /// All probes, to be changed or put into another order.
    pub fn probes_mut(&mut self) -> &mut [Probe] {
        &mut self.plan.probes
    }

    /// The cells, to be told how they are proved.
    pub fn cells_mut(&mut self) -> &mut Vec<PlannedCell> {
        &mut self.plan.cells
    }

    /// Aims a probe at every cell that another one is aimed at.
    pub fn aim_at_same_cells(&mut self, other: &ProbeId, id: &ProbeId) {
        for cell in &mut self.plan.cells {
            match &mut cell.intent {
                Intent::Probes(aimed) if aimed.contains(other) => aimed.push(id.clone()),
                _ => {}
            }
        }
    }

    /// What probes hand to each other, to be added to.
    pub fn slots_mut(&mut self) -> &mut BTreeMap<SlotId, Slot> {
        &mut self.plan.slots
    }

    /// How each thing is removed on its own, to be added to.
    pub fn removers_mut(&mut self) -> &mut BTreeMap<SlotId, Remover> {
        &mut self.plan.removers
    }

    /// Where else a thing may be found, to be added to.
    pub fn finders_mut(&mut self) -> &mut BTreeMap<SlotId, Vec<Probe>> {
        &mut self.plan.finders
    }

    /// Notes that the values of a probe are drawn.
    pub fn note_drawn(&mut self, id: ProbeId, drawn: Drawn) {
        self.plan.drawn.insert(id, drawn);
    }
}
