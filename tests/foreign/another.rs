//! Servers that refuse valid requests: another valid request is found, and what depends on it is reached.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::server::{Asked, Server};

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Projects, version: '1'}
paths:
  /projects:
    get: {operationId: projects.list, responses: {'200': {description: all, content: {application/json: {schema: {type: array}}}}}}
    post:
      operationId: projects.create
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Project'}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Made'}}}}, '422': {description: refused}}
  /projects/{project_id}:
    parameters: [{name: project_id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: projects.get, responses: {'200': {description: one}, '404': {description: none}}}
    delete: {operationId: projects.delete, responses: {'204': {description: gone}, '404': {description: none}}}
components:
  schemas:
    Made: {type: object, required: [id], properties: {id: {type: integer}}}
    Project:
      type: object
      properties:
        title: {anyOf: [{type: string}, {type: 'null'}]}
        owner: {type: [integer, 'null']}
        contact: {type: string}
        most: {type: integer, minimum: -9223372036854775808}
";

/// Keeps projects; `refuses` says of a new one what is wrong with it.
fn server(name: &str, refuses: impl Fn(&Value) -> Option<(u16, Value)> + Send + Sync + 'static) -> Server {
    let things: Mutex<(u64, BTreeMap<String, Value>)> = Mutex::default();
    Server::start(name, CONTRACT, move |asked: &Asked| {
        let mut things = things.lock().unwrap();
        match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/projects") => {
                let Some(body) = asked.body.as_ref().filter(|body| body.is_object()) else { return (422, json!({"detail": "no object"})) };
                if let Some(refusal) = refuses(body) {
                    return refusal;
                }
                things.0 += 1;
                let mut made = body.clone();
                made["id"] = Value::from(things.0);
                let path = format!("/projects/{}", things.0);
                things.1.insert(path, made.clone());
                (201, made)
            }
            ("GET", "/projects") => (200, Value::Array(things.1.values().cloned().collect())),
            ("GET", path) => things.1.get(path).map_or((404, json!({})), |thing| (200, thing.clone())),
            ("DELETE", path) => things.1.remove(path).map_or((404, json!({})), |_| (204, Value::Null)),
            _ => (405, json!({})),
        }
    })
}

fn conforming(report: &Value) -> Vec<String> {
    let cells = report["cells"].as_array().expect("cells");
    let conform = cells.iter().filter(|cell| cell["verdict"] == "conforms");
    conform.map(|cell| format!("{} {}", cell["operation"].as_str().unwrap_or_default(), cell["status"])).collect()
}

/// Runs, and expects that everything is reached and nothing is left.
fn reached(server: &Server) -> Value {
    let report = server.whole(&[]);
    let conform = conforming(&report);
    for cell in ["projects.create 201", "projects.get 200", "projects.get 404", "projects.delete 204"] {
        assert!(conform.contains(&cell.to_owned()), "{cell}: {conform:?}");
    }
    assert_eq!(report["found_requests"][0]["operation"], "projects.create");
    assert!(report["left"].is_null(), "{}", report["left"]);
    report
}

#[test]
fn required_members_alone_are_taken() {
    let server = server("least", |body| (!body.as_object()?.is_empty()).then(|| (422, json!({"detail": "this is not wanted"}))));
    reached(&server);
}

#[test]
fn what_the_refusal_names_is_changed() {
    let server = server("named", |body| {
        let mut wrong = Vec::new();
        if body.get("contact").is_none_or(|contact| !contact.as_str().is_some_and(|contact| contact.contains('@'))) {
            wrong.push(json!({"loc": ["body", "contact"], "msg": "value is not a valid email"}));
        }
        if body.get("most").and_then(Value::as_i64).is_some_and(|most| most < 1) {
            wrong.push(json!({"loc": ["body", "most"], "msg": "must be positive"}));
        }
        (!wrong.is_empty()).then(|| (422, json!({"detail": wrong})))
    });
    reached(&server);
}

#[test]
fn a_failure_is_found_and_another_way_is_tried_all_the_same() {
    let server = server("fails", |body| (body.get("owner").is_some() || body.get("most").is_some()).then(|| (500, json!({"error": "oops"}))));
    let report = server.whole(&[]);
    assert!(conforming(&report).contains(&"projects.get 200".to_owned()), "{:?}", conforming(&report));
}

#[test]
fn nothing_is_tried_more_than_three_times_more() {
    let server = server("never", |_| Some((422, json!({"detail": "no"}))));
    let report = server.whole(&[]);
    assert!(!conforming(&report).contains(&"projects.create 201".to_owned()));
    let sent = server.seen().into_iter().filter(|line| line == "POST /projects").count();
    assert!(sent > 1, "nothing else was tried");
    assert!(sent <= 4, "{sent} times");
}
