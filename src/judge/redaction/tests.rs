//! Tests of what is kept, level by level.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::contract::{bundle, read};
use crate::model::contract::Status;
use crate::model::exchange::SentRequest;
use crate::model::ids::ProbeId;
use crate::model::journal::{Sources, Start};
use crate::model::report::RunTraces;
use crate::model::small_probe;

/// What a server says of a person, and of what the run has made.
fn said() -> Value {
    json!({
        "data": [
            {"type": "people", "id": "77", "attributes": {"name": "Jane Doe", "worth": 1234.5, "kind": "PERSON", "note": null, "rank": 5},
             "links": {"self": "/people/77", "photo": "/photos/77?signature=abcdef"}},
            {"type": "people", "id": "78", "attributes": {"name": "probity-1 made", "worth": 5, "twin": "Jane Doe", "owner_id": "77"}}
        ],
        "links": {"next": "/people?cursor=eyJuYW1lIjoiSmFuZSJ9&limit=2"}
    })
}

fn contract() -> Contract {
    let document = json!({"openapi": "3.1.0", "info": {"title": "People", "version": "1"}, "paths": {"/people": {"get": {"operationId": "people.list",
        "responses": {"200": {"description": "all", "headers": {"X-Count": {"schema": {"type": "integer"}}}}}}}}});
    read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap()
}

fn probe(id: &str, purpose: &str, body: &Value) -> Probe {
    let body = if body.is_null() { json!("empty") } else { json!({ "json": body }) };
    let request = json!({"method": "POST", "path": "/people/{id}", "path_values": {"id": "77"}, "query": [["limit", "2"]], "body": body});
    small_probe::probe(&json!({"id": id, "operation": "people.list", "purpose": purpose, "request": request}))
}

fn outcome(id: &str, sent: &Value, status: u16, body: AnswerContent) -> Outcome {
    let text = (!sent.is_null()).then(|| sent.to_string());
    let request = SentRequest { url: "http://t/people?limit=2".to_owned(), body: text, ..SentRequest::default() };
    let headers = [("content-type", "application/json"), ("x-count", "2"), ("x-user", "Jane Doe"), ("location", "/people/77?token=abcdef")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let answer = Answer { status: Status(status), headers, body, millis: 1, echoes_credentials: false };
    Outcome { probe: ProbeId::from_text(id), exchanges: vec![Exchange { request, answer: Some(answer) }], ending: Ending::Answered }
}

/// A run that has made a person, read all of them, and put back what it had changed.
fn recording() -> Recording {
    let (made, before) = (json!({"name": "probity-1 made", "worth": 5}), json!({"name": "Jane Doe", "worth": 1234.5}));
    let probes = vec![
        probe("make", "probe", &made),
        probe("list", "probe", &Value::Null),
        probe("bad", "probe", &Value::Null),
        probe("next", "probe", &Value::Null),
        probe("back", "cleanup", &before),
    ];
    let refusal = json!({"errors": [{"status": "400", "title": "Bad Request", "detail": "Jane Doe is there already"}]});
    let mut outcomes = vec![
        outcome("make", &made, 201, AnswerContent::Json(said()["data"][1].clone())),
        outcome("list", &Value::Null, 200, AnswerContent::Json(said())),
        outcome("bad", &Value::Null, 400, AnswerContent::Json(refusal)),
        outcome("next", &Value::Null, 200, AnswerContent::Json(said())),
        outcome("back", &before, 200, AnswerContent::Text("Jane Doe\nis back".to_owned())),
    ];
    outcomes[3].exchanges[0].request.url = "http://t/people?cursor=eyJuYW1lIjoiSmFuZSJ9".to_owned();
    Recording {
        schema_version: 1,
        target: "http://t".to_owned(),
        profile: "full".to_owned(),
        started_at: String::new(),
        duration_ms: 1,
        seed: 0,
        keep: Keep::All,
        files: Sources::default(),
        plan: Plan { mark: "probity-1".to_owned(), probes, ..Plan::default() },
        outcomes: Outcomes { outcomes },
        again: Vec::new(),
        traces: RunTraces::default(),
    }
}

/// What is kept of it at a level.
fn kept(keep: Keep) -> Recording {
    let (mask, recording) = (Mask::new(&[7; 32]), recording());
    Redactor::of_recording(keep, &mask, &contract(), &recording).recording(&recording)
}

fn body(recording: &Recording, probe: &str) -> Value {
    recording.outcomes.of(probe).and_then(Outcome::answer).and_then(|answer| answer.body.json()).cloned().unwrap_or_default()
}

#[test]
fn a_masked_recording_holds_nothing_of_anybody_else_and_equality_can_still_be_seen() {
    let kept = kept(Keep::Masked);
    let text = serde_json::to_string(&kept).unwrap();
    for foreign in ["Jane", "1234.5", "abcdef", "eyJ", "PERSON"] {
        assert!(!text.contains(foreign), "{foreign} in {text}");
    }
    let list = body(&kept, "list");
    let (jane, made) = (&list["data"][0], &list["data"][1]);
    assert_eq!(jane["attributes"]["name"], made["attributes"]["twin"]);
    assert_ne!(jane["attributes"]["name"], jane["attributes"]["kind"]);
    assert_eq!((&jane["type"], &jane["id"], &jane["attributes"]["note"]), (&json!("people"), &json!("77"), &Value::Null));
    assert!(jane["attributes"]["rank"].as_str().is_some_and(|rank| rank.starts_with("masked:number:")), "it only looks like the run's own");
    assert_eq!(jane["links"]["self"], "/people/77");
    assert_eq!(made["attributes"]["owner_id"], "77", "an id that the run knows");
    assert_eq!((&made["attributes"]["name"], &made["attributes"]["worth"]), (&json!("probity-1 made"), &json!(5)));
    assert!(list["links"]["next"].as_str().is_some_and(|next| next.starts_with("/people?cursor=masked:string:") && next.ends_with("&limit=2")));
    let refusal = &body(&kept, "bad")["errors"][0];
    assert_eq!((&refusal["status"], &refusal["title"]), (&json!("400"), &json!("Bad Request")));
    assert!(refusal["detail"].as_str().is_some_and(|detail| detail.starts_with("masked:string:") && detail.ends_with(" is there already")));
    assert_eq!(kept.keep, Keep::Masked);
}

#[test]
fn shapes_hold_types_and_names_of_members() {
    let kept = kept(Keep::Shapes);
    let person = json!({"type": "string", "id": "string", "attributes": {"name": "string", "worth": "number", "kind": "string", "note": "null", "rank": "number"},
        "links": {"self": "string", "photo": "string"}});
    assert_eq!(body(&kept, "list")["data"][0], person);
    let text = serde_json::to_string(&kept).unwrap();
    assert!(!text.contains("Jane") && !text.contains("1234.5") && text.contains("probity-1 made"), "what was sent stays: {text}");
    let plain = outcome("a", &Value::Null, 200, AnswerContent::Json(json!([{"a": 1}, {"a": 2}, {"a": "b"}])));
    let mask = Mask::new(&[7; 32]);
    let redactor = Redactor::of_recording(Keep::Shapes, &mask, &contract(), &recording());
    let shapes = redactor.outcomes(&Outcomes { outcomes: vec![plain] });
    assert_eq!(shapes.of("a").and_then(Outcome::answer).and_then(|answer| answer.body.json()), Some(&json!([{"a": "number"}, {"a": "string"}])));
}

#[test]
fn with_none_no_body_is_left_and_fields_that_matter_are() {
    let kept = kept(Keep::None);
    let outcome = kept.outcomes.of("list").unwrap();
    let answer = outcome.answer().unwrap();
    assert_eq!(answer.body, AnswerContent::Withheld("the run kept statuses only".to_owned()));
    assert_eq!((answer.status, answer.header("content-type"), answer.header("x-count")), (Status(200), Some("application/json"), Some("2")));
    assert_eq!((answer.header("x-user"), answer.header("location")), (None, Some("/people/77?token=string")));
    assert!(kept.outcomes.outcomes.iter().all(|outcome| outcome.exchanges[0].request.body.is_none()));
}

#[test]
fn what_is_found_is_told_without_what_belongs_to_others() {
    let recording = recording();
    let mask = Mask::new(&[7; 32]);
    let shown = |keep: Keep| {
        let finding = |actual: &str, answer: &str, probe: &str| {
            let excerpt = recording.outcomes.of(probe).and_then(Outcome::answer).and_then(|found| excerpt(found, answer));
            json!({"check": "body-schema", "severity": "must", "message": format!("body: {actual} is no id, nor \"Jane Doe of…"), "expected": "an id",
                "actual": actual, "contract": "t.yaml#/a", "answer": answer, "citation": "People, 200", "probe": probe,
                "curl": "curl -i 'http://t/people?cursor=eyJuYW1lIjoiSmFuZSJ9'", "seen": 1, "tries": 1, "shrunk": null, "excerpt": excerpt})
        };
        let findings: Vec<Finding> = [
            finding("\"Jane Doe\"", "body /data/0/attributes/name", "list"),
            finding("1234.5", "body /data/0/attributes/worth", "list"),
            finding("5", "body /data/1/attributes/worth", "list"),
            finding("/people/77?token=abcdef", "header location", "list"),
            finding("/people?cursor=eyJuYW1lIjoiSmFuZSJ9&limit=2", "body /links/next", "list"),
        ]
        .into_iter()
        .map(|finding| serde_json::from_value(finding).unwrap())
        .collect();
        let cell = json!({"operation": "people.list", "api": "", "method": "GET", "path": "/people", "status": 200, "general": false, "verdict": "blocked",
            "reason": "the control was answered 400; the answer says {\"title\":\"Bad Request\",\"detail\":\"Jane Doe is there already\"}",
            "probes": [], "findings": []});
        let report = Report { cells: vec![serde_json::from_value(cell).unwrap()], findings, ..crate::model::small_report::sample() };
        Redactor::of_recording(keep, &mask, &contract(), &recording).report(&report, &recording)
    };
    for keep in [Keep::None, Keep::Shapes, Keep::Masked] {
        let report = shown(keep);
        let text = serde_json::to_string(&report).unwrap();
        for foreign in ["Jane", "1234.5", "abcdef", "eyJ"] {
            assert!(!text.contains(foreign), "{keep}: {foreign} in {text}");
        }
        assert!(text.contains("Bad Request") == (keep == Keep::Masked), "{keep}: {text}");
        assert!(report.cells[0].reason.as_deref().is_some_and(|reason| reason.starts_with("the control was answered 400; ")), "{text}");
        assert_eq!(report.keep, keep);
        assert_eq!(report.findings[0].sightings.excerpt.is_none(), keep == Keep::None);
    }
    assert_eq!(shown(Keep::Masked).findings[2].actual, "5", "the run has sent it");
    assert!(shown(Keep::Masked).findings[1].actual.contains("masked:number:"));
    assert_eq!(shown(Keep::Shapes).findings[2].actual, "\"number\"");
}

#[test]
fn a_journal_is_told_as_the_recording_is() {
    let recording = recording();
    let start = Start {
        started_at: String::new(),
        mark: "probity-1".to_owned(),
        contract: String::new(),
        shape: BTreeMap::new(),
        files: Sources::default(),
        plan: Plan { probes: recording.plan.probes[..4].to_vec(), ..recording.plan.clone() },
    };
    let mut entries = vec![Entry::Started(Box::new(start)), Entry::Added(Box::new(recording.plan.probes[4].clone()))];
    for (number, outcome) in (0..).zip(&recording.outcomes.outcomes) {
        let Exchange { request, answer } = outcome.exchanges[0].clone();
        entries.push(Entry::Sent { number, at: 0, probe: outcome.probe.clone(), request });
        entries.push(Entry::Answered { number, answer: answer.unwrap() });
    }
    let journal_history = JournalHistory::from_entries(entries.clone()).unwrap();
    let mask = Mask::new(&[7; 32]);
    let redactor = Redactor::of_journal(Keep::Masked, &mask, &contract(), &journal_history);
    let lines: Vec<Entry> = entries.into_iter().map(|entry| redactor.redacted_entry(entry)).collect();
    let text = serde_json::to_string(&lines).unwrap();
    assert!(!text.contains("Jane") && !text.contains("1234.5") && text.contains("probity-1 made"), "{text}");
    let told = JournalHistory::from_entries(lines).unwrap();
    let RequestFate::Answered(answer) = &told.past["list"][0].fate else { panic!("no answer") };
    assert_eq!(answer.body.json(), Some(&body(&kept(Keep::Masked), "list")));
}

#[test]
fn xml_keeps_its_ids_and_nothing_of_anybody_else() {
    let text = "<person id='7'><name>Jane &amp; Doe</name></person>";
    let shown = AnswerContent::Xml { text: text.to_owned(), value: json!({"id": "7", "name": "Jane & Doe"}), is_whole: true };
    let mut all = recording();
    all.outcomes.outcomes = vec![outcome("list", &Value::Null, 200, shown), outcome("back", &Value::Null, 200, AnswerContent::Empty)];
    all.plan.probes.retain(|probe| probe.id == *"list" || probe.id == *"back");
    let mut back = probe("back", "cleanup", &Value::Null);
    back.request.body = serde_json::from_value(json!({"xml": {"value": {"name": "Jane & Doe"}, "schema": ""}})).unwrap();
    all.plan.probes[1] = back;
    let sent = &mut all.outcomes.outcomes[1].exchanges[0].request;
    (sent.headers, sent.body) =
        (vec![("content-type".to_owned(), "application/xml".to_owned())], Some("<person><name>Jane &amp; Doe</name></person>".to_owned()));
    let mask = Mask::new(&[7; 32]);
    for keep in [Keep::None, Keep::Shapes, Keep::Masked] {
        let kept = Redactor::of_recording(keep, &mask, &contract(), &all).recording(&all);
        let text = serde_json::to_string(&kept).unwrap();
        assert!(!text.contains("Jane"), "{keep}: {text}");
        let shown = kept.outcomes.of("list").and_then(Outcome::answer).and_then(|answer| answer.body.value());
        assert_eq!(shown.and_then(|value| value.get("id")), (keep == Keep::Masked).then(|| json!("7")).as_ref(), "{keep}");
    }
}
