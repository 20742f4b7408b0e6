//! Collects the probes that depend on the valid requests of some operations being accepted.

use std::collections::BTreeSet;

use crate::model::plan::{Plan, Probe, ProbeId, Repeat};

/// The valid requests of these operations, and every probe that needs, directly or not, that one of them is taken: it names
/// what they make, is held against them, or follows them.
pub fn downstream(plan: &Plan, operations: &BTreeSet<String>) -> BTreeSet<ProbeId> {
    let first = plan.probes.iter().filter(|probe| probe.fault.is_none() && operations.contains(&probe.operation));
    with_dependents(plan, first.map(|probe| probe.id.clone()).collect())
}

/// These probes, and every probe that needs, directly or not, that one of them is taken.
pub fn with_dependents(plan: &Plan, mut reached: BTreeSet<ProbeId>) -> BTreeSet<ProbeId> {
    loop {
        let needs = |probe: &&Probe| !reached.contains(&probe.id) && upstream(plan, probe).any(|id| reached.contains(id));
        let more: Vec<ProbeId> = plan.probes.iter().filter(needs).map(|probe| probe.id.clone()).collect();
        if more.is_empty() {
            return reached;
        }
        reached.extend(more);
    }
}

/// Probes that a probe waits for to be taken.
fn upstream<'a>(plan: &'a Plan, probe: &'a Probe) -> impl Iterator<Item = &'a ProbeId> {
    let follows = match &probe.repeat {
        Repeat::Follow(first) => Some(first),
        _ => None,
    };
    probe.needs.iter().filter_map(|slot| plan.source(slot)).chain(&probe.control).chain(follows)
}
