//! Small cases for the tests of judging: one operation, its probes, and their outcomes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{CredentialHints, JudgeInput, judge};
use crate::contract::{Schemas, bundle, read};
use crate::model::check_level::CheckLevels;
use crate::model::contract::{Contract, Method, Status};
use crate::model::exchange::{Answer, AnswerContent, Ending, Exchange, Outcome, Outcomes, SentRequest};
use crate::model::ids::ProbeId;
use crate::model::plan::{Intent, Plan, PlannedCell, Probe};
use crate::model::small_probe;
use crate::model::verdict::Verdict;

/// A contract with `GET /things`, which is answered 200 with these members in its Response Object, and which has these
/// members at its root.
pub fn contract(response: &Value, root: &Value) -> Contract {
    let mut document = json!({"openapi": "3.1.0", "info": {"title": "Things", "version": "1"},
        "paths": {"/things": {"get": {"operationId": "things.list", "responses": {"200": {"description": "all"}}}}}});
    extend(&mut document["paths"]["/things"]["get"]["responses"]["200"], response);
    extend(&mut document, root);
    read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap()
}

/// A valid probe of `GET /things`, with these members in the place of its own.
pub fn probe(id: &str, more: &Value) -> Probe {
    let mut probe = small_probe::probe_json(&json!({"id": id, "operation": "things.list"}));
    extend(&mut probe, more);
    serde_json::from_value(probe).unwrap()
}

/// A plan of probes and slots, the slots as a plan in JSON has them.
pub fn plan(probes: Vec<Probe>, slots: Value) -> Plan {
    Plan { probes, slots: serde_json::from_value(slots).unwrap(), ..Plan::default() }
}

/// An answer without header fields.
pub fn answer(status: u16, body: AnswerContent) -> Answer {
    Answer { status: Status(status), headers: Vec::new(), body, millis: 1, echoes_credentials: false }
}

/// What became of a probe that was answered so, once for each answer.
pub fn outcome(id: &str, answers: Vec<Answer>) -> Outcome {
    let request = SentRequest { method: Method::GET, url: "http://t/things".to_owned(), ..SentRequest::default() };
    let exchanges = answers.into_iter().map(|answer| Exchange { request: request.clone(), answer: Some(answer) }).collect();
    Outcome { probe: ProbeId::from_text(id), exchanges, ending: Ending::Answered }
}

/// What is said of a case.
pub fn said<T>(contract: &Contract, plan: &Plan, outcomes: Vec<Outcome>, say: impl FnOnce(&JudgeInput<'_>) -> T) -> T {
    let schemas = Schemas::new(contract);
    say(&JudgeInput {
        contract,
        schemas: &schemas,
        plan,
        outcomes: &Outcomes { outcomes },
        hints: &CredentialHints::default(),
        levels: &CheckLevels::default(),
    })
}

/// The verdict on the cell of a status that one probe is aimed at, with nothing but the judge to say so.
pub fn verdict(plan: &Plan, probe: &str, status: u16, outcomes: Vec<Outcome>) -> Verdict {
    let responses = json!({"200": {"description": "all"}, status.to_string(): {"description": "refused"}});
    let paths = json!({"paths": {"/things": {"get": {"operationId": "things.list", "responses": responses}}}});
    let cell = PlannedCell {
        operation: "things.list".to_owned(),
        method: Method::GET,
        path: "/things".to_owned(),
        status: Status(status),
        general: false,
        intent: Intent::Probes(vec![ProbeId::from_text(probe)]),
    };
    let plan = Plan { cells: vec![cell], ..plan.clone() };
    said(&contract(&json!({}), &paths), &plan, outcomes, |input| judge(input).cells[0].verdict)
}

fn extend(value: &mut Value, more: &Value) {
    if let (Some(members), Some(more)) = (value.as_object_mut(), more.as_object()) {
        members.extend(more.clone());
    }
}
