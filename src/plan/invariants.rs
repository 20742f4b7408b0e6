//! Checks what holds of every plan after each pass.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::model::effect::Permission;
use crate::model::plan::{Intent, Origin, Plan, Probe, Repeat};

/// What does not hold of a plan, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Broken {
    /// Two probes have one id.
    #[error("{0} is the id of two probes")]
    SameId(String),
    /// A probe needs what the plan has no slot for.
    #[error("{0} needs {1}, which is no slot")]
    NoSlot(String, String),
    /// A slot that is needed is filled by a probe that is not planned.
    #[error("{0} needs {1}, whose source {2} is not planned")]
    NoSource(String, String, String),
    /// A probe names another one, to wait for it, to be compared with it or to follow it, that is not planned.
    #[error("{0} refers to {1}, which is not planned")]
    NoProbe(String, String),
    /// A cell is left to a probe that is not planned, or to none.
    #[error("the cell {0} is left to {1:?}, which is not planned")]
    NoAim(String, Option<String>),
    /// A probe would change what is not allowed.
    #[error("{0} {1}, which is not allowed")]
    NotAllowed(String, &'static str),
    /// A valid request removes what the run neither makes nor was given for it.
    #[error("{0} removes {1}, which no planned request makes and nobody has named")]
    NotMade(String, String),
}

/// Checks that everything that a plan names is in it, and that it does nothing that is not allowed.
///
/// # Errors
/// The first thing that does not hold.
pub fn invariants(plan: &Plan, permission: &Permission) -> Result<(), Broken> {
    let mut probes: BTreeMap<&str, &Probe> = BTreeMap::new();
    for probe in &plan.probes {
        if probes.insert(&probe.id, probe).is_some() {
            return Err(Broken::SameId(probe.id.clone()));
        }
    }
    let ids: BTreeSet<&str> = probes.keys().copied().collect();
    for probe in &plan.probes {
        of_probe(plan, probe, &ids)?;
        if !permission.allows(probe.effect) {
            return Err(Broken::NotAllowed(probe.id.clone(), probe.effect.does()));
        }
    }
    for cell in &plan.cells {
        let Intent::Probes(aimed) = &cell.intent else { continue };
        let missing = aimed.iter().find(|id| !ids.contains(id.as_str()));
        if aimed.is_empty() || missing.is_some() {
            return Err(Broken::NoAim(format!("{} {}", cell.operation, cell.status), missing.cloned()));
        }
    }
    match plan.drawn.keys().find(|id| !ids.contains(id.as_str())) {
        Some(id) => Err(Broken::NoProbe("a note of drawn values".to_owned(), id.clone())),
        None => Ok(()),
    }
}

fn of_probe(plan: &Plan, probe: &Probe, ids: &BTreeSet<&str>) -> Result<(), Broken> {
    let id = || probe.id.clone();
    for need in &probe.needs {
        let slot = plan.slots.get(need).ok_or_else(|| Broken::NoSlot(id(), need.clone()))?;
        if let Origin::Created(source) | Origin::Borrowed(source) = &slot.origin
            && !ids.contains(source.as_str())
        {
            return Err(Broken::NoSource(id(), need.clone(), source.clone()));
        }
    }
    let followed = match &probe.repeat {
        Repeat::Follow(first) => Some(first),
        _ => None,
    };
    if let Some(other) = probe.after.iter().chain(&probe.control).chain(followed).find(|other| !ids.contains(other.as_str())) {
        return Err(Broken::NoProbe(id(), other.clone()));
    }
    let is_only_found = |slot: &&String| plan.slots.get(*slot).is_none_or(|slot| matches!(slot.origin, Origin::Borrowed(_)));
    match probe.consumes.iter().filter(|_| probe.fault.is_none()).find(is_only_found) {
        Some(slot) => Err(Broken::NotMade(id(), slot.clone())),
        None => Ok(()),
    }
}
