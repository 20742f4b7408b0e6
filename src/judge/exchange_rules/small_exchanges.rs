//! A small contract with one operation, for the tests of checks.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{CHECKS, CredentialHints, ExchangeContext, RuleViolation, UnjudgedParts, findings, gaps};
use crate::contract::{Schemas, bundle, read};
use crate::model::contract::{Contract, Method, Status};
use crate::model::exchange::{Answer, AnswerContent, Exchange, SentRequest};
use crate::model::plan::{Fault, Place, Probe};
use crate::model::small_probe;
use crate::model::verdict::Finding;

/// A contract with `GET /things/{id}`, a probe of it, and the request that was sent.
#[derive(Clone)]
pub struct SmallExchange {
    contract: Contract,
    probe: Probe,
    request: SentRequest,
    echoes: bool,
}

impl SmallExchange {
    /// With these `responses`.
    pub fn new(responses: Value) -> Self {
        let get = Map::from_iter([
            ("operationId".to_owned(), json!("things.get")),
            ("parameters".to_owned(), json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}])),
            ("responses".to_owned(), responses),
        ]);
        let document = json!({
            "openapi": "3.1.0", "info": {"title": "Things", "version": "1"},
            "paths": {"/things/{id}": {"get": get}},
            "components": {"schemas": {"Thing": {"type": "object", "required": ["day"], "properties": {"day": {"type": "string", "format": "date"}}}}}
        });
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let request = SentRequest { method: Method::GET, url: "http://127.0.0.1/things/1".to_owned(), ..SentRequest::default() };
        Self { contract, probe: probe(), request, echoes: false }
    }

    /// With a probe that is allowed these statuses.
    pub fn allowed(mut self, statuses: &[u16]) -> Self {
        self.probe.allowed = statuses.iter().copied().map(Status).collect();
        self
    }

    /// With a probe that changed something.
    pub fn fault(mut self, words: &str) -> Self {
        self.probe.fault = Some(Fault { place: Place::State, words: words.to_owned() });
        self
    }

    /// With a probe that changed something in the request.
    pub fn fault_at(mut self, place: Place) -> Self {
        self.probe.fault = Some(Fault { place, words: "something is wrong".to_owned() });
        self
    }

    /// With an answer in which credentials came back.
    pub fn echoing(mut self) -> Self {
        self.echoes = true;
        self
    }

    /// With a request of another method.
    pub fn method(mut self, method: &str) -> Self {
        self.request.method = Method::new(method);
        self
    }

    /// With a request that has this body.
    pub fn body(mut self, body: &Value) -> Self {
        self.request.body = Some(body.to_string());
        self
    }

    /// What one check says of an answer; null stands for no body, a string for text.
    pub fn findings_of_check(&self, check: &str, status: u16, headers: &[(&str, &str)], body: Value) -> Vec<RuleViolation> {
        let check = CHECKS.iter().find(|known| known.name == check).unwrap();
        self.with_context(status, headers, body, |context| (check.rule)(context))
    }

    /// What all checks say of an answer.
    pub fn findings(&self, status: u16, headers: &[(&str, &str)], body: Value) -> Vec<Finding> {
        self.with_context(status, headers, body, findings)
    }

    /// What no check has judged of an answer.
    pub fn gaps(&self, status: u16, headers: &[(&str, &str)], body: Value) -> UnjudgedParts {
        self.with_context(status, headers, body, gaps)
    }

    fn with_context<T>(&self, status: u16, headers: &[(&str, &str)], body: Value, judge: impl Fn(&ExchangeContext<'_>) -> T) -> T {
        let body = match body {
            Value::Null => AnswerContent::Empty,
            Value::String(text) => AnswerContent::Text(text),
            value => AnswerContent::Json(value),
        };
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = Answer { status: Status(status), headers, body, millis: 1, echoes_credentials: self.echoes };
        let exchange = Exchange { request: self.request.clone(), answer: Some(answer.clone()) };
        let operation = &self.contract.operations[0];
        judge(&ExchangeContext {
            contract: &self.contract,
            schemas: &Schemas::new(&self.contract),
            operation: Some(operation),
            probe: &self.probe,
            exchange: &exchange,
            answer: &answer,
            declared: operation.response(Status(status)),
            hints: &CredentialHints::default(),
        })
    }
}

fn probe() -> Probe {
    small_probe::probe(&json!({
        "id": "things.get::200::success", "allowed": [],
        "request": {"path": "/things/{id}", "path_values": {"id": "1"}, "credentials": "full"}
    }))
}
