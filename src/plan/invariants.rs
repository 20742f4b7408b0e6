//! Checks what holds of every plan after each pass.

use std::collections::HashSet;

use thiserror::Error;

use crate::model::effect::Permission;
use crate::model::ids::ProbeId;
use crate::model::plan::{Intent, Origin, Plan, Probe, Repeat, SlotId};

/// What does not hold of a plan, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BrokenInvariant {
    /// Two probes have one id.
    #[error("{0} is the id of two probes")]
    SameId(ProbeId),
    /// A probe needs what the plan has no slot for.
    #[error("{0} needs {1}, which is no slot")]
    NoSlot(ProbeId, SlotId),
    /// A slot that is needed is filled by a probe that is not planned.
    #[error("{0} needs {1}, whose source {2} is not planned")]
    NoSource(ProbeId, SlotId, ProbeId),
    /// A probe names another one, to wait for it, to be compared with it or to follow it, that is not planned.
    #[error("{0} refers to {1}, which is not planned")]
    NoProbe(String, ProbeId),
    /// A cell is left to a probe that is not planned, or to none.
    #[error("the cell {0} is left to {1:?}, which is not planned")]
    NoAim(String, Option<ProbeId>),
    /// A probe would change what is not allowed.
    #[error("{0} {1}, which is not allowed")]
    NotAllowed(ProbeId, &'static str),
    /// A valid request removes what the run neither makes nor was given for it.
    #[error("{0} removes {1}, which no planned request makes and no input names")]
    NotMade(ProbeId, SlotId),
}

/// Checks that everything that a plan names is in it, and that it does nothing that is not allowed.
///
/// # Errors
/// The first thing that does not hold.
pub fn invariants(plan: &Plan, permission: &Permission) -> Result<(), BrokenInvariant> {
    let mut ids: HashSet<&str> = HashSet::with_capacity(plan.probes.len());
    for probe in &plan.probes {
        if !ids.insert(&probe.id) {
            return Err(BrokenInvariant::SameId(probe.id.clone()));
        }
    }
    for probe in &plan.probes {
        of_probe(plan, probe, &ids)?;
        if !permission.allows(probe.effect) {
            return Err(BrokenInvariant::NotAllowed(probe.id.clone(), probe.effect.verb_phrase()));
        }
    }
    for cell in &plan.cells {
        let Intent::Probes(aimed) = &cell.intent else { continue };
        let missing = aimed.iter().find(|id| !ids.contains(id.as_str()));
        if aimed.is_empty() || missing.is_some() {
            return Err(BrokenInvariant::NoAim(format!("{} {}", cell.operation, cell.status), missing.cloned()));
        }
    }
    match plan.drawn.keys().find(|id| !ids.contains(id.as_str())) {
        Some(id) => Err(BrokenInvariant::NoProbe("a note of drawn values".to_owned(), id.clone())),
        None => Ok(()),
    }
}

fn of_probe(plan: &Plan, probe: &Probe, ids: &HashSet<&str>) -> Result<(), BrokenInvariant> {
    let id = || probe.id.clone();
    for need in &probe.needs {
        let slot = plan.slots.get(need).ok_or_else(|| BrokenInvariant::NoSlot(id(), need.clone()))?;
        if let Origin::Created(source) | Origin::Borrowed(source) = &slot.origin
            && !ids.contains(source.as_str())
        {
            return Err(BrokenInvariant::NoSource(id(), need.clone(), source.clone()));
        }
    }
    let followed = match &probe.repeat {
        Repeat::Follow(first) => Some(first),
        _ => None,
    };
    if let Some(other) = probe.after.iter().chain(&probe.control).chain(followed).find(|other| !ids.contains(other.as_str())) {
        return Err(BrokenInvariant::NoProbe(id().to_string(), other.clone()));
    }
    let is_only_found = |slot: &&SlotId| plan.slots.get(*slot).is_none_or(|slot| matches!(slot.origin, Origin::Borrowed(_)));
    match probe.consumes.iter().filter(|_| probe.fault.is_none()).find(is_only_found) {
        Some(slot) => Err(BrokenInvariant::NotMade(id(), slot.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::model::drawn::{Drawn, Expects};
    use crate::model::effect::Effect;
    use crate::model::plan::{Fault, Place};
    use crate::model::small_probe::probe_json;

    fn probe(id: &str, needs: &[&str]) -> Value {
        probe_json(&json!({"id": id, "needs": needs}))
    }

    /// A sound plan: one request makes what the other one needs, waits for and removes.
    fn sound() -> Plan {
        let slots = json!({
            "things#1": {"kind": "things", "origin": {"created": "make"}, "like": null},
            "things#2": {"kind": "things", "origin": {"borrowed": "make"}, "like": null},
            "things=7": {"kind": "things", "origin": {"given": "7"}, "like": null}
        });
        let cell = json!({
            "operation": "things.get", "method": "GET", "path": "/things", "status": 200, "general": false, "intent": {"probes": ["use"]}
        });
        let mut used = probe("use", &["things#1"]);
        used["after"] = json!(["make"]);
        used["control"] = json!("make");
        used["consumes"] = json!(["things#1", "things=7"]);
        let plan = json!({"cells": [cell], "probes": [probe("make", &[]), used], "slots": slots});
        serde_json::from_value(plan).unwrap()
    }

    fn broken(change: impl FnOnce(&mut Plan)) -> Option<BrokenInvariant> {
        let mut plan = sound();
        change(&mut plan);
        invariants(&plan, &Permission { writes: true, effects: Some(BTreeSet::new()), disposable: false }).err()
    }

    fn things(number: usize) -> SlotId {
        SlotId::numbered("things", number)
    }

    #[test]
    fn a_sound_plan_is_let_through() {
        assert_eq!(broken(|_| ()), None);
    }

    #[test]
    fn what_is_not_sound_is_told_with_its_place() {
        let (used, make) = (ProbeId::from_text("use"), ProbeId::from_text("make"));
        let x = || ProbeId::from_text("x");
        assert_eq!(broken(|plan| plan.probes[0].id.clone_from(&used)), Some(BrokenInvariant::SameId(used.clone())));
        assert_eq!(broken(|plan| plan.probes[1].needs.push(things(9))), Some(BrokenInvariant::NoSlot(used.clone(), things(9))));
        let elsewhere = |plan: &mut Plan| plan.slots.get_mut("things#1").unwrap().origin = Origin::Created(x());
        assert_eq!(broken(elsewhere), Some(BrokenInvariant::NoSource(used.clone(), things(1), x())));
        let found = |plan: &mut Plan| plan.slots.get_mut("things#1").unwrap().origin = Origin::Borrowed(x());
        assert_eq!(broken(found), Some(BrokenInvariant::NoSource(used.clone(), things(1), x())));
        assert_eq!(broken(|plan| plan.probes[1].after.push(x())), Some(BrokenInvariant::NoProbe(used.to_string(), x())));
        assert_eq!(broken(|plan| plan.probes[1].control = Some(x())), Some(BrokenInvariant::NoProbe(used.to_string(), x())));
        assert_eq!(broken(|plan| plan.probes[1].repeat = Repeat::Follow(x())), Some(BrokenInvariant::NoProbe(used.to_string(), x())));
        let drawn = Drawn { operation: "things.get".to_owned(), number: 1, seed: 0, changes: Vec::new(), expects: Expects::Open };
        let note = |plan: &mut Plan| drop(plan.drawn.insert(x(), drawn));
        assert_eq!(broken(note), Some(BrokenInvariant::NoProbe("a note of drawn values".to_owned(), x())));
        let cell = || "things.get 200".to_owned();
        assert_eq!(broken(|plan| plan.cells[0].intent = Intent::Probes(vec![x()])), Some(BrokenInvariant::NoAim(cell(), Some(x()))));
        assert_eq!(broken(|plan| plan.cells[0].intent = Intent::Probes(Vec::new())), Some(BrokenInvariant::NoAim(cell(), None)));
        let borrows = |plan: &mut Plan| plan.probes[0].effect = Effect::Borrowed;
        assert_eq!(broken(borrows), Some(BrokenInvariant::NotAllowed(make, Effect::Borrowed.verb_phrase())));
        for slot in [things(2), things(9)] {
            let removes = |plan: &mut Plan| plan.probes[1].consumes.push(slot.clone());
            assert_eq!(broken(removes), Some(BrokenInvariant::NotMade(used.clone(), slot.clone())), "{slot}");
        }
    }

    #[test]
    fn what_is_refused_removes_nothing() {
        let refused = |plan: &mut Plan| {
            plan.probes[1].consumes.push(things(2));
            plan.probes[1].fault = Some(Fault { place: Place::Path("id".to_owned()), words: String::new() });
        };
        assert_eq!(broken(refused), None);
    }
}
