use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{KnownResources, ProbeEnd};
use crate::model::contract::Status;
use crate::model::exchange::{Answer, AnswerContent, Ending, Exchange, Outcome, SentRequest};
use crate::model::journal::{Entry, JournalHistory, Start};
use crate::model::plan::{Plan, Probe};

/// What came of one request: a status and the id in its body, or no answer.
type Came = Option<(u16, Option<u8>)>;

fn probe(id: &str, request: (&str, &str), more: &Value) -> Probe {
    let (method, path) = request;
    let key = if path.contains("{id}") { json!({"id": "key"}) } else { json!({}) };
    let mut probe = json!({
        "id": id, "operation": path, "trigger": "success", "status": 200, "purpose": "probe", "fault": null,
        "request": {
            "method": method, "path": path, "path_values": key, "query": [], "headers": [], "body": "empty",
            "credentials": "none", "fillings": []
        },
        "allowed": [200], "control": null, "needs": [], "consumes": [], "captures": [], "after": [], "stage": "change",
        "repeat": "once", "also": [], "assumed": null
    });
    if path.contains("{id}") {
        probe["request"]["fillings"] = json!([{"place": {"path": "id"}, "slot": "things#1"}]);
    }
    for (name, value) in more.as_object().unwrap() {
        probe[name] = value.clone();
    }
    serde_json::from_value(probe).unwrap()
}

fn captures(slot: &str, expression: &str) -> Value {
    json!([{"slot": slot, "expression": expression, "like": null, "nth": 0}])
}

/// A plan that makes, finds and removes, with and without a fault, and what may be sent beside it.
fn probes() -> (Plan, Vec<Probe>) {
    let id = "$response.body#/id";
    let body = json!({"place": {"body": "/name"}, "words": "name is wrong"});
    let path = json!({"place": {"path": "id"}, "words": "it names nothing"});
    let planned = vec![
        probe("make", ("POST", "/things"), &json!({"captures": captures("things#1", id)})),
        probe("put", ("PUT", "/things/{id}"), &json!({"captures": captures("things#2", "$request.path.id")})),
        probe("list", ("GET", "/others"), &json!({"captures": captures("others#1", id)})),
        probe("remove", ("DELETE", "/things/{id}"), &json!({"consumes": ["things#1"]})),
        probe("remove-both", ("DELETE", "/things"), &json!({"consumes": ["things#1", "things#2"]})),
        probe("make-wrong", ("POST", "/things"), &json!({"fault": body, "control": "make"})),
        probe("put-unknown", ("PUT", "/things/{id}"), &json!({"fault": path, "control": "put"})),
        probe("remove-wrong", ("DELETE", "/things/{id}"), &json!({"fault": body, "control": "remove", "consumes": ["things#1"]})),
    ];
    let created = |by: &str| json!({"kind": "things", "origin": {"created": by}, "like": null});
    let slots = json!({
        "things#1": created("make"), "things#2": created("put"),
        "others#1": {"kind": "others", "origin": {"borrowed": "list"}, "like": null},
        "others#2": {"kind": "others", "origin": {"given": "7"}, "like": null}
    });
    let mut plan: Plan = serde_json::from_value(json!({"cells": [], "probes": [], "slots": slots})).unwrap();
    plan.probes.clone_from(&planned);
    let mut all = planned;
    all.extend([
        probe("make#again1:remove", ("POST", "/things"), &json!({"captures": captures("things#1", id)})),
        probe("make#again2:list", ("POST", "/things"), &json!({"captures": captures("things#1~2:list", id)})),
        probe("removal", ("DELETE", "/things/{id}"), &json!({"purpose": "cleanup", "consumes": ["things#1"]})),
        probe("removal-2", ("DELETE", "/things/{id}"), &json!({"purpose": "cleanup", "consumes": ["things#1~make-wrong~0"]})),
    ]);
    (plan, all)
}

fn answer((status, id): (u16, Option<u8>)) -> Answer {
    let body = id.map_or(AnswerContent::Empty, |id| AnswerContent::Json(json!({"id": id.to_string()})));
    Answer { status: Status(status), headers: Vec::new(), body, millis: 1, echoes_credentials: false }
}

/// What comes of every probe, and in which order their requests are sent and end: each number is a probe that goes one step on.
fn runs() -> impl Strategy<Value = (Vec<Vec<Came>>, Vec<usize>)> {
    let status = prop::sample::select(vec![200, 200, 201, 201, 202, 204, 400, 404, 409, 410, 429, 500]);
    let came = prop::option::weighted(0.85, (status, prop::option::weighted(0.8, 0..4_u8)));
    vec(vec(came, 0..4), probes().1.len()).prop_flat_map(|ends| {
        let steps: Vec<usize> = ends.iter().enumerate().flat_map(|(probe, came)| std::iter::repeat_n(probe, 2 * came.len())).collect();
        (Just(ends), Just(steps).prop_shuffle())
    })
}

/// The journal of a run, line by line, and the probes in the order in which they ended.
fn journal(probes: &(Plan, Vec<Probe>), ends: &[Vec<Came>], steps: &[usize]) -> (String, Vec<usize>) {
    let (plan, all) = probes;
    let start = Start {
        started_at: String::new(),
        mark: "mark".to_owned(),
        contract: String::new(),
        shape: std::collections::BTreeMap::new(),
        files: crate::model::journal::Sources::default(),
        plan: plan.clone(),
    };
    let mut lines = vec![Entry::Started(Box::new(start))];
    let mut done = vec![0; all.len()];
    let mut numbers = vec![0; all.len()];
    let mut ended = Vec::new();
    let mut next = 0;
    for &index in steps {
        let (nth, settles) = (done[index] / 2, done[index] % 2 == 1);
        done[index] += 1;
        if settles {
            lines.push(match ends[index][nth] {
                Some(came) => Entry::Answered { number: numbers[index], answer: answer(came) },
                None => Entry::Silent { number: numbers[index], reason: "no answer".to_owned() },
            });
            if nth + 1 == ends[index].len() {
                ended.push(index);
            }
            continue;
        }
        if nth == 0 && plan.probe(&all[index].id).is_none() {
            lines.push(Entry::Added(Box::new(all[index].clone())));
        }
        (numbers[index], next) = (next, next + 1);
        lines.push(Entry::Sent { number: numbers[index], at: 0, probe: all[index].id.clone(), request: SentRequest::default() });
    }
    (lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect(), ended)
}

proptest! {
    #[test]
    fn a_journal_tells_what_the_run_itself_knew((ends, steps) in runs()) {
        let probes = probes();
        let (text, ended) = journal(&probes, &ends, &steps);
        let mut live = KnownResources::new(&probes.0);
        for index in ended {
            let exchange = |came: &Came| Exchange { request: SentRequest::default(), answer: came.map(answer) };
            let exchanges: Vec<Exchange> = ends[index].iter().map(exchange).collect();
            let outcome = Outcome { probe: probes.1[index].id.clone(), exchanges, ending: Ending::Answered };
            live.apply(&probes.0, &ProbeEnd::live(&probes.1[index], &outcome));
        }
        let journal_history = JournalHistory::retell(text.lines().map(|line| serde_json::from_str(line).unwrap())).unwrap();
        prop_assert_eq!(&KnownResources::replayed(&journal_history), &live);
        // A later clean-up removes nothing that the run did not know to be there, or took for removed by a fault alone.
        let later = KnownResources::left_by(&journal_history);
        prop_assert!(later.ids() == live.ids());
        for slot in later.ids().keys().filter(|slot| later.is_there(slot)) {
            prop_assert!(live.removal(slot).is_none_or(|removal| removal.evidence == super::Evidence::FaultAccepted));
        }
    }
}
