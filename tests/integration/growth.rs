//! Run time grows no faster than the document or the request does: twice as much takes about twice the time.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::Folder;
use probity::contract::{Schemas, bundle, read};
use probity::mock::{Mock, MockAccounts, MockOptions, MockRequest};
use probity::model::contract::Contract;
use probity::model::effect::Permission;
use probity::model::suite::Suite;
use probity::plan::{PlanningOptions, plan};
use probity::session::open;
use probity::session::open::Source;
use serde_json::{Value, json};

/// How much longer twice as much may take.
const MOST: f64 = 2.3;
/// How often a measurement is taken; the least counts, as anything else that runs only adds.
const TRIES: usize = 7;
/// How often two sizes are compared until they are in proportion.
const ATTEMPTS: usize = 5;

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

/// Twice as much takes at most [`MOST`] times as long, in one of some attempts: what other tests do at the same moment, for
/// example to the caches of a processor, only adds.
fn assert_linear(what: &str, count: usize, time: impl Fn(usize) -> Duration) {
    let ratio = || time(2 * count).as_secs_f64() / time(count).as_secs_f64();
    let ratios: Vec<f64> =
        (0..ATTEMPTS).map(|_| ratio()).scan(false, |done, ratio| (!std::mem::replace(done, ratio <= MOST)).then_some(ratio)).collect();
    assert!(ratios.last().is_some_and(|ratio| *ratio <= MOST), "{} {what} take {ratios:.2?} times as long as {count}", 2 * count);
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
#[should_panic(expected = "20 steps take [4.00, 4.00, 4.00, 4.00, 4.00] times as long as 10")]
fn what_grows_with_the_square_is_noticed() {
    assert_linear("steps", 10, |count| Duration::from_millis(u64::try_from(count * count).unwrap_or_default()));
}

#[test]
fn a_document_is_read_in_time_linear_in_its_operations() {
    let folder = Folder::new("growth");
    let time = |operations: usize| {
        let path = folder.write("large.json", document(operations));
        let source = Source::File(path);
        assert_eq!(open::contract(&source).expect("it is read").operations.len(), operations);
        least(|| (0..4).for_each(|_| drop(open::contract(&source))))
    };
    assert_linear("operations", 1000, time);
}

#[test]
fn a_document_is_planned_in_time_linear_in_its_operations() {
    let folder = Folder::new("growth-plan");
    let suite: Suite = serde_json::from_value(json!({"name": "large", "contract": "large.json"})).expect("it is a suite");
    let options = PlanningOptions { permission: Permission::everything(), mark: "probity-0".to_owned(), ..PlanningOptions::default() };
    let time = |operations: usize| {
        let source = Source::File(folder.write("large.json", document(operations)));
        least(|| {
            // What is remembered of a document is none of the next one.
            let contract = open::contract(&source).expect("it is read");
            let planned = plan(&contract, &Schemas::new(&contract), &suite, &options).expect("it is planned");
            assert!(planned.cells.len() >= operations);
        })
    };
    // Every schema leads to every other.
    assert_linear("planned operations", 400, time);
}

#[test]
fn positions_are_looked_up_in_time_linear_in_the_document() {
    let folder = Folder::new("growth-positions");
    let time = |operations: usize, yaml: bool| {
        // All of it stands in one line of JSON, or of a flow collection of YAML, which begins with a comment.
        let text = if yaml { format!("# one line\n{}", document(operations)) } else { document(operations) };
        let path = folder.write(if yaml { "large.yaml" } else { "large.json" }, text);
        let (contract, texts) = open::contract_and_texts(&Source::File(path)).expect("it is read");
        let responses = contract.operations.iter().flat_map(|operation| operation.responses.iter().map(|response| response.place.as_str()));
        let places: Vec<&str> = contract.operations.iter().map(|operation| operation.place.as_str()).chain(responses).collect();
        assert_eq!(texts.places(places.iter().copied()).len(), 2 * operations);
        // Several times, because the clock of a thread may tick in steps of four milliseconds.
        let times = if yaml { 20 } else { 200 };
        least(|| (0..times).for_each(|_| drop(texts.places(places.iter().copied()))))
    };
    for yaml in [false, true] {
        assert_linear(if yaml { "operations of YAML" } else { "operations of JSON" }, 500, |operations| time(operations, yaml));
    }
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

/// A mock of a contract that knows nobody and limits nothing.
fn mock(contract: &Arc<Contract>) -> Mock {
    Mock::new(MockOptions {
        contract: Arc::clone(contract),
        suite: Arc::new(open::suite_for(std::path::Path::new("t.yaml"))),
        accounts: MockAccounts::default(),
        windows: Vec::new(),
        fault: Vec::new(),
        variant: Vec::new(),
    })
}

fn request(method: &str, path: &str, media: &str, body: &Value) -> MockRequest {
    MockRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        headers: vec![("content-type".to_owned(), media.to_owned())],
        body: if body.is_null() { Vec::new() } else { serde_json::to_vec(body).expect("it is written") },
        ..MockRequest::default()
    }
}

#[test]
fn many_things_are_made_in_time_linear_in_their_number() {
    let contract = Arc::new(bulk());
    let time = |count: usize| {
        let body: Value = (0..count).map(|index| json!({"name": format!("n{index}"), "owner_id": "1"})).collect();
        least(|| {
            let answer = mock(&contract).answer(request("POST", "/things", "application/json", &body));
            assert_eq!((answer.status, answer.json().as_array().map(Vec::len)), (201, Some(count)));
        })
    };
    assert_linear("things", 2000, time);
}

/// Groups of JSON:API, whose names are unique, with a relationship.
fn groups() -> Contract {
    let linkage = json!({"type": "array", "items": {"type": "object", "required": ["type", "id"], "properties": {"type": {"const": "groups"}, "id": {"type": "string"}}}});
    let group = json!({"type": "object", "required": ["type"], "properties": {"type": {"const": "groups"}, "id": {"type": "string"},
        "attributes": {"type": "object", "properties": {"name": {"type": "string", "x-probity-mark": true}}},
        "relationships": {"type": "object", "properties": {"members": {"type": "object", "properties": {"data": linkage}}}}}});
    let content = |data: &Value, example: Value| json!({"application/vnd.api+json": {"schema": {"type": "object", "required": ["data"], "properties": {"data": data}}, "example": example}});
    let shown = json!({"type": "groups", "id": "7", "attributes": {"name": "a"}, "relationships": {"members": {"data": []}}});
    let many = content(&json!({"type": "array", "items": group}), json!({"data": [shown]}));
    let sent = content(&json!({"type": "array", "items": group}), json!({"data": [{"type": "groups", "attributes": {"name": "a"}}]}));
    let taken = json!({"description": "d", "x-probity-when": ["duplicate"]});
    let unknown = json!({"description": "d", "x-probity-when": ["unknown-id"]});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let done = json!({"204": {"description": "d"}, "404": unknown});
    let members = content(&linkage, json!({"data": [{"type": "groups", "id": "7"}]}));
    let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {
        "/groups": {"get": {"responses": {"200": {"description": "d", "content": many}}},
            "post": {"requestBody": {"content": sent}, "responses": {"201": {"description": "d", "content": many}, "409": taken}},
            "patch": {"requestBody": {"content": many}, "responses": {"200": {"description": "d", "content": many}, "409": taken}},
            "delete": {"requestBody": {"content": content(&linkage, json!({"data": [{"type": "groups", "id": "7"}]}))}, "responses": {"204": {"description": "d"}}}},
        "/groups/{id}": {"parameters": [id], "get": {"responses": {"200": {"description": "d", "content": content(&group, json!({"data": shown}))}, "404": unknown}}},
        "/groups/{id}/relationships/members": {"parameters": [id],
            "post": {"requestBody": {"content": members}, "responses": done}, "delete": {"requestBody": {"content": members}, "responses": done}}}});
    read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).expect("it is bundled")).expect("it is read")
}

const JSON_API: &str = "application/vnd.api+json";

#[test]
fn many_resources_are_made_changed_related_and_deleted_in_time_linear_in_their_number() {
    let contract = Arc::new(groups());
    let time = |count: usize| {
        let names = |change: &str| -> Value {
            let group =
                |index: usize| json!({"type": "groups", "id": (1000 + index).to_string(), "attributes": {"name": format!("{change}{index}")}});
            json!({"data": (0..count).map(group).collect::<Value>()})
        };
        let mut made = names("n");
        made["data"].as_array_mut().expect("a list").iter_mut().for_each(|group| drop(group.as_object_mut().expect("an object").remove("id")));
        let identifiers = json!({"data": (0..count).map(|index| json!({"type": "groups", "id": (1000 + index).to_string()})).collect::<Value>()});
        let mut times = [Duration::MAX; 5];
        for _ in 0..3 {
            let mock = mock(&contract);
            let asked = [
                ("POST", "/groups", &made, 201),
                ("PATCH", "/groups", &names("m"), 200),
                ("POST", "/groups/1000/relationships/members", &identifiers, 204),
                ("DELETE", "/groups/1000/relationships/members", &identifiers, 204),
                ("DELETE", "/groups", &identifiers, 204),
            ];
            for ((method, path, body, status), time) in asked.into_iter().zip(&mut times) {
                let request = request(method, path, JSON_API, body);
                let before = spent(Instant::now());
                let answer = mock.answer(request);
                *time = (*time).min(spent(Instant::now()).saturating_sub(before));
                assert_eq!(answer.status, status, "{method} {path}: {}", String::from_utf8_lossy(&answer.body[..answer.body.len().min(500)]));
            }
        }
        times
    };
    let (one, four) = (time(1000), time(4000));
    for (index, (one, four)) in one.iter().zip(four).enumerate() {
        // All pairs of four times as many would take sixteen times as long.
        assert!(four.as_secs_f64() <= 10.0 * one.as_secs_f64(), "request {index}: 1000 resources take {one:?}, 4000 take {four:?}");
    }
}

#[test]
fn a_small_request_is_answered_while_many_resources_are_made() {
    let contract = Arc::new(groups());
    let group = |index: usize| json!({"type": "groups", "attributes": {"name": format!("n{index}")}});
    let body = json!({"data": (0..6000).map(group).collect::<Value>()});
    // Another program may take the time of either: what was seen once is possible.
    let waits = (0..TRIES).map(|_| {
        let (mock, body) = (Arc::new(mock(&contract)), body.clone());
        let large = Arc::clone(&mock);
        let since = Instant::now();
        let maker = std::thread::spawn(move || large.answer(request("POST", "/groups", JSON_API, &body)).status);
        let mut longest = Duration::ZERO;
        while !maker.is_finished() {
            let asked = Instant::now();
            mock.answer(request("GET", "/groups/1", JSON_API, &Value::Null));
            longest = longest.max(asked.elapsed());
        }
        let whole = since.elapsed();
        assert_eq!(maker.join().expect("it is answered"), 201);
        longest.as_secs_f64() / whole.as_secs_f64()
    });
    let least = waits.fold(1.0, f64::min);
    assert!(least <= 0.34, "a small request waited {least:.2} of the time of a large one");
}
