//! Tests of the mock on small contracts of two styles.

mod faults;
mod identities;
mod library;
mod network;
mod others;
mod refusals;
mod shop;
mod variants;
mod xml_bodies;

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{FaultSetting, Mock, MockAccounts, MockAnswer, MockOptions, MockRequest};
use crate::contract::{Schemas, bundle, read};
use crate::model::contract::{Contract, RateLimit, Status};
use crate::model::suite::Suite;

/// Reads a contract that stands in one document.
pub(super) fn contract(document: Value) -> Arc<Contract> {
    let files = BTreeMap::from([("contract.yaml".to_owned(), document)]);
    Arc::new(read(bundle("contract.yaml", &files).unwrap()).unwrap())
}

/// A mock of a contract, with a client that asks it and holds every answer against the contract.
pub(super) struct Asker {
    pub mock: Mock,
    contract: Arc<Contract>,
    schemas: Schemas,
    /// `Authorization` of the account that may do everything.
    authorization: Option<String>,
    media: &'static str,
}

impl Asker {
    pub(super) fn new(contract: &Arc<Contract>, suite: Value, media: &'static str, windows: Vec<RateLimit>, faults: &[&str]) -> Self {
        Self::varied(contract, suite, media, windows, faults, &[])
    }

    pub(super) fn varied(
        contract: &Arc<Contract>,
        suite: Value,
        media: &'static str,
        windows: Vec<RateLimit>,
        faults: &[&str],
        variants: &[&str],
    ) -> Self {
        let variant = variants.iter().map(|name| super::Variant::parse(name).unwrap()).collect();
        let suite: Arc<Suite> = Arc::new(serde_json::from_value(suite).unwrap());
        let accounts = MockAccounts::invented(contract, &suite);
        let authorization = accounts.full.values().find_map(|secret| match secret {
            super::MockSecret::Basic { username, password } => Some(format!("Basic {}", STANDARD.encode(format!("{username}:{password}")))),
            super::MockSecret::Bearer(token) => Some(format!("Bearer {token}")),
            super::MockSecret::Value(_) => None,
        });
        let fault = faults.iter().map(|name| FaultSetting::parse(name).unwrap()).collect();
        let mock = Mock::new(MockOptions { contract: Arc::clone(contract), suite, accounts, windows, fault, variant });
        Self { mock, contract: Arc::clone(contract), schemas: Schemas::new(contract), authorization, media }
    }

    /// The request that the methods below send, to be changed.
    pub(super) fn request(&self, method: &str, address: &str, body: &Value) -> MockRequest {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let mut headers = vec![("Host".to_owned(), "mock".to_owned()), ("X-Tenant".to_owned(), "1".to_owned())];
        headers.extend(self.authorization.iter().map(|value| ("Authorization".to_owned(), value.clone())));
        if !body.is_null() {
            headers.push(("Content-Type".to_owned(), self.media.to_owned()));
        }
        MockRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        }
    }

    /// Asks, and has the status and the body of the answer held against the contract.
    pub(super) fn ask(&self, method: &str, address: &str, body: &Value, status: u16) -> MockAnswer {
        let answer = self.mock.answer(self.request(method, address, body));
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, status, "{method} {address}: {text}");
        self.hold(&answer);
        answer
    }

    /// Whether some response that is declared for the status describes the answer.
    pub(super) fn hold(&self, answer: &MockAnswer) {
        let own = self.contract.operations.iter().flat_map(|operation| &operation.responses).chain(&self.contract.server_responses);
        let fits = own.filter(|response| response.status == Status(answer.status)).any(|response| {
            let sent = |name: &String| answer.header(name).is_some();
            let headers = response.headers.iter().all(|rule| !rule.required || sent(&rule.name) || rule.or.iter().any(sent));
            let media = response.content.iter().find(|media| answer.header("content-type") == Some(&media.name));
            let body = match media {
                // What leads elsewhere may show something as well (RFC 9110, section 15.4.4).
                None if answer.status / 100 == 3 => response.content.is_empty(),
                None => response.content.is_empty() && answer.body.is_empty() && answer.header("content-type").is_none(),
                Some(media) => !media.name.contains("json") || media.schema.as_ref().is_none_or(|schema| self.schemas.fits(schema, &answer.json())),
            };
            headers && body
        });
        assert!(fits, "{} {:?} is not declared: {}", answer.status, answer.headers, String::from_utf8_lossy(&answer.body));
    }

    pub(super) fn get(&self, address: &str, status: u16) -> Value {
        self.ask("GET", address, &Value::Null, status).json()
    }
}

/// The id in an answer about one resource of JSON:API.
pub(super) fn id(answer: &MockAnswer) -> String {
    answer.json().pointer("/data/id").and_then(Value::as_str).unwrap().to_owned()
}

/// The errors that a JSON:API document tells.
pub(super) fn source(answer: &MockAnswer) -> Value {
    answer.json().pointer("/errors/0/source").cloned().unwrap_or_default()
}

#[test]
fn an_identifier_of_the_document_that_is_no_address_does_not_matter() {
    let contract = contract(json!({
        "openapi": "3.1.0", "info": {"title": "T", "version": "1"},
        "paths": {"/x": {"get": {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/X"}}}}}}}},
        "components": {"schemas": {"X": {"type": "string"}}}, "$id": "http://[nowhere"
    }));
    let suite = Arc::new(serde_json::from_value(json!({"name": "x", "contract": "x"})).unwrap());
    let mock =
        Mock::new(MockOptions { contract, suite, accounts: MockAccounts::default(), windows: Vec::new(), fault: Vec::new(), variant: Vec::new() });
    let answer = mock.answer(MockRequest { method: "GET".to_owned(), path: "/x".to_owned(), ..MockRequest::default() });
    assert!(answer.status == 200 && answer.json().is_string(), "{answer:?}");
}
