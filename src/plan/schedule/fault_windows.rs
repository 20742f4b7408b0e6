//! Times each faulty request so that its one fault is all that is wrong with it when it is sent.
//! Servers differ in what they check first.

use std::collections::BTreeMap;

use crate::model::contract::Contract;
use crate::model::plan::{Place, Plan, Probe, ProbeId, SlotId, Stage};
use crate::model::trigger_name::TriggerName;

/// Whether something in the request itself is wrong, and not the state of the server.
fn is_faulty(probe: &Probe) -> bool {
    probe.fault.as_ref().is_some_and(|fault| fault.place != Place::State)
}

/// What asks to remove a resource waits, fault or not, until nothing refers to the resource any more: what is still in use
/// may be refused for that; and until no other request needs it, because a server may overlook the fault. `referring` has pairs of
/// removals, the later one first; so have the pairs of probes that are returned.
pub fn wait_for_referrers(probes: &mut [Probe], referring: &[(ProbeId, ProbeId)]) -> Vec<(ProbeId, ProbeId)> {
    let mut edges = Vec::new();
    let removals = probes.iter().filter(|probe| !probe.consumes.is_empty() && probe.fault.is_none());
    let removals: BTreeMap<ProbeId, (Vec<SlotId>, Vec<ProbeId>)> =
        removals.map(|probe| (probe.id.clone(), (probe.consumes.clone(), probe.after.clone()))).collect();
    for probe in probes.iter_mut().filter(|probe| is_faulty(probe)) {
        let Some(control) = &probe.control else { continue };
        let Some((removed, waits)) = removals.get(control).filter(|(removed, _)| removed.iter().any(|slot| probe.needs.contains(slot))) else {
            continue;
        };
        let referrers = referring.iter().filter(|(removal, referrer)| removal == control && waits.contains(referrer));
        let before: Vec<(ProbeId, ProbeId)> = referrers.map(|(_, referrer)| (probe.id.clone(), referrer.clone())).collect();
        if !before.is_empty() || removed.iter().any(|slot| probe.consumes.contains(slot)) {
            probe.stage = Stage::Remove;
            edges.extend(before);
            edges.push((control.clone(), probe.id.clone()));
        }
    }
    edges
}

/// What brings a resource into a state that forbids an operation waits for the requests of that operation that have another
/// fault, and so does the operation itself where it is only possible once, or in a state that it may end. Pairs of probes, the
/// later one first.
pub fn before_undone(contract: &Contract, plan: &Plan) -> Vec<(ProbeId, ProbeId)> {
    let mut edges = Vec::new();
    for probe in plan.probes.iter().filter(|probe| is_faulty(probe)) {
        let Some(operation) = contract.operation(&probe.operation) else { continue };
        let Some(control) = probe.control.as_ref().and_then(|control| plan.probe(control)) else { continue };
        let conditions = operation.responses.iter().flat_map(|response| &response.conditions);
        let wrong_state = conditions.filter(|condition| condition.trigger == TriggerName::WRONG_STATE);
        // Where no operation is named, the one that needs a state is the one that may end it.
        let own = (!operation.method.is_safe()).then_some(operation.id.as_str());
        let undoing: Vec<&str> = wrong_state.filter_map(|condition| condition.by.as_deref().or(own)).collect();
        if undoing.is_empty() {
            continue;
        }
        let undone = plan.probes.iter().filter(|other| {
            let same = other.needs.iter().any(|slot| control.needs.contains(slot));
            other.fault.is_none() && same && undoing.contains(&other.operation.as_str()) && !control.after.contains(&other.id)
        });
        edges.extend(undone.map(|other| (other.id.clone(), probe.id.clone())));
    }
    edges
}

/// A request with a fault that its control waits for is due when the control is: after everything else that the control
/// waits for, because only then would the server take it without the fault. Pairs of probes, the later one first.
pub fn not_before_control(plan: &Plan, undone: &[(ProbeId, ProbeId)]) -> Vec<(ProbeId, ProbeId)> {
    let mut edges = Vec::new();
    for probe in plan.probes.iter().filter(|probe| is_faulty(probe)) {
        let Some(control) = probe.control.as_ref().filter(|control| undone.contains(&((*control).clone(), probe.id.clone()))) else { continue };
        let before = plan.probe(control).into_iter().flat_map(|control| &control.after);
        let before = before.filter(|before| plan.probe(before).is_some_and(|before| before.fault.is_none()));
        edges.extend(before.map(|before| (probe.id.clone(), before.clone())));
    }
    edges
}

/// What is asked of a resource that is gone names others, which are there until then. Pairs of probes, the later one first.
pub fn while_referred_is_there(plan: &Plan, consumers: &BTreeMap<SlotId, ProbeId>) -> Vec<(ProbeId, ProbeId)> {
    let mut edges = Vec::new();
    for probe in plan.probes.iter().filter(|probe| probe.stage == Stage::Gone) {
        let removals = probe.needs.iter().filter_map(|slot| consumers.get(slot)).filter(|removal| !probe.after.contains(removal));
        edges.extend(removals.map(|removal| (removal.clone(), probe.id.clone())));
    }
    edges
}
