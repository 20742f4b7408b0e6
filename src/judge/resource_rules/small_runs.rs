//! Short runs against a small contract, request by request, for the tests of rules.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Contradiction, contradictions};
use crate::contract::{Schemas, bundle, read};
use crate::model::contract::{Contract, JSON_API, Status};
use crate::model::exchange::{Answer, AnswerContent, Ending, Exchange, Outcome, Outcomes, SentRequest};
use crate::model::ids::ProbeId;
use crate::model::plan::{Origin, Plan, Repeat, Slot, SlotId};
use crate::model::small_probe;

/// A run in the making: each request waits for all before it.
pub struct SmallRun {
    /// The media type of all documents.
    media: &'static str,
    contract: Contract,
    plan: Plan,
    outcomes: Outcomes,
}

/// One request of a story.
pub struct SmallRequest<'a> {
    /// Operation id.
    pub operation: &'a str,
    /// The slot in the path.
    pub slot: Option<&'a str>,
    /// The body; text is uploaded as a file.
    pub sent: Value,
    /// Query of the URL.
    pub query: &'a str,
    /// Pointer to what is wrong in the body.
    pub fault: Option<&'a str>,
    /// Statuses that the contract allows.
    pub allowed: &'a [u16],
    /// Status of the answer.
    pub status: u16,
    /// The answer; null for no body, text for a file.
    pub came: Value,
}

impl Default for SmallRequest<'_> {
    fn default() -> Self {
        Self { operation: "", slot: None, sent: Value::Null, query: "", fault: None, allowed: &[], status: 200, came: Value::Null }
    }
}

impl SmallRun {
    /// Nothing has happened yet.
    pub fn new() -> Self {
        Self::of(JSON_API)
    }

    /// The same with documents that are not JSON:API.
    pub fn without_json_api() -> Self {
        Self::of("application/json")
    }

    fn of(media: &'static str) -> Self {
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document(media))])).unwrap()).unwrap();
        let mut plan = Plan::default();
        for number in 1..=3 {
            let origin = Origin::Created(ProbeId::from_text("things.create").numbered(number));
            plan.slots.insert(SlotId::numbered("things", number), Slot::any("things", origin));
        }
        Self { media, contract, plan, outcomes: Outcomes::default() }
    }

    /// The same where the server alone writes the names of what is read.
    pub fn with_names_of_the_server(mut self) -> Self {
        let media = crate::contract::append("/paths/~1things~1{id}/get/responses/200/content", self.media);
        let name = format!("{media}/schema/properties/data/properties/attributes/properties/name");
        self.contract.document.pointer_mut(&name).unwrap()["readOnly"] = json!(true);
        self
    }

    /// Creates `things#N` with this name, and the server gives it the id N.
    pub fn create(self, number: usize, name: &str) -> Self {
        let attributes = json!({"name": name, "size": 3});
        let came = json!({"type": "things", "id": number.to_string(), "attributes": attributes, "relationships": {"friends": {"data": []}}});
        self.create_as(number, &json!({"type": "things", "attributes": attributes}), &came)
    }

    /// Creates `things#N` from what is sent, and the server shows something of its own, with the id N.
    pub fn create_as(self, number: usize, sent: &Value, came: &Value) -> Self {
        let (sent, came) = (json!({"data": sent}), json!({"data": came}));
        self.step(SmallRequest { operation: "things.create", sent, status: 201, came, ..SmallRequest::default() }).captured(number)
    }

    /// Lets the last request have made `things#N`.
    pub fn captured(mut self, number: usize) -> Self {
        let probe = self.plan.probes.last_mut().unwrap();
        probe.id = ProbeId::from_text("things.create").numbered(number);
        probe.captures =
            serde_json::from_value(json!([{"slot": format!("things#{number}"), "expression": "$response.body#/data/id", "like": null, "nth": 0}]))
                .unwrap();
        self.outcomes.outcomes.last_mut().unwrap().probe.clone_from(&probe.id);
        self
    }

    /// Sends one more request.
    pub fn step(mut self, step: SmallRequest<'_>) -> Self {
        let operation = self.contract.operation(step.operation).unwrap();
        let id = format!("{}#{}", step.operation, self.plan.probes.len());
        let fillings: Vec<Value> = step.slot.iter().map(|slot| json!({"place": {"path": "id"}, "slot": slot})).collect();
        let body = match &step.sent {
            Value::Null => json!("empty"),
            Value::String(text) => json!({"multipart": [{"name": "file", "media_type": "text/plain", "file_name": "a.txt", "content": text}]}),
            sent => json!({"json": sent}),
        };
        let query: Vec<(&str, &str)> = step.query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let consumes: Vec<&str> = step.slot.into_iter().filter(|_| step.operation == "things.delete").collect();
        let probe = small_probe::probe(&json!({
            "id": id, "operation": step.operation, "status": step.status,
            "request": {"method": operation.method.as_str(), "path": operation.path, "query": query,
                        "headers": [["content-type", self.media]], "body": body, "credentials": "full", "fillings": fillings},
            "fault": step.fault.map(|at| json!({"place": {"body": at}, "words": "wrong"})),
            "allowed": step.allowed, "needs": step.slot.into_iter().collect::<Vec<_>>(), "consumes": consumes,
            "after": self.plan.probes.iter().map(|probe| &probe.id).collect::<Vec<_>>()
        }));
        let body = (!step.sent.is_null()).then(|| step.sent.to_string());
        let path = operation.path.replace("{id}", step.slot.and_then(|slot| slot.strip_prefix("things#")).unwrap_or_default());
        let url = format!("http://t{path}?{}", step.query);
        let request = SentRequest { method: operation.method.clone(), url, body, ..SentRequest::default() };
        let media = if step.came.is_string() { "text/plain" } else { self.media };
        let content = match step.came {
            Value::Null => AnswerContent::Empty,
            Value::String(text) => AnswerContent::Text(text),
            came => AnswerContent::Json(came),
        };
        let headers = vec![("content-type".to_owned(), media.to_owned())];
        let answer = Answer { status: Status(step.status), headers, body: content, millis: 1, echoes_credentials: false };
        self.outcomes.outcomes.push(Outcome {
            probe: probe.id.clone(),
            exchanges: vec![Exchange { request, answer: Some(answer) }],
            ending: Ending::Answered,
        });
        self.plan.probes.push(probe);
        self
    }

    /// Walks through pages of a list, each with the query that asks for it.
    pub fn walk(self, pages: &[(&str, Value)]) -> Self {
        let mut story = pages.iter().fold(self, |story, (query, came)| {
            story.step(SmallRequest { operation: "things.list", query, came: came.clone(), ..SmallRequest::default() })
        });
        let first = story.plan.probes.len() - pages.len();
        story.plan.probes.truncate(first + 1);
        story.plan.probes[first].repeat = Repeat::Pages { limit: "page[limit]".to_owned(), smallest: 1, largest: 100, most: 4 };
        let exchanges = story.outcomes.outcomes.drain(first..).flat_map(|outcome| outcome.exchanges).collect();
        story.outcomes.outcomes.push(Outcome { probe: story.plan.probes[first].id.clone(), exchanges, ending: Ending::Answered });
        story
    }

    /// Lets the contract say that several resources are written together or not at all.
    pub fn atomic(mut self) -> Self {
        self.contract.operations.iter_mut().for_each(|operation| operation.atomic = true);
        self
    }

    /// Lets the last request name a resource in its body.
    pub fn named(mut self, slot: &str) -> Self {
        let binding = json!({"place": {"body": "/data/0/id"}, "slot": slot});
        self.plan.probes.last_mut().unwrap().request.fillings.push(serde_json::from_value(binding).unwrap());
        self
    }

    /// Lets the last request be under way together with the one before it.
    pub fn together(mut self) -> Self {
        let last = self.plan.probes.last_mut().unwrap();
        last.after.pop();
        self
    }

    /// What contradicts itself.
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let schemas = Schemas::new(&self.contract);
        contradictions(&self.contract, &schemas, &self.plan, &self.outcomes)
    }

    /// The names of the rules that are broken, each with the request to blame.
    pub fn broken(&self) -> Vec<(&'static str, String)> {
        self.contradictions().into_iter().map(|found| (found.rule, found.blamed.0.to_string())).collect()
    }
}

fn document(media: &str) -> Value {
    let id = json!({"name": "id", "in": "path", "required": true, "example": "7", "schema": {"type": "string", "x-probity-resource": "things"}});
    let attributes =
        json!({"type": "object", "properties": {"name": {"type": "string", "maxLength": 40, "x-probity-mark": true}, "size": {"type": "integer"}}});
    let thing = json!({"type": "object", "properties": {"type": {}, "id": {}, "attributes": attributes}});
    let mut data = thing.clone();
    data["type"] = json!(["object", "array"]);
    data["items"] = thing;
    let one = json!({"type": "object", "properties": {"data": data}});
    let content = json!({media: {"schema": one, "example": {"data": {"type": "things", "id": "7", "attributes": {"name": "a", "size": 1}, "links": {"self": "/v1/things/7"}}}}});
    let shows = |id: &str| json!({"operationId": id, "responses": {"200": {"description": "shown", "content": content}, "404": {"description": "none", "x-probity-when": ["unknown-id", "deleted-resource"]}}});
    let writes = |id: &str| json!({"operationId": id, "requestBody": {"required": true, "content": content}, "responses": {"200": {"description": "done", "content": content}, "204": {"description": "done"}}});
    let mut list = shows("things.list");
    list["parameters"] = json!([
        {"name": "filter[id]", "in": "query", "schema": {"type": "string", "x-probity-resource": "things"}},
        {"name": "page[limit]", "in": "query", "schema": {"type": "integer"}},
        {"name": "fields[things]", "in": "query", "schema": {"type": "string"}}, {"name": "fields[others]", "in": "query", "schema": {"type": "string"}}
    ]);
    let content_of = |example: Value| json!({media: {"schema": {}, "example": example}});
    let answers = |id: &str, sent: Value, status: &str, came: Value| json!({"operationId": id, "requestBody": {"required": true, "content": content_of(sent)}, "responses": {status: {"description": "done", "content": content_of(came)}}});
    let two = || json!({"data": [{"type": "things"}, {"type": "things"}]});
    let asked = json!({"data": {"type": "query", "attributes": {"names": ["a", "b"]}}});
    let named = json!({"data": [{"type": "things", "id": "7", "attributes": {"name": "a", "size": 1}}]});
    json!({
        "openapi": "3.1.0", "info": {"title": "Things", "version": "1"},
        "paths": {
            "/things": {"get": list, "post": writes("things.create"), "put": writes("things.put_all")},
            "/things/{id}": {"parameters": [id], "get": shows("things.get"), "patch": writes("things.update"), "put": writes("things.put"), "delete": writes("things.delete")},
            "/things/several": {"post": answers("things.create_several", two(), "201", two())},
            "/things/query": {"post": answers("things.query", asked, "200", named)},
            "/things/{id}/download": {"parameters": [id], "get": {"operationId": "things.download", "responses": {"200": {"description": "a file"}}}},
            "/things/{id}/open": {"parameters": [id], "post": writes("things.open")},
            "/things/{id}/friends": {"parameters": [id], "get": shows("things.friends")},
            "/things/{id}/relationships/friends": {
                "parameters": [id], "get": shows("things.linked"), "post": writes("things.add"), "patch": writes("things.replace"),
                "delete": writes("things.remove")
            }
        }
    })
}
