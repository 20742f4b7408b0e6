//! Collects the probes that depend on the valid requests of some operations being accepted.

use std::collections::{BTreeSet, HashMap};

use crate::model::plan::{Plan, Probe, ProbeId, Repeat};

/// The valid requests of these operations, and every probe that needs, directly or not, that one of them is taken: it names
/// what they make, is held against them, or follows them.
pub fn downstream(plan: &Plan, operations: &BTreeSet<String>) -> BTreeSet<ProbeId> {
    let first = plan.probes.iter().filter(|probe| probe.fault.is_none() && operations.contains(&probe.operation));
    Dependents::of(plan).with(first.map(|probe| probe.id.clone()).collect())
}

/// Which probes need that another one is taken, for each that is needed.
pub struct Dependents<'a>(HashMap<&'a ProbeId, Vec<&'a ProbeId>>);

impl<'a> Dependents<'a> {
    /// Reads them off a plan.
    pub fn of(plan: &'a Plan) -> Self {
        let mut dependents: HashMap<&ProbeId, Vec<&ProbeId>> = HashMap::new();
        for probe in &plan.probes {
            for needed in upstream(plan, probe) {
                dependents.entry(needed).or_default().push(&probe.id);
            }
        }
        Self(dependents)
    }

    /// These probes, and every probe that needs, directly or not, that one of them is taken.
    pub fn with(&self, mut reached: BTreeSet<ProbeId>) -> BTreeSet<ProbeId> {
        let mut open: Vec<ProbeId> = reached.iter().cloned().collect();
        while let Some(id) = open.pop() {
            for dependent in self.0.get(&id).into_iter().flatten() {
                if reached.insert((*dependent).clone()) {
                    open.push((*dependent).clone());
                }
            }
        }
        reached
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
