//! What is known of the resources that a run made, found or removed, by slot: learnt from answers, live or from a journal.
//!
//! | what is known of a slot | it holds                                               |
//! |-------------------------|--------------------------------------------------------|
//! | made, found or given    | its id; the origin of the slot says which              |
//! | removed                 | what says so, and which request                        |
//! | may have been made      | requests for it that no answer came to                 |
//! | unknown                 | nothing                                                |
//!
//! Two things are kept elsewhere. The contents of what is changed by permission (`execute/recovery/restore.rs`) are found by
//! address, as such a resource need not have a slot. The history that is judged (`judge/resource_rules/history.rs`) asks what
//! each answer should have shown by the order that the plan guarantees; in doubt it leaves a resource out, where this
//! model takes it for there, so that it is removed.

mod learn;
mod ownership;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::contract::Contract;
use crate::model::plan::{Origin, Plan, ProbeId, Remover, Slot, SlotId};
use crate::model::reason::ResourceGone;

pub use learn::ProbeEnd;
pub use ownership::SharedOwnership;

/// Why a resource is taken for removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// A valid request that removes it was accepted.
    Removed,
    /// A request with a fault that would remove it was accepted: the server may have removed it or not.
    FaultAccepted,
    /// The request that the plan has for its removal was answered 404 or 410. It may have named other resources as well.
    NotFound,
    /// A request that removes nothing else was answered 404 or 410.
    GoneAlready,
}

/// What says that a resource was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The request.
    pub by: ProbeId,
    /// What its answer says.
    pub evidence: Evidence,
}

impl Removal {
    /// Why the resource is not there.
    pub fn reason(&self) -> ResourceGone {
        match self.evidence {
            Evidence::Removed | Evidence::FaultAccepted => ResourceGone::RemovedBy(self.by.clone()),
            Evidence::NotFound | Evidence::GoneAlready => ResourceGone::GoneAlready,
        }
    }
}

/// What is known of the resources of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KnownResources {
    ids: BTreeMap<SlotId, Value>,
    removals: BTreeMap<SlotId, Vec<Removal>>,
    accepted: BTreeSet<ProbeId>,
    /// Slots that the plan does not have.
    beside: BTreeMap<SlotId, Slot>,
    /// How resources are removed that the plan does not foresee.
    removers: BTreeMap<SlotId, Remover>,
    /// Of what a slot named before it was filled again: the request that filled it.
    replaced: BTreeMap<SlotId, ProbeId>,
    /// How many requests of a probe got no answer: they may have made something, or removed it.
    unanswered: BTreeMap<ProbeId, usize>,
    /// Which of them are the run's own, whatever slots name them.
    ownership: SharedOwnership,
}

impl KnownResources {
    /// What is known before the first request.
    pub fn new(contract: &Contract, plan: &Plan) -> Self {
        Self { ownership: SharedOwnership::new(contract, plan), ..Self::without_owners(plan) }
    }

    fn without_owners(plan: &Plan) -> Self {
        let mut known = Self::default();
        for (id, slot) in &plan.slots {
            if let Origin::Given(value) = &slot.origin {
                known.ids.insert(id.clone(), Value::String(value.clone()));
            }
        }
        known
    }

    /// The ids of all resources, those that were removed among them.
    pub fn ids(&self) -> &BTreeMap<SlotId, Value> {
        &self.ids
    }

    /// What says that a resource was removed, the last of it; a request that may have named others is not enough.
    pub fn removal(&self, slot: &str) -> Option<&Removal> {
        self.removals.get(slot)?.iter().rfind(|removal| removal.evidence != Evidence::NotFound)
    }

    /// Whether a resource is there for all that is known.
    pub fn exists(&self, slot: &str) -> bool {
        self.ids.contains_key(slot) && self.removal(slot).is_none()
    }

    /// Which resources are the run's own.
    pub fn ownership(&self) -> &SharedOwnership {
        &self.ownership
    }

    /// Valid requests that were accepted.
    pub fn accepted(&self) -> &BTreeSet<ProbeId> {
        &self.accepted
    }

    /// How many requests of a probe got no answer.
    pub fn unanswered(&self, probe: &str) -> usize {
        self.unanswered.get(probe).copied().unwrap_or_default()
    }

    /// Slots that the plan does not have.
    pub fn unplanned(&self) -> &BTreeMap<SlotId, Slot> {
        &self.beside
    }

    /// How resources are removed that the plan does not foresee.
    pub fn removers(&self) -> &BTreeMap<SlotId, Remover> {
        &self.removers
    }

    /// Takes an id that was found in another way than in the answer of the request that is due for it.
    pub fn find(&mut self, slot: SlotId, id: Value) {
        self.removals.remove(&slot);
        self.ids.insert(slot, id);
    }

    /// Takes a resource for made by the run that the plan has no slot for, and knows how it is removed where the plan does not.
    pub fn add_made(&mut self, slot: SlotId, like: Slot, id: Value, remover: Option<Remover>) {
        if let Some(remover) = remover {
            self.removers.insert(slot.clone(), remover);
        }
        self.ids.insert(slot.clone(), id);
        self.beside.insert(slot, like);
    }

    /// Takes the ids that another run knew.
    pub fn borrow_ids(&mut self, other: &Self) {
        self.ids.clone_from(&other.ids);
    }

    /// Gives these up again, but for what was known before and what was found since.
    pub fn forget_ids_except(&mut self, before: &Self) {
        self.ids.retain(|slot, _| self.beside.contains_key(slot) || before.ids.contains_key(slot));
    }

    /// The plan with every slot and remover that it does not have.
    pub fn extended(&self, plan: &Plan) -> Plan {
        let mut whole = plan.clone();
        whole.slots.extend(self.beside.clone());
        whole.removers.extend(self.removers.clone());
        whole
    }

    /// How it is read by a later clean-up, which cannot ask the run: the acceptance of a faulty request removes nothing for
    /// certain, and what was once not found is left alone.
    #[must_use]
    fn for_a_later_clean_up(mut self) -> Self {
        for removal in self.removals.values_mut().flatten().filter(|removal| removal.evidence == Evidence::NotFound) {
            removal.evidence = Evidence::GoneAlready;
        }
        for removals in self.removals.values_mut() {
            removals.retain(|removal| removal.evidence != Evidence::FaultAccepted);
        }
        self
    }
}
