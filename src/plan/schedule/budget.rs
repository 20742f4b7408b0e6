//! Cuts a plan to a budget of requests, keeping what the rest needs and its clean-up.

use std::collections::{BTreeMap, BTreeSet};

use super::greedy::{Choice, MOST_UNCOUNTED};
use crate::model::contract::{Contract, RateLimit};
use crate::model::effect::Effect;
use crate::model::plan::{Intent, Plan, Probe, ProbeId, Purpose, Repeat, SlotId, Stage};
use crate::model::reason::{Budget, Reason};
use crate::plan::builder::PlanBuilder;
use crate::plan::planning_options::PlanningOptions;
use crate::plan::resources::removal::removal;

/// Leaves of a plan what fits into a budget: what was never asked for before what was asked for longest ago, and what tells most
/// first.
pub(in crate::plan) fn within(builder: &mut PlanBuilder<'_>, contract: &Contract, options: &PlanningOptions, budget: u64) {
    builder.retain(|probe| probe.purpose != Purpose::Cleanup);
    if total_requests(builder.plan()) <= budget {
        plan_removals(builder);
        return;
    }
    let plan = builder.plan();
    let ages = ages(plan, options);
    let makers = makers(plan);
    let index: BTreeMap<&str, usize> = plan.probes.iter().enumerate().map(|(index, probe)| (probe.id.as_str(), index)).collect();
    let place = |id: &ProbeId| index.get(id.as_str()).copied();
    let with = |number: usize| {
        let probe = &plan.probes[number];
        let sources = probe.needs.iter().filter_map(|slot| place(plan.source(slot)?));
        let follows = match &probe.repeat {
            Repeat::Follow(first) => place(first),
            _ => None,
        };
        let undone = (0..plan.probes.len()).filter(|other| takes_back(&plan.probes[*other], probe));
        sources.chain(undone).chain(probe.after.iter().filter_map(place)).chain(probe.control.as_ref().and_then(place)).chain(follows).collect()
    };
    let mut choice = Choice::new(plan, contract, with);
    // What shows the rate limit may take a few requests more.
    let reserve = if options.windows.is_empty() { 0 } else { u64::from(MOST_UNCOUNTED) };
    choice.fill(budget.saturating_sub(reserve), |cell| Some(ages[cell]), |fresh| clean_up(plan, &makers, fresh));
    let chosen = choice.chosen();
    let mut keep = chosen.iter();
    builder.retain(|_| keep.next().copied().unwrap_or_default());
    leave_to_later_runs(builder, budget);
    let named = |probe: &Probe| probe.needs.iter().chain(probe.captures.iter().map(|capture| &capture.slot)).cloned().collect::<Vec<_>>();
    let used: BTreeSet<SlotId> = builder.plan().probes.iter().flat_map(named).collect();
    builder.slots_mut().retain(|slot, _| used.contains(slot));
    builder.removers_mut().retain(|slot, _| used.contains(slot));
    plan_removals(builder);
}

/// Whether a deletion takes back what a change has done on the same route: a thing that others still refer to cannot be removed.
fn takes_back(deletion: &Probe, change: &Probe) -> bool {
    deletion.request.method.is_delete()
        && change.request.method.has_body()
        && deletion.request.path == change.request.path
        && deletion.fault.is_none()
        && change.fault.is_none()
        && deletion.consumes.is_empty()
        && deletion.request.slots_in_path() == change.request.slots_in_path()
}

/// All requests of a plan, its clean-up among them.
fn total_requests(plan: &Plan) -> u64 {
    let left = plan.slots.keys().filter(|slot| removal(plan, slot).is_some() && !plan.probes.iter().any(|probe| removes(probe, slot)));
    let polls = plan.probes.iter().filter(|probe| matches!(probe.repeat, Repeat::Poll { .. })).count();
    (plan.probes.len() + polls + left.count()) as u64
}

fn removes(probe: &Probe, slot: &SlotId) -> bool {
    probe.fault.is_none() && probe.consumes.iter().any(|gone| gone == slot)
}

/// How old each cell is: those that were never asked for are the youngest to be asked, then by the time of the last run.
fn ages(plan: &Plan, options: &PlanningOptions) -> Vec<usize> {
    let times: BTreeSet<&String> = options.asked.values().collect();
    let age = |time: &String| times.iter().position(|known| *known == time).map_or(0, |position| position + 1);
    plan.cells.iter().map(|cell| options.asked.get(&(cell.operation.clone(), cell.status.0)).map_or(0, age)).collect()
}

/// The slots that each probe makes.
fn makers(plan: &Plan) -> BTreeMap<usize, Vec<SlotId>> {
    let index: BTreeMap<&str, usize> = plan.probes.iter().enumerate().map(|(index, probe)| (probe.id.as_str(), index)).collect();
    let mut makers: BTreeMap<usize, Vec<SlotId>> = BTreeMap::new();
    for (id, slot) in &plan.slots {
        if let Some(maker) = slot.maker()
            && let Some(maker) = index.get(maker.as_str())
            && plan.removers.contains_key(id)
        {
            makers.entry(*maker).or_default().push(id.clone());
        }
    }
    makers
}

/// Requests that it takes to put back what one request changes.
const RESTORING: usize = 3;

/// What it costs to remove what these probes make, less what they remove themselves.
fn clean_up(plan: &Plan, makers: &BTreeMap<usize, Vec<SlotId>>, fresh: &[usize]) -> u64 {
    let made = fresh.iter().filter_map(|probe| makers.get(probe)).flatten();
    let valid = fresh.iter().map(|probe| &plan.probes[*probe]).filter(|probe| probe.fault.is_none());
    let gone: BTreeSet<&SlotId> = valid.flat_map(|probe| &probe.consumes).collect();
    // What is changed by permission is read before, written back and looked at.
    let restored = fresh.iter().filter(|probe| plan.probes[**probe].effect >= Effect::Borrowed && !plan.disposable).count() * RESTORING;
    (made.filter(|slot| !gone.contains(slot)).count() + restored) as u64
}

/// Says of every cell that does not fit that it is left to a later run.
fn leave_to_later_runs(builder: &mut PlanBuilder<'_>, budget: u64) {
    let plan = builder.plan();
    let there: BTreeSet<ProbeId> = plan.probes.iter().map(|probe| probe.id.clone()).collect();
    let valid: BTreeSet<String> = plan.probes.iter().filter(|probe| probe.fault.is_none()).map(|probe| probe.operation.clone()).collect();
    let reason = Reason::from(Budget::ForOthers(budget));
    for cell in builder.cells_mut() {
        match &mut cell.intent {
            Intent::Probes(aimed) => {
                aimed.retain(|id| there.contains(id));
                if aimed.is_empty() {
                    cell.intent = Intent::Postponed(reason.clone());
                }
            }
            Intent::Watched if !valid.contains(&cell.operation) => cell.intent = Intent::Postponed(reason.clone()),
            _ => {}
        }
    }
}

/// Plans the removal of everything that no planned request removes.
fn plan_removals(builder: &mut PlanBuilder<'_>) {
    let plan = builder.plan();
    let left = plan.slots.keys().filter(|slot| !plan.probes.iter().any(|probe| removes(probe, slot)) && plan.is_made(slot));
    for slot in left.cloned().collect::<Vec<_>>() {
        if let Some(probe) = removal(builder.plan(), &slot)
            && let Ok(id) = builder.push(Probe { wave: 0, stage: Stage::Cleanup, ..probe })
        {
            builder.consumers.insert(slot, id);
        }
    }
}

/// Leaves the rate limit alone where the run sends too little to reach it.
pub(in crate::plan) fn without_burst(builder: &mut PlanBuilder<'_>, window: RateLimit) {
    let plan = builder.plan();
    let burst = |id: &ProbeId, plan: &Plan| plan.probe(id).is_some_and(|probe| probe.stage == Stage::Burst);
    let reason = Reason::from(Budget::BelowLimit(window));
    let limits: Vec<usize> = (0..plan.cells.len())
        .filter(|cell| matches!(&plan.cells[*cell].intent, Intent::Probes(aimed) if aimed.iter().all(|id| burst(id, plan))))
        .collect();
    for cell in limits {
        builder.cells_mut()[cell].intent = Intent::Skipped(reason.clone());
    }
    builder.retain(|probe| probe.stage != Stage::Burst);
}
