//! Collects everything that chosen probes depend on: setup, look-ups, clean-up and control requests.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::plan::{Intent, Place, Plan, PlannedCell, Probe, ProbeId, ProbeIndex, Repeat, SlotId};
use crate::model::trigger_name::TriggerName;
use crate::plan::resources::baseline_lists::BEFORE;

/// The plan for nothing but these probes. Everything else that is done to the resources that those in `around` name or make
/// is in it as well, for what only shows when all of it is done.
pub fn closure(plan: &Plan, wanted: &[ProbeId], around: &[ProbeId]) -> Plan {
    let probes: BTreeMap<&str, &Probe> = plan.probes.iter().map(|probe| (probe.id.as_str(), probe)).collect();
    let mut kept: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = wanted.iter().map(ProbeId::as_str).collect();
    open.extend(companions(plan, around));
    while let Some(id) = open.pop() {
        let Some((id, probe)) = probes.get_key_value(id).filter(|(id, _)| !kept.contains(*id)) else { continue };
        kept.insert(id);
        open.extend(needed(plan, probe));
        // What is made is removed again.
        for capture in &probe.captures {
            let removes = |other: &&Probe| other.fault.is_none() && other.consumes.contains(&capture.slot);
            open.extend(plan.probes.iter().find(removes).map(|remover| remover.id.as_str()));
        }
    }
    let mut part = Plan {
        not_selected: plan.not_selected,
        failed: BTreeSet::new(),
        mark: plan.mark.clone(),
        disposable: plan.disposable,
        cells: plan.cells.iter().filter_map(|cell| with_probes_left(cell, &kept, &probes)).collect(),
        probes: plan.probes.iter().filter(|probe| kept.contains(probe.id.as_str())).cloned().collect(),
        index: ProbeIndex::default(),
        slots: BTreeMap::new(),
        removers: BTreeMap::new(),
        finders: BTreeMap::new(),
        drawn: plan.drawn.iter().filter(|(id, _)| kept.contains(id.as_str())).map(|(id, drawn)| (id.clone(), drawn.clone())).collect(),
    };
    for probe in &mut part.probes {
        probe.after.retain(|before| kept.contains(before.as_str()));
    }
    let named: BTreeSet<&SlotId> =
        part.probes.iter().flat_map(|probe| probe.needs.iter().chain(probe.captures.iter().map(|capture| &capture.slot))).collect();
    part.removers = plan.removers.iter().filter(|(id, _)| named.contains(id)).map(|(id, remover)| (id.clone(), remover.clone())).collect();
    part.finders = plan.finders.iter().filter(|(id, _)| named.contains(id)).map(|(id, finders)| (id.clone(), finders.clone())).collect();
    part.slots = plan.slots.iter().filter(|(id, _)| named.contains(id)).map(|(id, slot)| (id.clone(), slot.clone())).collect();
    part
}

/// Probes without which a probe would not be the same.
fn needed<'a>(plan: &'a Plan, probe: &'a Probe) -> Vec<&'a str> {
    let sources = probe.needs.iter().filter_map(|slot| plan.source(slot).map(ProbeId::as_str));
    let mut needed: Vec<&str> = sources.chain(probe.control.as_deref()).collect();
    // Where the state is what is wrong, or what it takes, what came before has brought it about.
    let by_state = probe.fault.as_ref().is_some_and(|fault| fault.place == Place::State) || probe.trigger == TriggerName::FINISHED;
    needed.extend(probe.after.iter().filter(|_| by_state).map(ProbeId::as_str));
    // What was there before is known from a list.
    let lists = |id: &&ProbeId| plan.probe(id).is_some_and(|before| before.trigger == BEFORE);
    needed.extend(probe.after.iter().filter(lists).map(ProbeId::as_str));
    if let Repeat::Follow(first) = &probe.repeat {
        needed.push(first);
    }
    needed
}

/// Probes about the resources that others name and the run made.
fn companions<'a>(plan: &'a Plan, wanted: &[ProbeId]) -> Vec<&'a str> {
    let named = |probe: &'a Probe| probe.needs.iter().chain(probe.captures.iter().map(|capture| &capture.slot));
    let made = |slot: &&SlotId| plan.is_made(slot);
    let theirs: BTreeSet<&SlotId> = plan.probes.iter().filter(|probe| wanted.contains(&probe.id)).flat_map(named).filter(made).collect();
    plan.probes.iter().filter(|probe| probe.needs.iter().any(|slot| theirs.contains(slot))).map(|probe| probe.id.as_str()).collect()
}

/// A cell with the probes that are left; `None` when nothing is left to say of it.
fn with_probes_left(cell: &PlannedCell, kept: &BTreeSet<&str>, probes: &BTreeMap<&str, &Probe>) -> Option<PlannedCell> {
    let asked = kept.iter().any(|id| probes.get(id).is_some_and(|probe| probe.operation == cell.operation));
    let intent = match &cell.intent {
        Intent::Probes(aimed) => {
            let aimed: Vec<ProbeId> = aimed.iter().filter(|id| kept.contains(id.as_str())).cloned().collect();
            if aimed.is_empty() {
                return None;
            }
            Intent::Probes(aimed)
        }
        Intent::Watched if asked => Intent::Watched,
        Intent::Watched | Intent::Unreachable(_) | Intent::Skipped(_) | Intent::Postponed(_) => return None,
    };
    Some(PlannedCell { intent, ..cell.clone() })
}
