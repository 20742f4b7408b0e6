//! Servers whose things are known by the name that was sent, and whose creates show nothing.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::foreign::server::{Asked, Server};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Tenants, version: '1'}
paths:
  /tenants:
    post:
      operationId: make
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses: {'200': {description: made, content: {application/json: {schema: {type: object}}}}}
  /tenants/{tenant_name}:
    parameters: [{name: tenant_name, in: path, required: true, schema: {type: string}}]
    get: {operationId: read, responses: {'200': {description: one}, '404': {description: none}}}
    delete: {operationId: remove, responses: {'204': {description: gone}, '404': {description: none}}}
";

/// The verdicts of what is read and removed, and the names that are there at the end. `called` is how the server calls what it
/// was sent.
fn verdicts(name: &str, called: fn(&str) -> String) -> (Vec<(String, String)>, Vec<String>) {
    let held = Arc::new(Mutex::new(BTreeSet::from(["probity".to_owned(), "Bob".to_owned()])));
    let server = Server::start(name, CONTRACT, {
        let held = Arc::clone(&held);
        move |asked: &Asked| {
            let mut held = held.lock().expect("nobody panics");
            let sent = asked.body.as_ref().and_then(|body| body["name"].as_str());
            match (asked.method.as_str(), asked.path.strip_prefix("/tenants/"), sent) {
                ("POST", None, Some(name)) => {
                    held.insert(called(name));
                    (200, json!({}))
                }
                ("GET", Some(name), _) if held.contains(name) => (200, json!({"name": name})),
                ("DELETE", Some(name), _) if held.remove(name) => (204, Value::Null),
                (_, Some(_), _) => (404, Value::Null),
                _ => (400, Value::Null),
            }
        }
    });
    let report = server.whole(&["--allow-writes"]);
    let cells = report["cells"].as_array().expect("cells").iter().filter(|cell| cell["operation"] != "make");
    let cells = cells.map(|cell| (format!("{} {}", cell["operation"], cell["status"]), cell["verdict"].as_str().unwrap_or_default().to_owned()));
    let there = held.lock().expect("nobody panics").iter().cloned().collect();
    (cells.collect(), there)
}

#[test]
fn what_is_known_by_its_name_is_read_and_removed_and_nothing_else() {
    let (verdicts, there) = verdicts("named", str::to_owned);
    assert!(verdicts.iter().all(|(_, verdict)| verdict == "conforms"), "{verdicts:?}");
    assert_eq!(there, ["Bob", "probity"]);
}

/// That the name is the id is a guess: where it is none, nobody is to blame.
#[test]
fn who_calls_things_otherwise_is_not_accused() {
    let (verdicts, there) = verdicts("renamed", |name| format!("t-{}", name.len()));
    assert!(verdicts.iter().all(|(_, verdict)| verdict != "violates"), "{verdicts:?}");
    assert!(["Bob", "probity"].iter().all(|name| there.contains(&(*name).to_owned())), "{there:?}");
}

/// A name that is not the run's own may be that of another user, whatever a create says.
#[test]
fn a_name_without_the_mark_of_the_run_is_left_alone() {
    for (name, status) in [("get-or-create", 200), ("failing", 500)] {
        let held = Arc::new(Mutex::new(BTreeSet::from(["alpha".to_owned()])));
        let server = Server::start(name, &CONTRACT.replace("{name: {type: string}}", "{name: {type: string, enum: [alpha]}}"), {
            let held = Arc::clone(&held);
            move |asked: &Asked| match (asked.method.as_str(), asked.path.strip_prefix("/tenants/")) {
                ("POST", None) => (status, json!({})),
                ("DELETE", Some(name)) if held.lock().expect("nobody panics").remove(name) => (204, Value::Null),
                ("GET", Some("alpha")) => (200, json!({"name": "alpha"})),
                _ => (404, Value::Null),
            }
        });
        server.whole(&["--allow-writes"]);
        assert!(server.seen().iter().any(|asked| asked.starts_with("POST")), "{:?}", server.seen());
        assert!(held.lock().expect("nobody panics").contains("alpha"), "{name}: {:?}", server.seen());
    }
}

const ELSEWHERE: &str = "openapi: 3.1.0
info: {title: Collections, version: '1'}
paths:
  /shelves/main/collections:
    post:
      operationId: make
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}}
  /shelves/main/collections/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    delete: {operationId: remove, responses: {'204': {description: gone}}}
  /collections/{PARAMETER}:
    parameters: [{name: PARAMETER, in: path, required: true, schema: {type: string}}]
    get: {operationId: read, responses: {'200': {description: one}}}
";

/// A parameter of another name, in another place, may ask for another name of the thing.
#[test]
fn who_asks_elsewhere_for_another_name_is_not_accused() {
    for (parameter, verdict) in [("crn", "blocked"), ("collection_id", "violates")] {
        let server = Server::start(parameter, &ELSEWHERE.replace("PARAMETER", parameter), |asked: &Asked| match asked.method.as_str() {
            "POST" => (201, json!({"id": "77"})),
            "DELETE" => (204, Value::Null),
            _ => (400, json!({"error": "no such name"})),
        });
        let report = server.whole(&["--allow-writes"]);
        let cell =
            report["cells"].as_array().expect("cells").iter().find(|cell| cell["operation"] == "read" && cell["status"] == 200).expect("a cell");
        assert_eq!(cell["verdict"], verdict, "{parameter}: {cell}");
    }
}
