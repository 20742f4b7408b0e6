//! Decides which request has to wait for which.

use std::collections::BTreeMap;

use super::fault_windows;
use crate::model::contract::Contract;
use crate::model::plan::{Plan, Probe, ProbeId, Purpose, Repeat, SlotId, Stage};
use crate::model::trigger_name::TriggerName;
use crate::plan::builder::PlanBuilder;
use crate::plan::resources::unreferenced;

/// Writes down every dependency: makers before users, users before what removes the thing, what refers before what is
/// referred to; and brings forward what an earlier stage depends on.
pub fn depend(contract: &Contract, builder: &mut PlanBuilder<'_>) {
    let (plan, consumers) = (builder.plan(), &builder.consumers);
    let referring = referring_first(plan, consumers);
    let mut edges: Vec<(ProbeId, ProbeId)> = Vec::new();
    let undone = fault_windows::before_undone(contract, plan);
    for probe in &plan.probes {
        for slot in &probe.needs {
            edges.extend(plan.source(slot).map(|source| (probe.id.clone(), source.clone())));
            let needed = probe.stage < Stage::Remove || (probe.stage == Stage::Remove && !probe.consumes.contains(slot));
            if let Some(consumer) = consumers.get(slot).filter(|consumer| **consumer != probe.id && needed) {
                edges.push((consumer.clone(), probe.id.clone()));
            }
        }
        if let Some(control) = probe.control.as_ref().filter(|control| waits_for_control(plan, probe, control)) {
            if undone.contains(&(control.clone(), probe.id.clone())) {
                continue;
            }
            edges.push((probe.id.clone(), control.clone()));
        }
        if probe.trigger == TriggerName::UNFINISHED {
            let polls = plan.probes.iter().filter(|poll| matches!(poll.repeat, Repeat::Poll { .. }) && poll.needs == probe.needs);
            edges.extend(polls.map(|poll| (poll.id.clone(), probe.id.clone())));
        }
    }
    edges.extend(undone.iter().cloned());
    edges.extend(fault_windows::while_referred_is_there(plan, consumers));
    edges.extend(referring.iter().cloned());
    edges.extend(one_change_at_a_time(plan));
    edges.extend(read_before_emptied(plan));
    add_edges(builder, edges);
    let together = fault_windows::not_before_control(builder.plan(), &undone);
    add_edges(builder, together);
    let late = fault_windows::wait_for_referrers(builder.probes_mut(), &referring);
    add_edges(builder, late);
    let many = unreferenced::bulk_removals_last(contract, builder.plan());
    add_edges(builder, many);
    bring_forward(builder.probes_mut());
}

/// A fault is sent once its control has been accepted, unless the control takes the resource away.
fn waits_for_control(plan: &Plan, probe: &Probe, control: &str) -> bool {
    probe.stage >= Stage::Refuse && plan.probe(control).is_some_and(|control| control.stage < Stage::Remove)
}

/// What names a resource, or was made below it, is removed before the resource.
fn referring_first(plan: &Plan, consumers: &BTreeMap<SlotId, ProbeId>) -> Vec<(ProbeId, ProbeId)> {
    let mut edges = Vec::new();
    let mut made_by: BTreeMap<&ProbeId, Vec<SlotId>> = BTreeMap::new();
    for (id, maker) in plan.slots.iter().filter_map(|(id, slot)| Some((id, slot.maker()?))) {
        made_by.entry(maker).or_default().push(id.clone());
    }
    for probe in plan.probes.iter().filter(|probe| probe.fault.is_none() && probe.stage < Stage::Remove && !probe.request.method.is_safe()) {
        let made = made_by.get(&probe.id).cloned().unwrap_or_default();
        let in_path: Vec<SlotId> = probe.request.slots_in_path().into_iter().cloned().collect();
        for above in in_path.iter().filter_map(|slot| consumers.get(slot)) {
            edges.extend(made.iter().filter_map(|slot| consumers.get(slot)).map(|below| (above.clone(), below.clone())));
        }
        let holders: Vec<SlotId> = made.into_iter().chain(in_path).collect();
        for holder in holders.iter().filter_map(|slot| consumers.get(slot)) {
            let held = probe.needs.iter().filter(|slot| !holders.contains(slot)).filter_map(|slot| consumers.get(slot));
            edges.extend(held.map(|consumer| (consumer.clone(), holder.clone())));
        }
    }
    edges
}

/// Changes of one resource wait for each other, so that each answer can be foretold. A POST to a path without parameters
/// makes or does something of its own, and leaves what it names as it is.
fn one_change_at_a_time(plan: &Plan) -> Vec<(ProbeId, ProbeId)> {
    let mut last: BTreeMap<&SlotId, &ProbeId> = BTreeMap::new();
    let mut edges = Vec::new();
    for probe in plan.probes.iter().filter(|probe| probe.stage == Stage::Change && probe.purpose != Purpose::Cleanup) {
        let leaves_alone = probe.request.method.is_post() && !probe.request.path.contains('{');
        for slot in probe.needs.iter().filter(|_| !leaves_alone) {
            if let Some(before) = last.insert(slot, &probe.id) {
                edges.push((probe.id.clone(), before.clone()));
            }
        }
    }
    edges
}

/// What a deletion empties, a relationship for example, is read between what fills it and the deletion: afterwards there
/// would be nothing to see, or not even a 200.
fn read_before_emptied(plan: &Plan) -> Vec<(ProbeId, ProbeId)> {
    let valid = |probe: &&Probe| probe.fault.is_none() && probe.purpose != Purpose::Cleanup;
    let mut edges = Vec::new();
    for taking in plan.probes.iter().filter(valid).filter(|probe| probe.request.method.is_delete() && probe.stage == Stage::Change) {
        let route = &taking.request.path;
        let related = route.replacen("/relationships/", "/", 1);
        let same = |probe: &Probe| probe.request.path == *route && same_owner(probe, taking);
        let reads = |probe: &&Probe| probe.request.method.is_get() && (same(probe) || (probe.request.path == related && same_owner(probe, taking)));
        let binding: Vec<&Probe> = plan
            .probes
            .iter()
            .filter(valid)
            .filter(|probe| same(probe) && !probe.request.method.is_safe() && !probe.request.method.is_delete())
            .collect();
        let item = route.split_once("/relationships/").map_or("", |(item, _)| item);
        let change = |probe: &&Probe| probe.request.method.is_patch() && probe.request.path == item && same_owner(probe, taking);
        let changes: Vec<&Probe> = plan.probes.iter().filter(valid).filter(change).collect();
        for read in plan.probes.iter().filter(valid).filter(reads) {
            edges.extend(changes.iter().map(|change| (read.id.clone(), change.id.clone())));
            edges.push((taking.id.clone(), read.id.clone()));
            edges.extend(binding.iter().map(|binding| (read.id.clone(), binding.id.clone())));
        }
    }
    edges
}

/// Whether two requests are about the same resource: the same slots fill their paths.
fn same_owner(one: &Probe, other: &Probe) -> bool {
    one.request.slots_in_path() == other.request.slots_in_path()
}

/// Puts what replaces a relationship before what adds to it, so that a read afterwards shows both.
pub fn replace_before_add(probes: &mut [Probe]) {
    let is = |probe: &Probe, method: &str| {
        probe.fault.is_none() && probe.request.method.as_str() == method && probe.request.path.contains("/relationships/")
    };
    for index in 0..probes.len() {
        let adding = &probes[index];
        if !is(adding, "POST") {
            continue;
        }
        let replacing =
            probes.iter().skip(index).position(|probe| is(probe, "PATCH") && probe.request.path == adding.request.path && same_owner(probe, adding));
        if let Some(offset) = replacing {
            probes[index..=index + offset].rotate_right(1);
        }
    }
}

/// Puts the change of a resource behind what fills its relationships and before what is read of them, so that the read shows
/// that the change has left them alone.
pub fn change_after_filling(probes: &mut [Probe]) {
    let valid = |probe: &Probe| probe.fault.is_none() && probe.purpose != Purpose::Cleanup && probe.stage == Stage::Change;
    let fills = |probe: &Probe, path: &str| {
        let below = probe.request.path.strip_prefix(path).is_some_and(|rest| rest.starts_with("/relationships/"));
        below && valid(probe) && (probe.request.method.is_patch() || probe.request.method.is_post())
    };
    let changes: Vec<ProbeId> = probes.iter().filter(|probe| valid(probe) && probe.request.method.is_patch()).map(|probe| probe.id.clone()).collect();
    for id in changes {
        let Some(index) = probes.iter().position(|probe| probe.id == id) else { continue };
        let change = probes[index].clone();
        let binding = probes.iter().rposition(|probe| fills(probe, &change.request.path) && same_owner(probe, &change));
        if let Some(last) = binding.filter(|last| *last > index) {
            probes[index..=last].rotate_left(1);
        }
    }
}

/// Adds the edges that close no circle: where two rules contradict each other, the first one holds.
fn add_edges(builder: &mut PlanBuilder<'_>, edges: Vec<(ProbeId, ProbeId)>) {
    let plan = builder.plan();
    let index: BTreeMap<ProbeId, usize> = plan.probes.iter().enumerate().map(|(index, probe)| (probe.id.clone(), index)).collect();
    let place = |id: &ProbeId| index.get(id).copied();
    let mut waits: Vec<Vec<usize>> = plan.probes.iter().map(|probe| probe.after.iter().filter_map(place).collect()).collect();
    for (later, earlier) in edges {
        let (Some(later), Some(earlier)) = (place(&later), place(&earlier)) else { continue };
        if later != earlier && !waits[later].contains(&earlier) && !depends(&waits, earlier, later) {
            waits[later].push(earlier);
        }
    }
    let names: Vec<ProbeId> = plan.probes.iter().map(|probe| probe.id.clone()).collect();
    for (probe, waits) in builder.probes_mut().iter_mut().zip(waits) {
        probe.after = waits.into_iter().map(|index| names[index].clone()).collect();
    }
}

/// Whether a probe waits, directly or not, for another.
fn depends(waits: &[Vec<usize>], probe: usize, other: usize) -> bool {
    let mut open = vec![probe];
    let mut seen = vec![false; waits.len()];
    while let Some(next) = open.pop() {
        if next == other {
            return true;
        }
        if !std::mem::replace(&mut seen[next], true) {
            open.extend(&waits[next]);
        }
    }
    false
}

fn bring_forward(probes: &mut [Probe]) {
    loop {
        let mut stages: BTreeMap<ProbeId, Stage> = BTreeMap::new();
        for probe in probes.iter() {
            for before in &probe.after {
                let stage = stages.entry(before.clone()).or_insert(probe.stage);
                *stage = (*stage).min(probe.stage);
            }
        }
        let mut changed = false;
        for probe in probes.iter_mut() {
            if let Some(stage) = stages.get(&probe.id).filter(|stage| **stage < probe.stage) {
                probe.stage = *stage;
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}
