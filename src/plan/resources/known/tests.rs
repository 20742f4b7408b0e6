//! Tests that a journal tells what the run itself knew, for any order of requests and answers.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Evidence, KnownResources, ProbeEnd};
use crate::contract::{bundle, read};
use crate::model::contract::{Contract, Status};
use crate::model::exchange::{Answer, AnswerContent, Ending, Exchange, Outcome, SentRequest};
use crate::model::journal::{Entry, JournalHistory, Start};
use crate::model::plan::{Plan, Probe};
use crate::model::small_probe::probe_json;
use crate::plan::OwnershipAnswer;

/// What came of one request: a status, the id in its body, and whether the name that was sent is shown; or no answer.
type Came = Option<(u16, Option<u8>, bool)>;

fn contract() -> Contract {
    let item = json!({"in": "path", "name": "id", "required": true, "schema": {"type": "string"}});
    let list = json!({"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}});
    let operation =
        |id: &str, parameters: &[&Value]| json!({"operationId": id, "parameters": parameters, "responses": {"200": {"description": "done"}}});
    let mut listed = operation("GET /things", &[]);
    listed["responses"]["200"]["content"] = json!({"application/json": {"schema": list}});
    let document = json!({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {
        "/things": {"get": listed, "post": operation("POST /things", &[]), "delete": operation("DELETE /things", &[])},
        "/things/{id}": {
            "get": operation("GET /things/{id}", &[&item]),
            "put": operation("PUT /things/{id}", &[&item]),
            "delete": operation("DELETE /things/{id}", &[&item])
        },
        "/others": {"get": operation("GET /others", &[])}
    }});
    read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap()
}

fn probe(id: &str, request: (&str, &str), more: &Value) -> Probe {
    let (method, path) = request;
    let key = if path.contains("{id}") { json!({"id": "key"}) } else { json!({}) };
    let mut probe = probe_json(&json!({
        "id": id, "operation": format!("{method} {path}"), "effect": "own", "stage": "change",
        "request": {"method": method, "path": path, "path_values": key}
    }));
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
        probe("read", ("GET", "/things/{id}"), &json!({})),
        probe("list-things", ("GET", "/things"), &json!({})),
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
    let mut plan: Plan = serde_json::from_value(json!({"mark": "mark", "cells": [], "probes": [], "slots": slots})).unwrap();
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

fn answer((status, id, named): (u16, Option<u8>, bool)) -> Answer {
    let name = if named { "mark-1" } else { "other" };
    let body = id.map_or(AnswerContent::Empty, |id| AnswerContent::Json(json!({"id": id.to_string(), "name": name})));
    Answer { status: Status(status), headers: Vec::new(), body, millis: 1, echoes_credentials: false }
}

/// What comes of every probe, and in which order their requests are sent and end: each number is a probe that goes one step on.
fn runs() -> impl Strategy<Value = (Vec<Vec<Came>>, Vec<usize>)> {
    let status = prop::sample::select(vec![200, 200, 201, 201, 202, 204, 400, 404, 409, 410, 429, 500]);
    let came = prop::option::weighted(0.85, (status, prop::option::weighted(0.8, 0..4_u8), prop::bool::ANY));
    vec(vec(came, 0..4), probes().1.len()).prop_flat_map(|ends| {
        let steps: Vec<usize> = ends.iter().enumerate().flat_map(|(probe, came)| std::iter::repeat_n(probe, 2 * came.len())).collect();
        (Just(ends), Just(steps).prop_shuffle())
    })
}

/// The request of a probe, with an id in its path that differs from time to time.
fn sent(probe: &Probe, number: u64) -> (SentRequest, std::collections::BTreeMap<String, String>) {
    let mut values = probe.request.path_values.clone();
    values.values_mut().filter(|_| probe.fault.is_none()).for_each(|value| *value = (number % 4).to_string());
    let path = values.iter().fold(probe.request.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    let body = (!probe.request.method.is_safe()).then(|| json!({"name": "mark-1"}).to_string());
    (SentRequest { method: probe.request.method.clone(), url: format!("http://a/base{path}"), body, ..SentRequest::default() }, values)
}

/// A run that goes on step by step: what it knows, and the lines of its journal.
struct Run {
    contract: Contract,
    plan: Plan,
    known: KnownResources,
    lines: Vec<String>,
    next: u64,
}

/// A request under way: its number, its path values, and the moment at which it began.
type RequestUnderWay = (u64, std::collections::BTreeMap<String, String>, u64);

impl Run {
    fn new(plan: &Plan) -> Self {
        let contract = contract();
        let start = Start {
            started_at: String::new(),
            mark: plan.mark.clone(),
            contract: String::new(),
            shape: std::collections::BTreeMap::new(),
            files: crate::model::journal::Sources::default(),
            plan: plan.clone(),
        };
        let known = KnownResources::new(&contract, plan);
        let mut run = Self { contract, plan: plan.clone(), known, lines: Vec::new(), next: 0 };
        run.write(&Entry::Started(Box::new(start)));
        run
    }

    fn write(&mut self, entry: &Entry) {
        self.lines.push(serde_json::to_string(entry).unwrap());
    }

    fn send(&mut self, probe: &Probe, first: bool) -> RequestUnderWay {
        if first && self.plan.probe(&probe.id).is_none() {
            self.write(&Entry::Added(Box::new(probe.clone())));
        }
        let number = self.next;
        self.next += 1;
        let (request, path_values) = sent(probe, number);
        self.write(&Entry::Sent { number, at: 0, probe: probe.id.clone(), request });
        let began = self.known.ownership().lock().begin();
        (number, path_values, began)
    }

    fn answered(&mut self, probe: &Probe, (number, path_values, began): RequestUnderWay, came: Came) -> Exchange {
        let (request, _) = sent(probe, number);
        let answer = came.map(answer);
        self.write(&match &answer {
            Some(answer) => Entry::Answered { number, answer: answer.clone() },
            None => Entry::Silent { number, reason: "no answer".to_owned() },
        });
        if let Some(answer) = &answer {
            let heard = OwnershipAnswer { probe, path_values: &path_values, body: request.body.as_deref(), answer, began };
            self.known.ownership().learn_ownership(&self.contract, &self.plan, &heard);
        }
        Exchange { request, answer }
    }
}

proptest! {
    #[test]
    fn a_journal_tells_what_the_run_itself_knew((ends, steps) in runs()) {
        let (plan, all) = probes();
        let mut run = Run::new(&plan);
        let mut under_way: Vec<Option<RequestUnderWay>> = all.iter().map(|_| None).collect();
        let mut exchanges: Vec<Vec<Exchange>> = all.iter().map(|_| Vec::new()).collect();
        for index in steps {
            let (probe, done) = (&all[index], exchanges[index].len());
            let Some(begun) = under_way[index].take() else {
                under_way[index] = Some(run.send(probe, done == 0));
                continue;
            };
            let exchange = run.answered(probe, begun, ends[index][done]);
            exchanges[index].push(exchange);
            if exchanges[index].len() == ends[index].len() {
                let outcome = Outcome { probe: probe.id.clone(), exchanges: exchanges[index].clone(), ending: Ending::Answered };
                run.known.apply(&plan, &ProbeEnd::live(probe, &outcome));
            }
        }
        let journal_history = JournalHistory::from_entries(run.lines.iter().map(|line| serde_json::from_str(line).unwrap())).unwrap();
        let replayed = KnownResources::replayed(Some(&run.contract), &journal_history);
        prop_assert_eq!(&replayed, &run.known);
        // A later clean-up knows no other resources, and takes for there what the run did, or what a faulty request alone has removed.
        let later = KnownResources::from_journal(None, &journal_history);
        prop_assert_eq!(later.ids(), replayed.ids());
        for slot in later.ids().keys().filter(|slot| later.exists(slot)) {
            prop_assert!(replayed.removal(slot).is_none_or(|removal| removal.evidence == Evidence::FaultAccepted));
        }
    }
}
