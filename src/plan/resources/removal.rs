//! Finds what a run would leave behind, and the requests that remove it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::contract::expressions::captured;
use crate::model::contract::Status;
use crate::model::exchange::Answer;
use crate::model::journal::{JournalHistory, RequestFate};
use crate::model::path::last_parameter;
use crate::model::plan::{Origin, Place, Plan, Probe, Purpose, RequestTemplate, Slot, SlotId, Stage};

/// What is known of the things that a run made or found.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// Ids, by slot.
    pub values: BTreeMap<SlotId, Value>,
    /// Slots whose thing is gone.
    pub gone: BTreeSet<SlotId>,
    /// Valid requests that were accepted.
    pub accepted: BTreeSet<String>,
    /// Slots that the plan does not have.
    pub slots: BTreeMap<SlotId, Slot>,
}

impl Held {
    /// What a journal tells.
    pub fn of(journal_history: &JournalHistory) -> Self {
        let plan = &journal_history.start.plan;
        let mut held = Self::default();
        for (id, slot) in &plan.slots {
            if let Origin::Given(value) = &slot.origin {
                held.values.insert(id.clone(), Value::String(value.clone()));
            }
        }
        let known = |id: &str| plan.probe(id).or_else(|| journal_history.added.iter().find(|added| added.id == id));
        let mut all: Vec<(u64, &Probe, &Answer)> = Vec::new();
        for (id, past) in &journal_history.past {
            let Some(probe) = known(id) else { continue };
            all.extend(past.iter().filter_map(|past| match &past.fate {
                RequestFate::Answered(answer) => Some((past.number, probe, answer)),
                RequestFate::Silent(_) | RequestFate::Lost => None,
            }));
        }
        all.sort_by_key(|(number, ..)| *number);
        for (number, probe, answer) in all {
            held.learn(plan, probe, answer, number);
        }
        held
    }

    fn learn(&mut self, plan: &Plan, probe: &Probe, answer: &Answer, number: u64) {
        if probe.is_accepted_by(answer.status) {
            self.accepted.insert(probe.id.clone());
            for capture in &probe.captures {
                let Some(value) = captured(capture, answer, probe, &self.values) else { continue };
                self.keep_former(plan, probe, &capture.slot, number);
                self.gone.remove(&capture.slot);
                if !plan.slots.contains_key(&capture.slot)
                    && let Some(like) = plan.slots.get(twin(&capture.slot))
                {
                    self.slots.insert(capture.slot.clone(), Slot { origin: Origin::Created(probe.id.clone()), ..like.clone() });
                }
                self.values.insert(capture.slot.clone(), value);
            }
        }
        for (id, slot, value) in intruders(plan, probe, answer, &self.values, number) {
            self.slots.insert(id.clone(), slot);
            self.values.insert(id, value);
        }
        if probe.fault.is_none() && (answer.status.is_success() || matches!(answer.status.0, 404 | 410)) {
            self.gone.extend(probe.consumes.iter().cloned());
        }
    }
}

impl Held {
    /// What a slot names before it names another thing of the same maker is there as well.
    pub fn keep_former(&mut self, plan: &Plan, probe: &Probe, slot: &str, number: u64) {
        let made = plan.slots.get(slot).filter(|known| known.maker().is_some() && probe.fault.is_none());
        if let (Some(like), Some(former)) = (made, self.values.get(slot).filter(|_| !self.gone.contains(slot))) {
            let id = crate::model::ids::former(slot, number);
            self.slots.insert(id.clone(), like.clone());
            self.values.insert(id, former.clone());
        }
    }
}

/// What a request has made that should have been refused: an answer 2xx holds its id where the same request without a fault
/// would have it. Each with a slot of its own.
pub fn intruders(plan: &Plan, probe: &Probe, answer: &Answer, values: &BTreeMap<SlotId, Value>, time: u64) -> Vec<(SlotId, Slot, Value)> {
    let control = probe.control.as_ref().filter(|_| probe.fault.is_some() && answer.status.is_success()).and_then(|control| plan.probe(control));
    let Some(control) = control.filter(|control| control.operation == probe.operation && control.request.method == probe.request.method) else {
        return Vec::new();
    };
    let found = control.captures.iter().filter_map(|capture| {
        let slot = plan.slots.get(&capture.slot).filter(|slot| slot.origin == Origin::Created(control.id.clone()))?;
        let value = captured(capture, answer, probe, values)?;
        Some(intruder(&capture.slot, slot, probe, time, value))
    });
    let found: Vec<_> = found.collect();
    if found.is_empty() { made_at_its_path(plan, probe, control, answer.status, time).into_iter().collect() } else { found }
}

fn intruder(id: &SlotId, like: &Slot, probe: &Probe, time: u64, value: Value) -> (SlotId, Slot, Value) {
    (
        crate::model::ids::twin(&crate::model::ids::twin(id, &probe.id), time),
        Slot { origin: Origin::Created(probe.id.clone()), ..like.clone() },
        value,
    )
}

/// What a write to an id that names nothing has made under that id, because the server takes it for a create (RFC 9110, sections
/// 9.3.4 and 15.3.2). The id was drawn for this run, so nothing else has it.
fn made_at_its_path(plan: &Plan, probe: &Probe, control: &Probe, status: Status, time: u64) -> Option<(SlotId, Slot, Value)> {
    let may_create = (probe.request.method.is_post() || probe.request.method.is_put()) || status == Status(201);
    let name = last_parameter(&probe.request.path)?;
    let place = Place::Path(name.to_owned());
    let is_about_the_id = may_create && probe.fault.as_ref().is_some_and(|fault| fault.place == place);
    let binding = control.request.fillings.iter().find(|binding| is_about_the_id && binding.place == place)?;
    let value = probe.request.path_values.get(name)?;
    Some(intruder(&binding.slot, plan.slots.get(&binding.slot)?, probe, time, Value::from(value.as_str())))
}

/// The name of a slot for one more thing of the sort that another slot names.
fn twin(slot: &str) -> &str {
    crate::model::ids::planned(slot)
}

/// A request that removes what a slot names, for as long as it is there; `None` where the contract has no operation for it.
pub fn removal(plan: &Plan, slot: &str) -> Option<Probe> {
    let remover = plan.removers.get(twin(slot)).or_else(|| plan.removers.get(slot))?;
    let mut request = remover.request.clone();
    let own = Place::Path(last_parameter(&request.path)?.to_owned());
    for binding in request.fillings.iter_mut().filter(|binding| binding.place == own) {
        slot.clone_into(&mut binding.slot);
    }
    Some(sweeping(format!("{}::removal::{slot}", remover.operation), &remover.operation, request, vec![slot.to_owned()]))
}

/// Everything that is still there, the last made first: what was made later may refer to what was made before.
pub fn removals(plan: &Plan, held: &Held) -> Vec<Probe> {
    let place: BTreeMap<&str, usize> = plan.probes.iter().enumerate().map(|(index, probe)| (probe.id.as_str(), index)).collect();
    let mut left: Vec<(usize, &SlotId)> = plan
        .slots
        .iter()
        .filter(|(id, _)| held.values.contains_key(*id) && !held.gone.contains(*id))
        .filter_map(|(id, slot)| Some((place.get(slot.maker()?.as_str()).copied().unwrap_or(usize::MAX), id)))
        .collect();
    left.sort_by(|one, other| other.cmp(one));
    left.into_iter().filter_map(|(_, slot)| removal(plan, slot)).collect()
}

/// Requests that take back what was done to things that the run did not make, where the deletion that was due for it has not
/// been sent.
pub fn undoing(plan: &Plan, held: &Held) -> Vec<Probe> {
    let borrowed = |slot: &SlotId| plan.slots.contains_key(slot) && !plan.is_made(slot);
    let done =
        plan.probes.iter().filter(|probe| held.accepted.contains(&probe.id) && (probe.request.method.is_post() || probe.request.method.is_patch()));
    let mut found: Vec<Probe> = Vec::new();
    for done in done.filter(|probe| probe.request.slots_in_path().into_iter().any(borrowed)) {
        let inverse = plan.probes.iter().find(|other| {
            let there = other.request.path == done.request.path && other.request.slots_in_path() == done.request.slots_in_path();
            there && other.fault.is_none() && other.request.method.is_delete()
        });
        let Some(inverse) = inverse.filter(|inverse| !held.accepted.contains(&inverse.id)) else { continue };
        let id = format!("{}::undo", inverse.id);
        if found.iter().all(|known| known.id != id) {
            found.push(sweeping(id, &inverse.operation, inverse.request.clone(), Vec::new()));
        }
    }
    found
}

fn sweeping(id: String, operation: &str, request: RequestTemplate, consumes: Vec<SlotId>) -> Probe {
    // Whatever the server says to it: no cell depends on it.
    let plain = Probe::plain(id, operation, Purpose::Cleanup, Stage::Cleanup, request);
    Probe { status: Status(204), consumes, wave: u32::MAX, ..plain }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::intruders;
    use crate::model::contract::Status;
    use crate::model::exchange::{Answer, AnswerContent};
    use crate::model::plan::{Origin, Plan, Probe};

    fn probe(method: &str, id: &str, value: &str, fault: &Value) -> Probe {
        let mut probe = json!({
            "id": id, "operation": "files.write", "trigger": "success", "status": 201, "purpose": "probe", "fault": fault,
            "request": {
                "method": method, "path": "/files/{name}", "path_values": {"name": value}, "query": [], "headers": [], "body": "empty",
                "credentials": "none", "fillings": []
            },
            "allowed": [], "control": null, "needs": [], "consumes": [], "captures": [], "after": [], "wave": 0, "stage": "change",
            "repeat": "once", "also": [], "assumed": null, "effect": "nothing"
        });
        if fault.is_null() {
            probe["request"]["fillings"] = json!([{"place": {"path": "name"}, "slot": "files#1"}]);
        } else {
            probe["control"] = json!("control");
        }
        serde_json::from_value(probe).unwrap()
    }

    /// What a write with an id that names nothing has made, by its method and the status of its answer.
    fn made(method: &str, status: u16) -> Vec<Value> {
        let slots = json!({"files#1": {"kind": "files", "origin": {"created": "put"}, "like": null}});
        let mut plan: Plan = serde_json::from_value(json!({"cells": [], "probes": [], "slots": slots})).unwrap();
        plan.probes.push(probe(method, "control", "report", &Value::Null));
        let faulty = probe(method, "faulty", "probity-x", &json!({"place": {"path": "name"}, "words": "it names nothing"}));
        let answer = Answer { status: Status(status), headers: Vec::new(), body: AnswerContent::Empty, millis: 1, echoes_credentials: false };
        let found = intruders(&plan, &faulty, &answer, &BTreeMap::new(), 0);
        assert!(found.iter().all(|(_, slot, _)| slot.origin == Origin::Created("faulty".to_owned()) && slot.kind == "files"));
        found.into_iter().map(|(_, _, value)| value).collect()
    }

    #[test]
    fn a_write_to_an_id_that_names_nothing_may_make_it() {
        assert_eq!((made("POST", 201), made("PUT", 200)), (vec![json!("probity-x")], vec![json!("probity-x")]));
        assert_eq!((made("POST", 404), made("DELETE", 204), made("PATCH", 200)), (vec![], vec![], vec![]));
        assert_eq!(made("PATCH", 201), vec![json!("probity-x")]);
    }
}
