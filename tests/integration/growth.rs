//! Run time grows no faster than the document or the request does: twice as much takes about twice the time.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::Folder;
use probity::contract::{bundle, read};
use probity::mock::{Mock, MockAccounts, MockOptions, MockRequest};
use probity::model::contract::Contract;
use probity::session::open;
use probity::session::open::Source;
use serde_json::{Value, json};

/// How much longer twice as much may take.
const MOST: f64 = 2.3;
/// How often a measurement is taken; the least counts, as anything else that runs only adds.
const TRIES: usize = 7;

/// How long this thread has been running, where the system tells; else the time of day.
fn spent(since: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

fn least(mut act: impl FnMut()) -> Duration {
    let since = Instant::now();
    let once = |act: &mut dyn FnMut()| {
        let before = spent(since);
        act();
        spent(since).saturating_sub(before)
    };
    (0..TRIES).map(|_| once(&mut act)).min().unwrap_or_default()
}

/// A document of so many operations: collections with items, references between them, schemas that refer to each other.
fn document(operations: usize) -> String {
    let mut paths = String::new();
    let mut schemas = String::new();
    for index in 0..operations / 4 {
        let thing = format!(r##"{{"$ref": "#/components/schemas/Thing{index}"}}"##);
        let content = format!(r#"{{"content": {{"application/json": {{"schema": {thing}}}}}, "description": "d"}}"#);
        let id = r#"{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}"#;
        let next = (index + 1) % (operations / 4);
        write!(
            paths,
            r#"{}"/things{index}": {{"get": {{"responses": {{"200": {{"description": "d"}}}}}}, "post": {{"operationId": "make{index}", "requestBody": {content}, "responses": {{"201": {content}}}}}}},
            "/things{index}/{{id}}": {{"parameters": [{id}], "get": {{"operationId": "read{index}", "responses": {{"200": {content}}}}}, "delete": {{"responses": {{"204": {{"description": "d"}}}}}}}}"#,
            if index == 0 { "" } else { "," },
        )
        .expect("text is written");
        write!(
            schemas,
            r##"{}"Thing{index}": {{"type": "object", "required": ["name"], "properties": {{"id": {{"type": "string"}}, "name": {{"type": "string", "pattern": "^[a-z]+$"}}, "next": {{"$ref": "#/components/schemas/Thing{next}"}}}}}}"##,
            if index == 0 { "" } else { "," },
        )
        .expect("text is written");
    }
    format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "Large", "version": "1"}}, "paths": {{{paths}}}, "components": {{"schemas": {{{schemas}}}}}}}"#
    )
}

#[test]
fn a_document_is_read_in_time_linear_in_its_operations() {
    let folder = Folder::new("growth");
    let time = |operations: usize| {
        let path = folder.write("large.json", document(operations));
        let source = Source::File(path);
        assert_eq!(open::contract(&source).expect("it is read").operations.len(), operations);
        least(|| drop(open::contract(&source)))
    };
    let (one, two) = (time(4000), time(8000));
    assert!(two.as_secs_f64() <= MOST * one.as_secs_f64(), "4000 operations take {one:?}, 8000 take {two:?}");
}

fn bulk() -> Contract {
    let thing = json!({"type": "object", "required": ["name"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "owner_id": {"type": "string"}}});
    let content = json!({"application/json": {"schema": {"type": "array", "items": thing}}});
    let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {
        "/things": {"get": {"responses": {"200": {"description": "d", "content": content}}},
            "post": {"requestBody": {"content": content}, "responses": {"201": {"description": "d", "content": content}}}},
        "/things/{id}": {"get": {"parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}], "responses": {"200": {"description": "d", "content": {"application/json": {"schema": thing}}}}}}}});
    read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).expect("it is bundled")).expect("it is read")
}

#[test]
fn many_things_are_made_in_time_linear_in_their_number() {
    let contract = Arc::new(bulk());
    let suite = Arc::new(open::suite_for(std::path::Path::new("t.yaml")));
    let time = |count: usize| {
        let body: Vec<Value> = (0..count).map(|index| json!({"name": format!("n{index}"), "owner_id": "1"})).collect();
        let body = serde_json::to_vec(&body).expect("it is written");
        let request = || MockRequest {
            method: "POST".to_owned(),
            path: "/things".to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.clone(),
            ..MockRequest::default()
        };
        least(|| {
            let options = MockOptions {
                contract: Arc::clone(&contract),
                suite: Arc::clone(&suite),
                accounts: MockAccounts::default(),
                windows: Vec::new(),
                fault: Vec::new(),
                variant: Vec::new(),
            };
            let mock = Mock::new(options);
            let answer = mock.answer(request());
            assert_eq!((answer.status, answer.json().as_array().map(Vec::len)), (201, Some(count)));
        })
    };
    let (one, two) = (time(2000), time(4000));
    assert!(two.as_secs_f64() <= MOST * one.as_secs_f64(), "2000 things take {one:?}, 4000 take {two:?}");
}
