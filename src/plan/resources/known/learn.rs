//! Learns of resources from how a probe has ended; a journal is replayed as the same events.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Evidence, KnownResources, Removal};
use crate::contract::expressions::captured;
use crate::model::contract::{Contract, Status};
use crate::model::exchange::{Answer, Outcome};
use crate::model::ids;
use crate::model::journal::{EarlierRequest, JournalHistory};
use crate::model::path::last_parameter;
use crate::model::plan::{Capture, Origin, Place, Plan, Probe, ProbeId, Purpose, Repeat, Slot, SlotId};

/// How a probe has ended: every answer that came to it, `None` for each request without one.
#[derive(Debug, Clone)]
pub struct ProbeEnd<'e> {
    probe: &'e Probe,
    answers: Vec<Option<&'e Answer>>,
}

impl<'e> ProbeEnd<'e> {
    /// As the run itself sees it.
    pub fn live(probe: &'e Probe, outcome: &'e Outcome) -> Self {
        Self { probe, answers: outcome.exchanges.iter().map(|exchange| exchange.answer.as_ref()).collect() }
    }

    /// As a journal tells of it.
    pub fn journalled(probe: &'e Probe, past: &'e [EarlierRequest]) -> Self {
        Self { probe, answers: past.iter().map(|past| past.fate.answer()).collect() }
    }

    /// The answer that counts: the last one.
    fn answer(&self) -> Option<&'e Answer> {
        self.answers.last().copied().flatten()
    }

    fn is_accepted(&self) -> bool {
        self.answer().is_some_and(|answer| self.probe.is_accepted_by(answer.status))
    }
}

impl KnownResources {
    /// What a journal tells, as the run itself knew it; without a contract it is not known which resources are its own.
    pub fn replayed(contract: Option<&Contract>, journal_history: &JournalHistory) -> Self {
        let plan = &journal_history.start.plan;
        let mut known = Self::without_owners(plan);
        if let Some(contract) = contract {
            known.ownership.replay(contract, journal_history);
        }
        for (probe, past) in journal_history.ended_probes() {
            known.apply(plan, &ProbeEnd::journalled(probe, past));
        }
        known
    }

    /// What a journal tells a later clean-up.
    pub fn from_journal(contract: Option<&Contract>, journal_history: &JournalHistory) -> Self {
        Self::replayed(contract, journal_history).for_a_later_clean_up()
    }

    /// Learns from how a probe has ended. The slots of its captures that have no id after it.
    pub fn apply<'p>(&mut self, plan: &Plan, end: &ProbeEnd<'p>) -> Vec<&'p SlotId> {
        let mut unfilled = Vec::new();
        match end.answers.iter().filter(|answer| answer.is_none()).count() {
            0 => {}
            count => *self.unanswered.entry(end.probe.id.clone()).or_default() += count,
        }
        if end.is_accepted() {
            self.accepted.insert(end.probe.id.clone());
        }
        for capture in &end.probe.captures {
            let found = end.answer().filter(|_| end.is_accepted()).and_then(|answer| captured(capture, answer, end.probe, &self.ids));
            match found {
                Some(value) => self.fill(plan, end.probe, &capture.slot, value),
                None => unfilled.push(&capture.slot),
            }
        }
        self.note_removal(plan, end);
        self.note_earlier(plan, end);
        let successes = end.answers.iter().flatten().filter(|answer| answer.status.is_success());
        for (time, answer) in successes.enumerate() {
            for (id, slot, value) in accepted_by_mistake(plan, end.probe, answer, &self.ids, time) {
                self.add_made(id, slot, value, None);
            }
        }
        unfilled
    }

    /// A slot names a resource from now on; what it named before may be there as well.
    fn fill(&mut self, plan: &Plan, probe: &Probe, slot: &SlotId, value: Value) {
        let made = plan.slots.get(slot).filter(|known| known.maker().is_some());
        if let (Some(made), Some(former)) = (made, self.ids.get(slot).filter(|_| self.exists(slot)).cloned()) {
            let id = slot.before_refill(&probe.id);
            self.replaced.insert(id.clone(), probe.id.clone());
            self.add_made(id, made.clone(), former, None);
        }
        if !plan.slots.contains_key(slot)
            && let Some(like) = plan.slots.get(ids::plan_id(slot))
        {
            self.beside.insert(slot.clone(), Slot { origin: Origin::Created(probe.id.clone()), ..like.clone() });
        }
        self.find(slot.clone(), value);
    }

    fn note_removal(&mut self, plan: &Plan, end: &ProbeEnd<'_>) {
        let probe = end.probe;
        let is_gone = |answer: &Answer| matches!(answer.status.0, 404 | 410);
        let evidence = match end.answer() {
            Some(answer) if answer.status.is_success() && probe.repeat == Repeat::Once => {
                Some(if probe.fault.is_none() { Evidence::Removed } else { Evidence::FaultAccepted })
            }
            Some(answer) if is_gone(answer) && probe.fault.is_none() => {
                let alone = probe.purpose == Purpose::Cleanup && plan.probe(&probe.id).is_none();
                Some(if alone { Evidence::GoneAlready } else { Evidence::NotFound })
            }
            _ => None,
        };
        for slot in &probe.consumes {
            if let Some(evidence) = evidence {
                self.removals.entry(slot.clone()).or_default().push(Removal { by: probe.id.clone(), evidence });
            }
            // It was made again because its removal was answered so.
            if probe.fault.is_none() && end.answers.iter().flatten().any(|answer| is_gone(answer)) {
                let former = |(id, by): (&SlotId, &ProbeId)| (id.plan_id() == *slot && by.is_made_again_for(&probe.id)).then(|| id.clone());
                for id in self.replaced.iter().filter_map(former).collect::<Vec<_>>() {
                    self.removals.entry(id).or_default().push(Removal { by: probe.id.clone(), evidence: Evidence::NotFound });
                }
            }
        }
    }

    /// What a valid request has made with an answer before the one that counts.
    fn note_earlier(&mut self, plan: &Plan, end: &ProbeEnd<'_>) {
        if !end.probe.makes(plan) {
            return;
        }
        let earlier = end.answers.iter().rev().skip(1).flatten().filter(|answer| end.probe.is_accepted_by(answer.status));
        for (time, answer) in earlier.enumerate() {
            for capture in &end.probe.captures {
                let slot = plan.slots.get(&capture.slot);
                let Some((slot, value)) = slot.zip(captured(capture, answer, end.probe, &self.ids)) else { continue };
                self.add_made(capture.slot.before_refill(time), slot.clone(), value, None);
            }
        }
    }
}

/// What a request has made that should have been refused: an answer 2xx holds its id where the same request without a fault
/// would have it. Each with a slot of its own.
fn accepted_by_mistake(plan: &Plan, probe: &Probe, answer: &Answer, values: &BTreeMap<SlotId, Value>, time: usize) -> Vec<(SlotId, Slot, Value)> {
    let control = probe.control.as_ref().filter(|_| probe.fault.is_some() && answer.status.is_success()).and_then(|control| plan.probe(control));
    let Some(control) = control.filter(|control| control.operation == probe.operation && control.request.method == probe.request.method) else {
        return Vec::new();
    };
    let found = control.captures.iter().filter_map(|capture: &Capture| {
        let slot = plan.slots.get(&capture.slot).filter(|slot| slot.origin == Origin::Created(control.id.clone()))?;
        let value = captured(capture, answer, probe, values)?;
        Some(with_slot_of_its_own(&capture.slot, slot, probe, time, value))
    });
    let found: Vec<_> = found.collect();
    if found.is_empty() { made_at_its_path(plan, probe, control, answer.status, time).into_iter().collect() } else { found }
}

fn with_slot_of_its_own(id: &SlotId, like: &Slot, probe: &Probe, time: usize, value: Value) -> (SlotId, Slot, Value) {
    (id.another(&probe.id).another(time), Slot { origin: Origin::Created(probe.id.clone()), ..like.clone() }, value)
}

/// What a write to an id that names nothing has made under that id, because the server takes it for a create (RFC 9110, sections
/// 9.3.4 and 15.3.2). The id was drawn for this run, so nothing else has it.
fn made_at_its_path(plan: &Plan, probe: &Probe, control: &Probe, status: Status, time: usize) -> Option<(SlotId, Slot, Value)> {
    let may_create = (probe.request.method.is_post() || probe.request.method.is_put()) || status == Status(201);
    let name = last_parameter(&probe.request.path)?;
    let place = Place::Path(name.to_owned());
    let is_about_the_id = may_create && probe.fault.as_ref().is_some_and(|fault| fault.place == place);
    let binding = control.request.fillings.iter().find(|binding| is_about_the_id && binding.place == place)?;
    let value = probe.request.path_values.get(name)?;
    Some(with_slot_of_its_own(&binding.slot, plan.slots.get(&binding.slot)?, probe, time, Value::from(value.as_str())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::accepted_by_mistake;
    use crate::model::contract::Status;
    use crate::model::exchange::{Answer, AnswerContent};
    use crate::model::ids::ProbeId;
    use crate::model::plan::{Origin, Plan, Probe};
    use crate::model::small_probe::probe_json;

    fn probe(method: &str, id: &str, value: &str, fault: &Value) -> Probe {
        let request = json!({"method": method, "path": "/files/{name}", "path_values": {"name": value}});
        let mut probe = probe_json(&json!({
            "id": id, "operation": "files.write", "status": 201, "stage": "change", "allowed": [], "fault": fault, "request": request
        }));
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
        let found = accepted_by_mistake(&plan, &faulty, &answer, &BTreeMap::new(), 0);
        assert!(found.iter().all(|(_, slot, _)| slot.origin == Origin::Created(ProbeId::from_text("faulty")) && slot.kind == "files"));
        found.into_iter().map(|(_, _, value)| value).collect()
    }

    #[test]
    fn a_write_to_an_id_that_names_nothing_may_make_it() {
        assert_eq!((made("POST", 201), made("PUT", 200)), (vec![json!("probity-x")], vec![json!("probity-x")]));
        assert_eq!((made("POST", 404), made("DELETE", 204), made("PATCH", 200)), (vec![], vec![], vec![]));
        assert_eq!(made("PATCH", 201), vec![json!("probity-x")]);
    }
}
