//! Chooses, greedily, the probes that prove most for the fewest requests, with everything that they need.

use std::collections::{BTreeMap, BTreeSet};

use super::sweeping::changes_unnamed_things;
use crate::model::contract::{Contract, Status};
use crate::model::plan::{Credentials, Intent, Plan, Probe, Repeat, Stage};
use crate::plan::builder::PlanBuilder;
use crate::plan::resources::baseline_lists::BEFORE;

/// What a status counts that has not been seen yet, an API that has not been asked yet, and a cell. A status goes first even
/// where it takes a job to its end; of a contract with many APIs a window does not show all.
const WEIGHTS: (usize, usize, usize) = (60, 8, 1);

/// The most requests of a window that are taken not to count against the rate limit.
pub(in crate::plan) const MOST_UNCOUNTED: u32 = 6;

/// A choice in the making.
pub(in crate::plan) struct Choice<'p> {
    plan: &'p Plan,
    index: BTreeMap<&'p str, usize>,
    /// For each probe, everything that has to be sent with it, itself among it.
    bundles: Vec<Vec<usize>>,
    apis: Vec<String>,
    chosen: Vec<bool>,
    spent: u64,
    statuses: BTreeSet<Status>,
    seen: BTreeSet<String>,
}

impl<'p> Choice<'p> {
    /// Nothing is chosen yet. `with` says what a probe cannot be sent without.
    pub fn new(plan: &'p Plan, contract: &Contract, with: impl Fn(usize) -> Vec<usize>) -> Self {
        let bundles = (0..plan.probes.len()).map(|probe| bundle(probe, &with)).collect();
        let api = |operation: &str| contract.operation(operation).map(|operation| operation.api.clone()).unwrap_or_default();
        Self {
            plan,
            index: plan.probes.iter().enumerate().map(|(index, probe)| (probe.id.as_str(), index)).collect(),
            bundles,
            apis: plan.probes.iter().map(|probe| api(&probe.operation)).collect(),
            chosen: vec![false; plan.probes.len()],
            spent: 0,
            statuses: BTreeSet::new(),
            seen: BTreeSet::new(),
        }
    }

    /// Chooses cells until none fits any more into so many requests. Cells of a lower age go first; a cell without one is
    /// not chosen for its own sake. `more` says what choosing these probes costs beside themselves.
    pub fn fill(&mut self, most: u64, age: impl Fn(usize) -> Option<usize>, more: impl Fn(&[usize]) -> u64) {
        let mut open: Vec<(usize, usize, Vec<usize>)> = Vec::new();
        for (number, cell) in self.plan.cells.iter().enumerate() {
            if let (Some(age), Intent::Probes(aimed)) = (age(number), &cell.intent) {
                let mut aimed: Vec<usize> = aimed.iter().filter_map(|id| self.index.get(id.as_str()).copied()).collect();
                // A list that has to be read first shows as much as the one that is read later.
                if let Some(first) = aimed.iter().copied().find(|probe| self.plan.probes[*probe].trigger == BEFORE) {
                    aimed = vec![first];
                }
                open.push((number, age, aimed));
            }
        }
        loop {
            open.retain(|(_, _, aimed)| !aimed.iter().all(|probe| self.chosen[*probe]));
            let mut best: Option<(usize, usize, usize, Vec<usize>, u64)> = None;
            for (number, age, aimed) in &open {
                let fresh = self.not_yet_chosen(aimed);
                let cost = self.cost(&fresh) + more(&fresh);
                if self.spent + cost > most || best.as_ref().is_some_and(|best| best.0 < *age) {
                    continue;
                }
                let value = self.value(&fresh) * 1000 / usize::try_from(cost.max(1)).unwrap_or(usize::MAX);
                let better = best.as_ref().is_none_or(|best| (*age, std::cmp::Reverse(value)) < (best.0, std::cmp::Reverse(best.1)));
                if better {
                    best = Some((*age, value, *number, fresh, cost));
                }
            }
            let Some((_, _, _, fresh, cost)) = best else { return };
            self.add_chosen(&fresh, cost);
        }
    }

    /// Whether a probe is chosen, by its place in the plan.
    pub fn chosen(self) -> Vec<bool> {
        self.chosen
    }

    fn add_chosen(&mut self, fresh: &[usize], cost: u64) {
        for probe in fresh {
            self.chosen[*probe] = true;
            self.statuses.insert(self.plan.probes[*probe].status);
            self.seen.insert(self.apis[*probe].clone());
        }
        self.spent += cost;
    }

    /// What has to be sent for these probes and is not chosen yet.
    fn not_yet_chosen(&self, aimed: &[usize]) -> Vec<usize> {
        let mut fresh: Vec<usize> = aimed.iter().flat_map(|probe| &self.bundles[*probe]).copied().filter(|probe| !self.chosen[*probe]).collect();
        fresh.sort_unstable();
        fresh.dedup();
        fresh
    }

    fn cost(&self, probes: &[usize]) -> u64 {
        let one = |probe: &usize| match &self.plan.probes[*probe].repeat {
            // Asked once while it is under way, and once when it is done.
            Repeat::Poll { .. } => 2,
            Repeat::Burst { most } | Repeat::Pages { most, .. } => u64::from(*most),
            Repeat::Once | Repeat::Follow(_) => 1,
        };
        probes.iter().map(one).sum()
    }

    fn value(&self, fresh: &[usize]) -> usize {
        let statuses: BTreeSet<Status> = fresh.iter().map(|probe| self.plan.probes[*probe].status).collect();
        let apis: BTreeSet<&String> = fresh.iter().map(|probe| &self.apis[*probe]).collect();
        let statuses = statuses.difference(&self.statuses).count();
        let apis = apis.into_iter().filter(|api| !self.seen.contains(*api)).count();
        let counted = fresh.iter().filter(|probe| !is_anonymous(&self.plan.probes[**probe])).count();
        WEIGHTS.0 * statuses + WEIGHTS.1 * apis + WEIGHTS.2 * counted
    }
}

/// Whether a request is sent without an account that the server knows: it may not count against the rate limit.
fn is_anonymous(probe: &Probe) -> bool {
    matches!(probe.request.credentials, Credentials::None | Credentials::WrongSecret | Credentials::Without(_))
}

fn bundle(probe: usize, with: &impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
    let mut found: BTreeSet<usize> = BTreeSet::new();
    let mut open = vec![probe];
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(with(next));
        }
    }
    found.into_iter().collect()
}

/// Puts what tells most into a first wave of so many requests; what shows the rate limit comes last.
pub(in crate::plan) fn first_wave(builder: &mut PlanBuilder<'_>, contract: &Contract, requests: u64) {
    let plan = builder.plan();
    let index: BTreeMap<&str, usize> = plan.probes.iter().enumerate().map(|(index, probe)| (probe.id.as_str(), index)).collect();
    let with = |probe: usize| plan.probes[probe].after.iter().filter_map(|id| index.get(id.as_str()).copied()).collect();
    let mut choice = Choice::new(plan, contract, with);
    // What sweeps comes behind everything else, whatever it tells.
    let is_last = |probe: &Probe| probe.stage == Stage::Burst || changes_unnamed_things(contract, probe);
    let last = |cell: usize| match &plan.cells[cell].intent {
        Intent::Probes(aimed) => aimed.iter().any(|id| plan.probe(id).is_some_and(is_last)),
        _ => true,
    };
    choice.fill(requests, |cell| (!last(cell)).then_some(0), |_| 0);
    let chosen = choice.chosen();
    let uncounted = plan.probes.iter().zip(&chosen).filter(|(probe, chosen)| **chosen && is_anonymous(probe)).count();
    for (probe, chosen) in builder.probes_mut().iter_mut().zip(chosen) {
        if let Repeat::Burst { most } = &mut probe.repeat {
            *most += u32::try_from(uncounted).unwrap_or(MOST_UNCOUNTED).min(MOST_UNCOUNTED);
        }
        probe.wave = if probe.stage == Stage::Burst { 2 } else { u32::from(!chosen) };
    }
}
