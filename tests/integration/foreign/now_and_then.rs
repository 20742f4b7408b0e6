//! Servers that fail now and then: a valid request that fails once is told, whatever came of the others.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::foreign::server::{Asked, Server};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /things:
    get: {operationId: list, responses: {'200': {description: all, content: {application/json: {schema: {type: array, items: {type: object}}}}}}}
    post:
      operationId: make
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {name: {type: string}, size: {type: integer}}}, example: {name: Ann, size: 3}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}}
  /things/{thingId}:
    parameters: [{name: thingId, in: path, required: true, schema: {type: string}}]
    get: {operationId: read, responses: {'200': {description: one}, '404': {description: none}}}
    put:
      operationId: write
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {name: {type: string}}}, example: {name: Ann}}}}
      responses: {'200': {description: written}, '404': {description: none}}
    delete: {operationId: remove, responses: {'204': {description: gone}, '404': {description: none}}}
";

/// What is said of the operations whose requests of this method fail when they are this many; how many failed.
fn told(name: &str, method: &'static str, fails: impl Fn(usize) -> bool + Send + Sync + 'static) -> (Vec<String>, usize) {
    let (made, asked_for) = (AtomicUsize::default(), AtomicUsize::default());
    let failed: &'static AtomicUsize = Box::leak(Box::default());
    let server = Server::start(name, CONTRACT, move |asked: &Asked| {
        let one = asked.path.strip_prefix("/things/").map(|id| id.parse::<usize>().is_ok_and(|id| id < made.load(Ordering::SeqCst)));
        if asked.method == method && one != Some(false) && fails(asked_for.fetch_add(1, Ordering::SeqCst)) {
            failed.fetch_add(1, Ordering::SeqCst);
            return (500, json!({"error": "failed"}));
        }
        match (asked.method.as_str(), one) {
            (_, Some(false)) => (404, Value::Null),
            ("POST", _) => (201, json!({"id": made.fetch_add(1, Ordering::SeqCst).to_string()})),
            ("DELETE", _) => (204, Value::Null),
            (_, None) => (200, json!([])),
            _ => (200, json!({})),
        }
    });
    let report = server.whole(&["--allow-writes", "--retries", "4"]);
    (failures(&report), failed.load(Ordering::SeqCst))
}

/// The probes of all findings that tell of a 500.
fn failures(report: &Value) -> Vec<String> {
    let cells = report["cells"].as_array().expect("cells");
    let all = cells.iter().flat_map(|cell| cell["findings"].as_array().expect("findings")).chain(report["findings"].as_array().expect("findings"));
    let must = all.filter(|finding| finding["severity"] == "must" && finding["actual"].as_str().is_some_and(|actual| actual.starts_with("500")));
    must.map(|finding| finding["probe"].as_str().unwrap_or_default().to_owned()).collect()
}

/// What breaks another rule is sent again, and fails then.
#[test]
fn what_fails_only_when_it_is_sent_again_is_told() {
    let asked_for = AtomicUsize::new(0);
    let server = Server::start("again", CONTRACT, move |asked: &Asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/things") if asked_for.fetch_add(1, Ordering::SeqCst) == 2 => (500, json!({"error": "failed"})),
        ("GET", "/things") => (200, json!({"no": "array"})),
        ("POST", _) => (500, json!({"error": "closed"})),
        _ => (404, Value::Null),
    });
    let report = server.whole(&["--allow-writes", "--retries", "4"]);
    let found = failures(&report);
    assert!(found.iter().any(|probe| probe.starts_with("list::")), "{found:?}");
}

#[test]
fn a_create_that_fails_once_is_told() {
    for time in 0..3 {
        let (found, failed) = told(&format!("create-{time}"), "POST", move |asked| asked == time);
        assert!(failed == 0 || found.iter().any(|probe| probe.starts_with("make")), "the POST no. {time} failed, found: {found:?}");
    }
}

/// What other tries have shown does not take back that this one failed.
#[test]
fn a_create_that_fails_now_and_then_is_no_green_cell() {
    let (made, asked_for) = (AtomicUsize::default(), AtomicUsize::default());
    let server = Server::start("three-of-ten", CONTRACT, move |asked: &Asked| match asked.method.as_str() {
        "POST" if [1, 4, 7].contains(&(asked_for.fetch_add(1, Ordering::SeqCst) % 10)) => (500, json!({"error": "failed"})),
        "POST" => (201, json!({"id": made.fetch_add(1, Ordering::SeqCst).to_string()})),
        "DELETE" => (204, Value::Null),
        _ if asked.path == "/things" => (200, json!([])),
        _ => (200, json!({})),
    });
    let report = server.whole(&["--allow-writes", "--retries", "4"]);
    let cell = report["cells"].as_array().expect("cells").iter().find(|cell| cell["operation"] == "make" && cell["status"] == 201).expect("a cell");
    let failed = |finding: &Value| finding["actual"].as_str().is_some_and(|actual| actual.starts_with("500"));
    assert_eq!(cell["verdict"], "violates", "{cell}");
    assert!(cell["findings"].as_array().expect("findings").iter().any(failed), "{cell}");
}

#[test]
fn a_write_and_a_read_that_fail_once_are_told() {
    for (method, operation) in [("PUT", "write"), ("GET", "read"), ("GET", "list"), ("DELETE", "remove")] {
        let (found, failed) = told(&format!("{method}-{operation}"), method, |asked| asked % 3 == 0);
        assert!(failed > 0 && !found.is_empty(), "{method}: {failed} failed, found: {found:?}");
    }
}
