//! Two small runs that differ in nothing but what each run knows by itself, for tests to change one of them.

use serde_json::{Value, json};

use super::{ChangeInput, RunRecord, changes};
use crate::judge::small_cases::{contract, plan, probe};
use crate::judge::{CredentialHints, Recording};
use crate::model::change::{ChangeReport, Clients, ComparedRun};
use crate::model::contract::{Contract, Method, Status};
use crate::model::exchange::{Answer, AnswerContent, Ending, Exchange, Outcome, Outcomes, SentRequest};
use crate::model::ids::ProbeId;
use crate::model::journal::Sources;
use crate::model::keep::Keep;
use crate::model::report::RunTraces;

/// The contract of both.
pub(super) fn contract_of_things() -> Contract {
    let text = json!({"type": "string"});
    let attributes = json!({"type": "object", "required": ["name"], "properties": {
        "name": text, "email": text, "colour": {"enum": ["red", "green"]}, "count": {"type": "integer"}, "price": {}, "made": text,
        "nick": {}, "state": text, "later": text, "tags": {"type": "array", "items": text}, "size": {"type": "object", "additionalProperties": false,
        "properties": {"width": {}}}}});
    let thing = json!({"type": "object", "required": ["id"], "properties": {"id": {}, "type": {}, "links": {}, "attributes": attributes}});
    let error = json!({"type": "object", "properties": {"code": text, "title": text, "detail": text, "source": {}}});
    let of = |schema: Value| json!({"application/json": {"schema": schema}});
    let list = json!({"type": "object", "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}, "links": {}}});
    let one = json!({"type": "object", "properties": {"data": {"$ref": "#/components/schemas/Thing"}}});
    let errors = json!({"type": "object", "properties": {"errors": {"type": "array", "items": {"$ref": "#/components/schemas/Error"}}}});
    let refused = json!({"description": "refused", "content": of(errors)});
    let headers = json!({"X-Total": {"required": true, "schema": text}});
    let root = json!({
        "components": {"schemas": {"Thing": thing, "Error": error}},
        "paths": {
            "/things": {"get": {"operationId": "things.list", "responses": {"200": {"description": "all", "headers": headers, "content": of(list)}}}},
            "/things/{id}": {"get": {"operationId": "things.get", "parameters": [{"name": "id", "in": "path", "required": true, "schema": text}],
                "responses": {"200": {"description": "one", "content": of(one)}, "404": refused, "401": refused, "429": refused}}}
        }
    });
    contract(&json!({}), &root)
}

/// A run: its own id, and its answers as JSON, by probe.
pub(super) struct SmallRun {
    own: &'static str,
    mark: &'static str,
    /// Status, header fields and body of each.
    pub answers: Value,
    /// How much is kept.
    pub keep: Keep,
}

fn thing(id: &str, name: &str) -> Value {
    json!({"id": id, "type": "things", "links": {"self": format!("/things/{id}")}, "attributes": {
        "name": name, "email": "a@example.com", "colour": "red", "count": 3, "price": 10, "made": "2024-02-03T04:05:06Z", "nick": null, "state": "open",
        "tags": ["x", "y"], "size": {"width": 2}}})
}

impl SmallRun {
    /// The first of two runs, or the second one, against the same server.
    pub(super) fn new(second: bool) -> Self {
        let (own, mark, port, hour) = if second { ("2041", "probity-b2", 2, "09") } else { ("17", "probity-a1", 1, "04") };
        let mut made = thing(own, &format!("Thing {mark}-1"));
        made["attributes"]["made"] = json!(format!("2024-02-03T{hour}:05:06Z"));
        let others = ["1", "2", "3", "4"].map(|id| thing(id, "Of others"));
        let mut items: Vec<Value> = others.to_vec();
        items.push(made.clone());
        let headers = json!({"content-type": "application/json", "date": format!("Fri, 27 Nov 2026 {hour}:00:00 GMT")});
        let with = |more: Value| {
            let mut all = headers.clone();
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        let error = |detail: String| json!({"errors": [{"code": "E1", "title": "Refused", "detail": detail, "source": {"pointer": "/id"}}]});
        let answers = json!({
            "make": [200, headers, {"data": made}],
            "get": [200, with(json!({"cache-control": "no-store", "x-extra": "1", "location": format!("/things/{own}")})), {"data": made}],
            "list": [200, with(json!({"x-total": "9", "etag": format!("\"{mark}\"")})),
                     {"data": items, "links": {"next": format!("http://t:{port}/things?after={own}")}}],
            "missing": [404, headers, error(format!("There is no thing 9{own}."))],
            "who": [401, with(json!({"www-authenticate": "Basic realm=\"things\""})), error("Say who asks.".to_owned())],
            "limit": [429, with(json!({"x-ratelimit-limit": "50"})), error("Too many.".to_owned())],
        });
        Self { own, mark, answers, keep: Keep::All }
    }

    fn recording(&self) -> Recording {
        let name = format!("Thing {}-1", self.mark);
        let body = json!({"name": name});
        let make = json!({"operation": "things.get", "captures": [{"slot": "things#1", "expression": "$response.body#/data/id", "like": null, "nth": 0}],
            "request": {"method": "POST", "path": "/things", "path_values": {}, "query": [], "headers": [], "body": {"json": body}, "credentials": "none",
                        "fillings": []}});
        let of = |operation: &str, status: u16| json!({"operation": operation, "status": status, "allowed": [status]});
        let probes = vec![
            probe("make", &make),
            probe("get", &of("things.get", 200)),
            probe("list", &of("things.list", 200)),
            probe("missing", &of("things.get", 404)),
            probe("who", &of("things.get", 401)),
            probe("limit", &of("things.get", 429)),
        ];
        let slots = json!({"things#1": {"kind": "things", "origin": {"created": "make"}, "like": null}});
        let outcomes = probes.iter().map(|probe| self.outcome(&probe.id, &body)).collect();
        let mut plan = plan(probes, slots);
        self.mark.clone_into(&mut plan.mark);
        Recording {
            schema_version: crate::model::report::SCHEMA_VERSION,
            target: "http://t".to_owned(),
            profile: "full".to_owned(),
            started_at: "2026-01-02T03:04:05Z".to_owned(),
            duration_ms: 1,
            seed: 0,
            keep: self.keep,
            files: Sources::default(),
            plan,
            outcomes: Outcomes { outcomes },
            again: Vec::new(),
            traces: RunTraces::default(),
        }
    }

    fn outcome(&self, probe: &str, body: &Value) -> Outcome {
        let url = match probe {
            "make" | "list" => "http://t/things".to_owned(),
            "missing" => format!("http://t/things/9{}", self.own),
            _ => format!("http://t/things/{}", self.own),
        };
        let request = SentRequest { method: Method::GET, url, body: (probe == "make").then(|| body.to_string()), ..SentRequest::default() };
        let told = &self.answers[probe];
        if told.is_null() {
            return Outcome {
                probe: ProbeId::from_text(probe),
                exchanges: Vec::new(),
                ending: Ending::Withheld(crate::model::reason::NotSent::RunEnded.into()),
            };
        }
        let headers = told[1].as_object().unwrap().iter();
        let headers = headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
        let body = match &told[2] {
            Value::Null => AnswerContent::Empty,
            Value::String(text) => AnswerContent::Text(text.clone()),
            body => AnswerContent::Json(body.clone()),
        };
        let status = Status(u16::try_from(told[0].as_u64().unwrap()).unwrap());
        let answer = Answer { status, headers, body, millis: 1, echoes_credentials: false };
        Outcome { probe: ProbeId::from_text(probe), exchanges: vec![Exchange { request, answer: Some(answer) }], ending: Ending::Answered }
    }
}

/// What changed from one run to another, for clients of this sort.
pub(super) fn compared(contract: &Contract, old: &SmallRun, new: &SmallRun, clients: Clients) -> ChangeReport {
    let (old, new) = (old.recording(), new.recording());
    let hints = CredentialHints::default();
    let record = |recording| RunRecord { report: None, recording: Some(recording) };
    let input = ChangeInput { old: record(&old), new: record(&new), contract: Some(contract), clients, hints: &hints };
    changes(&input, ComparedRun::default(), ComparedRun::default())
}
