//! Chooses resources that nothing else refers to, because only they can be deleted for certain.
//! A server may keep a resource that was referred to, even after the one that referred to it is gone.

use crate::model::contract::{Contract, Operation};
use crate::model::plan::{Binding, Origin, Place, Plan, Probe, ProbeId, Purpose, SlotId, Stage};
use crate::plan::operation_effects::{path_kind, removes_many};
use crate::plan::resolver::Resolver;

impl Resolver<'_> {
    /// Things of a kind that some valid request refers to, or makes others below.
    pub(in crate::plan) fn referred_to(&self, kind: &str) -> Vec<SlotId> {
        let valid = self.builder.plan().probes.iter().filter(|probe| probe.fault.is_none() && probe.purpose != Purpose::Cleanup);
        // Most requests name things of other kinds, which is told at once: the id of a slot begins with its kind.
        let own = |slot: &SlotId| slot.starts_with(kind) && self.builder.plan().slots.get(slot).is_some_and(|known| known.kind == kind);
        let named = valid.flat_map(|probe| probe.request.fillings.iter().filter(|binding| own(&binding.slot) && self.refers_by(probe, binding)));
        named.map(|binding| binding.slot.clone()).collect()
    }

    /// Things of a kind that are to be removed as what nothing refers to.
    pub(in crate::plan) fn kept_apart(&self, kind: &str) -> Vec<SlotId> {
        let own = |slot: &SlotId| self.builder.plan().slots.get(slot).is_some_and(|known| known.kind == kind);
        let of_kind = SlotId::ranges(kind).map(|range| self.builder.consumers.range(range));
        of_kind.into_iter().flatten().map(|(slot, _)| slot).filter(|slot| own(slot)).cloned().collect()
    }

    fn refers_by(&self, probe: &Probe, binding: &Binding) -> bool {
        let Some(operation) = self.context.contract.operation(&probe.operation) else { return false };
        match &binding.place {
            Place::Path(_) => probe.makes(self.builder.plan()),
            place => self.is_reference(operation, place, &binding.slot),
        }
    }

    /// Whether a place in a request names something other than what the request is about.
    pub(in crate::plan) fn is_reference(&self, operation: &Operation, place: &Place, slot: &str) -> bool {
        let kind = self.builder.plan().slots.get(slot).map(|slot| slot.kind.as_str());
        names_another(self.context.contract, operation, place, kind)
    }
}

/// Whether a place in a request names something other than what the request is about.
pub fn names_another(contract: &Contract, operation: &Operation, place: &Place, kind: Option<&str>) -> bool {
    match place {
        _ if operation.method.is_safe() || (operation.method.is_delete() && !operation.path.contains('{')) => false,
        Place::Body(at) => !(is_own_id(at) && kind.is_some() && kind_of(contract, operation) == kind),
        Place::Query(_) => !operation.method.is_delete(),
        _ => false,
    }
}

/// Whether a place in a body is the id of a primary resource (JSON:API, Resource Objects; a plain object or list of them).
fn is_own_id(at: &str) -> bool {
    let rest = at.strip_prefix("/data").unwrap_or(at);
    let tokens: Vec<&str> = rest.split('/').skip(1).collect();
    match tokens.as_slice() {
        ["id"] => true,
        [index, "id"] => index.parse::<usize>().is_ok(),
        _ => false,
    }
}

/// The kind that an operation is about: what its path names last, or what the items of its collection are.
fn kind_of<'a>(contract: &'a Contract, operation: &'a Operation) -> Option<&'a str> {
    if operation.item_parameter().is_some() {
        return path_kind(operation);
    }
    let below = |other: &&Operation| {
        let rest = other.path.strip_prefix(operation.path.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.trim_end_matches('/').rsplit('/').count() == 2 && other.item_parameter().is_some())
    };
    contract.operations.iter().find(below).and_then(path_kind)
}

/// What removes many things at once comes after everything that is about one of them. Pairs of probes, the later one first.
pub fn bulk_removals_last(contract: &Contract, plan: &Plan) -> Vec<(ProbeId, ProbeId)> {
    let mut edges = Vec::new();
    for probe in plan.probes.iter().filter(|probe| probe.fault.is_none()) {
        let Some(operation) = contract.operation(&probe.operation).filter(|operation| removes_many(operation)) else { continue };
        let Some(kind) = kind_of(contract, operation) else { continue };
        let of_kind = |slot: &SlotId| plan.slots.get(slot).is_some_and(|slot| slot.kind == kind);
        let makes = |other: &Probe| plan.slots.values().any(|slot| slot.kind == kind && slot.origin == Origin::Created(other.id.clone()));
        let about = plan.probes.iter().filter(|other| {
            other.id != probe.id && !matches!(other.stage, Stage::Gone | Stage::Burst) && (other.needs.iter().any(of_kind) || makes(other))
        });
        edges.extend(about.map(|other| (probe.id.clone(), other.id.clone())));
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_primary_resource_is_no_reference() {
        assert!(is_own_id("/data/id") && is_own_id("/data/0/id") && is_own_id("/id") && is_own_id("/1/id"));
        assert!(!is_own_id("/data/relationships/owner/data/id") && !is_own_id("/data/attributes/owner_id") && !is_own_id("/owner/id"));
    }
}
