//! Golden texts of every kind of finding, each from the smallest exchange that breaks the rule.
//! The nearest exchange that keeps the rule raises nothing of the kind.

use std::collections::BTreeMap;

use probity::contract::{Schemas, bundle, read};
use probity::judge::exchange_rules::{CHECKS, CredentialHint};
use probity::judge::{CredentialHints, JudgeInput, judge};
use probity::model::check_level::CheckLevels;
use probity::model::contract::{Contract, Method, Status};
use probity::model::exchange::{Answer, AnswerContent, Ending, Exchange, Outcome, Outcomes, SentCredential, SentRequest};
use probity::model::ids::ProbeId;
use probity::model::plan::Plan;
use probity::model::suite::AccountName;
use probity::model::verdict::{Finding, Severity};
use probity::report::finding_text;
use serde_json::{Value, json};

const JSON_API: &str = "application/vnd.api+json";

/// What is asked, and what comes of it: once so that a rule breaks, once so that it is kept.
struct Golden {
    /// The check, or what else says it.
    kind: &'static str,
    asked: Asked,
    broken: Came,
    kept: Came,
}

/// One request to `things.get`.
#[derive(Clone)]
struct Asked {
    fault: Value,
    allowed: &'static [u16],
    /// Values that were drawn, and what the contract says of them.
    drawn: Value,
}

/// One answer.
#[derive(Clone)]
struct Came {
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: Value,
    echoes: bool,
}

const VALID: Asked = Asked { fault: Value::Null, allowed: &[], drawn: Value::Null };
const MEDIA: &[(&str, &str)] = &[("content-type", JSON_API)];

fn came(status: u16, headers: &'static [(&'static str, &'static str)], body: Value) -> Came {
    Came { status, headers, body, echoes: false }
}

#[expect(clippy::needless_pass_by_value, reason = "callers write the place where it is used")]
fn fault(place: Value, words: &str, allowed: &'static [u16]) -> Asked {
    Asked { fault: json!({"place": place, "words": words}), allowed, drawn: Value::Null }
}

fn drawn(expects: &str) -> Asked {
    let change = json!({"place": {"query": "size"}, "put": {"value": 100}});
    let drawn = json!({"operation": "things.get", "number": 1, "seed": 0, "changes": [change], "expects": expects});
    Asked { drawn, allowed: &[200], ..VALID }
}

fn thing() -> Value {
    json!({"data": {"type": "things", "id": "1", "attributes": {"day": "2024-02-29"}}})
}

#[expect(clippy::needless_pass_by_value, reason = "callers write the source where it is used")]
fn problem(status: &str, source: Value) -> Value {
    json!({"errors": [{"status": status, "source": source}]})
}

/// Of each kind one.
fn goldens() -> Vec<Golden> {
    let wrong_type = || fault(json!({"query": "size"}), "the query parameter size is \"probity\"", &[409]);
    let right = || came(200, MEDIA, thing());
    let conflict = || came(409, MEDIA, problem("409", json!({"parameter": "size"})));
    let golden = |kind, asked: Asked, broken, kept| Golden { kind, asked, broken, kept };
    let many = |wait: &'static [(&'static str, &'static str)]| came(429, wait, json!(null));
    let limit = || fault(json!("state"), "the rate limit has been used up", &[429]);
    vec![
        golden("status", wrong_type(), came(400, MEDIA, problem("400", json!({}))), conflict()),
        golden("media-type", Asked { allowed: &[200], ..VALID }, came(200, &[("content-type", "text/html")], thing()), right()),
        golden("no-content", Asked { allowed: &[204], ..VALID }, came(204, &[], json!({})), came(204, &[], json!(null))),
        golden(
            "headers",
            fault(json!("method"), "the method is PROBITY", &[405]),
            came(405, &[], json!(null)),
            came(405, &[("allow", "PUT")], json!(null)),
        ),
        golden(
            "location",
            Asked { allowed: &[303], ..VALID },
            came(303, &[("location", "http://[")], json!(null)),
            came(303, &[("location", "/things/2")], json!(null)),
        ),
        golden("retry-after", limit(), many(&[("retry-after", "-1")]), many(&[("retry-after", "30")])),
        golden(
            "body-schema",
            Asked { allowed: &[200], ..VALID },
            came(200, MEDIA, json!({"data": {"type": "things", "id": "1", "attributes": {"day": "29.2.2024", "size": 3}}})),
            right(),
        ),
        golden("error-status", wrong_type(), came(409, MEDIA, problem("400", json!({}))), conflict()),
        golden(
            "json-api-document",
            Asked { allowed: &[200], ..VALID },
            came(200, MEDIA, json!({"data": {"type": "things", "id": "1", "attributes": {"day": "2024-02-29"}}, "errors": []})),
            right(),
        ),
        golden("cause", wrong_type(), came(409, MEDIA, problem("409", json!({"parameter": "id"}))), conflict()),
        golden(
            "problem-details",
            wrong_type(),
            came(409, &[("content-type", "application/problem+json")], json!({"status": 400, "title": "No"})),
            came(409, &[("content-type", "application/problem+json")], json!({"status": 409, "title": "No"})),
        ),
        golden(
            "no-leak",
            wrong_type(),
            came(409, MEDIA, json!({"errors": [{"status": "409", "detail": "Error\n    at f (/srv/app.js:10:5)\n    at g (/srv/app.js:11:5)"}]})),
            conflict(),
        ),
        golden("no-echo", wrong_type(), Came { echoes: true, ..conflict() }, conflict()),
        golden("server-error", Asked { allowed: &[200], ..VALID }, came(500, &[], json!("oops")), right()),
        golden("admitted-value", drawn("success"), came(400, MEDIA, problem("400", json!({}))), right()),
        golden("undocumented-status", drawn("open"), came(418, MEDIA, problem("418", json!({}))), conflict()),
    ]
}

#[test]
fn each_kind_reads_like_a_compiler_error() {
    for golden in goldens() {
        let found = findings(&golden.asked, &golden.broken);
        let Some(finding) = found.iter().find(|finding| finding.check == golden.kind) else {
            panic!("{} is not found: {found:#?}", golden.kind);
        };
        insta::assert_snapshot!(golden.kind, finding_text(finding, false));
        let kept = findings(&golden.asked, &golden.kept);
        assert!(kept.iter().all(|finding| finding.check != golden.kind), "{} is found where it is kept: {kept:#?}", golden.kind);
    }
}

#[test]
fn every_check_is_among_them() {
    let kinds: Vec<&str> = goldens().iter().map(|golden| golden.kind).collect();
    let missing: Vec<&str> = CHECKS.iter().map(|check| check.name).filter(|name| !kinds.contains(name)).collect();
    assert!(missing.is_empty(), "no golden finding of {missing:?}");
}

#[test]
fn a_contradiction_of_the_state_reads_alike() {
    let contract = contract();
    let plan = plan(&contract, &VALID, "things.create", "things.get");
    let created = json!({"data": {"type": "things", "id": "1", "attributes": {"name": "Zoë"}}});
    let read = |name: &str| json!({"data": {"type": "things", "id": "1", "attributes": {"name": name}}});
    let outcomes = |name: &str| {
        let create = exchange("POST", "http://127.0.0.1/things", Some(created.to_string()), &came(201, MEDIA, created.clone()));
        let get = exchange("GET", "http://127.0.0.1/things/1", None, &came(200, MEDIA, read(name)));
        Outcomes { outcomes: vec![outcome("things.create", create), outcome("things.get", get)] }
    };
    let found = judged(&contract, &plan, &outcomes("Zo?"));
    let Some(finding) = found.iter().find(|finding| finding.check == "state") else { panic!("nothing is found: {found:#?}") };
    insta::assert_snapshot!("state", finding_text(finding, false));
    assert!(judged(&contract, &plan, &outcomes("Zoë")).iter().all(|finding| finding.check != "state"));
}

#[test]
fn drawn_values_are_judged_row_by_row() {
    let said = |expects: Value, status: u16| {
        let mut asked = drawn("open");
        if let Some(trigger) = expects.get("refusal") {
            asked = Asked { allowed: &[409], ..fault(json!({"query": "size"}), trigger.as_str().unwrap(), &[409]) };
            asked.drawn = drawn("open").drawn;
        }
        asked.drawn["expects"] = expects;
        let body = if status < 300 { thing() } else { problem(&status.to_string(), json!({})) };
        let found = findings(&asked, &came(status, MEDIA, body));
        found.into_iter().map(|finding| (finding.check, finding.severity)).collect::<Vec<_>>()
    };
    let must = |check: &str| vec![(check.to_owned(), Severity::Must)];
    let should = |check: &str| vec![(check.to_owned(), Severity::Should)];
    for expects in ["success", "plausible", "open"] {
        assert_eq!(said(json!(expects), 200), [], "{expects}");
        assert_eq!(said(json!(expects), 500), must("server-error"), "{expects}");
        assert_eq!(said(json!(expects), 202), must("status"), "{expects}");
        assert_eq!(said(json!(expects), 418), should("undocumented-status"), "{expects}");
        for elsewhere in [401, 403, 404, 413, 414, 429] {
            assert_eq!(said(json!(expects), elsewhere), [], "{expects} {elsewhere}");
        }
    }
    assert_eq!(said(json!("success"), 400), should("admitted-value"));
    assert_eq!(said(json!("plausible"), 400), []);
    assert_eq!(said(json!("open"), 400), []);
    let refusal = || json!({"refusal": "bad-query-parameter"});
    assert_eq!(said(refusal(), 409), []);
    assert_eq!(said(refusal(), 400), must("status"));
    assert_eq!(said(refusal(), 200), must("status"));
    assert_eq!(said(refusal(), 500), must("server-error"));
    assert_eq!(said(refusal(), 403), []);
}

/// What is said of one answer to one request, whose control was accepted.
fn findings(asked: &Asked, came: &Came) -> Vec<Finding> {
    let contract = contract();
    let plan = plan(&contract, asked, "things.list", "things.get");
    let list = exchange("GET", "http://127.0.0.1/things", None, &self::came(200, MEDIA, json!({"data": []})));
    let get = exchange("GET", "http://127.0.0.1/things/1?size=100", None, came);
    judged(&contract, &plan, &Outcomes { outcomes: vec![outcome("things.list", list), outcome("things.get", get)] })
}

fn judged(contract: &Contract, plan: &Plan, outcomes: &Outcomes) -> Vec<Finding> {
    let key = CredentialHint::Basic { username_env: "THINGS_KEY".to_owned(), password_env: "THINGS_SECRET".to_owned() };
    let hints = CredentialHints { full: [("key".to_owned(), key)].into(), ..CredentialHints::default() };
    let schemas = Schemas::new(contract);
    let judgement = judge(&JudgeInput { contract, schemas: &schemas, plan, outcomes, hints: &hints, levels: &CheckLevels::default() });
    judgement.cells.into_iter().flat_map(|cell| cell.findings).chain(judgement.findings).collect()
}

/// A plan of two requests: one that comes first, and the one that is asked after it.
fn plan(contract: &Contract, asked: &Asked, first: &str, then: &str) -> Plan {
    let cell = |status: u16, intent: Value| {
        let operation = contract.operation(then).unwrap();
        json!({"operation": then, "method": operation.method.as_str(), "path": operation.path, "status": status, "general": false, "intent": intent})
    };
    let aimed = asked.allowed.first().copied().unwrap_or(200);
    let mut cells = vec![cell(500, json!("watched"))];
    cells.extend(if asked.drawn.is_null() { vec![cell(aimed, json!({"probes": [then]}))] } else { Vec::new() });
    let makes = first.ends_with("create");
    let probe = |id: &str, asked: &Asked, after: Vec<&str>| {
        let operation = contract.operation(id).unwrap();
        let fillings = if makes && id == then { json!([{"place": {"path": "id"}, "slot": "things#1"}]) } else { json!([]) };
        let body = if id == first && makes { json!({"json": {"data": {"type": "things", "attributes": {"name": "Zoë"}}}}) } else { json!("empty") };
        json!({
            "id": id, "operation": id, "trigger": "trigger", "status": asked.allowed.first().copied().unwrap_or(200), "purpose": "probe",
            "stage": "read", "request": {"method": operation.method.as_str(), "path": operation.path, "path_values": {}, "query": [], "headers": [["content-type", JSON_API]],
            "body": body, "credentials": "full", "fillings": fillings}, "fault": asked.fault, "allowed": asked.allowed,
            "control": after.first(), "needs": if makes && id == then { vec!["things#1"] } else { Vec::new() }, "consumes": [],
            "captures": if makes && id == first { json!([{"slot": "things#1", "expression": "$response.body#/data/id", "like": null, "nth": 0}]) } else { json!([]) },
            "after": after, "repeat": "once", "also": [], "assumed": null
        })
    };
    let slots = if makes { json!({"things#1": {"kind": "things", "origin": {"created": first}, "like": null}}) } else { json!({}) };
    let drawn = if asked.drawn.is_null() { json!({}) } else { json!({then: asked.drawn}) };
    let first_probe = probe(first, &VALID, Vec::new());
    serde_json::from_value(json!({"cells": cells, "probes": [first_probe, probe(then, asked, vec![first])], "slots": slots, "drawn": drawn})).unwrap()
}

fn exchange(method: &str, url: &str, body: Option<String>, came: &Came) -> Exchange {
    let content = match &came.body {
        Value::Null => AnswerContent::Empty,
        Value::String(text) => AnswerContent::Text(text.clone()),
        value => AnswerContent::Json(value.clone()),
    };
    let headers = came.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let credentials = vec![SentCredential { scheme: "key".to_owned(), account: AccountName::Full, wrong: false }];
    let request = SentRequest { method: Method::new(method), url: url.to_owned(), body, credentials, ..SentRequest::default() };
    Exchange { request, answer: Some(Answer { status: Status(came.status), headers, body: content, millis: 1, echoes_credentials: came.echoes }) }
}

fn outcome(probe: &str, exchange: Exchange) -> Outcome {
    Outcome { probe: ProbeId::from_text(probe), exchanges: vec![exchange], ending: Ending::Answered }
}

fn contract() -> Contract {
    let attributes = json!({"type": "object", "properties": {"day": {"type": "string", "format": "date"}, "name": {"type": "string"}, "size": {"type": "integer"}}});
    let thing = json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "object", "required": ["type", "id"], "properties": {
        "type": {"const": "things"}, "id": {"type": "string"}, "attributes": attributes}}}});
    let shown = json!({JSON_API: {"schema": {"$ref": "#/components/schemas/Thing"}}});
    let refused = |why: &str| json!({"description": why, "content": {JSON_API: {}, "application/problem+json": {}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let size = json!({"name": "size", "in": "query", "schema": {"type": "integer", "maximum": 100}});
    let get = json!({
        "operationId": "things.get", "parameters": [id, size],
        "responses": {
            "200": {"description": "found", "content": shown}, "204": {"description": "nothing to say"},
            "303": {"description": "it is elsewhere", "headers": {"Location": {"required": true, "schema": {"type": "string"}}}},
            "400": refused("a parameter is badly formed"), "405": {"description": "not that method"}, "409": refused("the size is another"),
            "429": {"description": "too many requests", "headers": {"Retry-After": {"required": true, "schema": {"type": "integer"}}}},
            "500": {"description": "something went wrong"}
        }
    });
    let body = json!({"required": true, "content": shown});
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Things", "version": "1"},
        "paths": {
            "/things": {
                "get": {"operationId": "things.list", "responses": {"200": {"description": "found"}}},
                "post": {"operationId": "things.create", "requestBody": body, "responses": {"201": {"description": "made", "content": shown}}}
            },
            "/things/{id}": {"get": get}
        },
        "components": {"schemas": {"Thing": thing}}
    });
    read(bundle("things.yaml", &BTreeMap::from([("things.yaml".to_owned(), document)])).unwrap()).unwrap()
}
