//! A name that is part of a path is not changed by the run, since the old path would then be gone.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::server::{Asked, Server, said, verdict};

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Queues, version: '1'}
paths:
  /queues:
    post:
      operationId: queues.create
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Queue'}}}}
      responses:
        '201':
          description: made
          content: {application/json: {schema: {$ref: '#/components/schemas/Queue'}}}
          links: {made: {operationId: queues.get, parameters: {queue: '$response.body#/name'}}}
  /queues/{queue}:
    parameters: [{name: queue, in: path, required: true, schema: {type: string}}]
    get:
      operationId: queues.get
      responses: {'200': {description: found, content: {application/json: {schema: {$ref: '#/components/schemas/Queue'}}}}, '404': {description: none}}
    METHOD:
      operationId: queues.change
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Queue'}}}}
      responses: {'200': {description: changed, content: {application/json: {schema: {$ref: '#/components/schemas/Queue'}}}}, '404': {description: none}}
    delete:
      operationId: queues.delete
      responses: {'204': {description: gone}, '404': {description: none}}
components:
  schemas:
    Queue: {type: object, required: [name], properties: {name: {type: string}, size: {type: integer}}}
";

fn renaming(queues: &Mutex<BTreeMap<String, Value>>, asked: &Asked) -> (u16, Value) {
    let mut queues = queues.lock().unwrap();
    let sent = asked.body.clone().unwrap_or_default();
    let name = sent["name"].as_str().map(str::to_owned);
    let Some(old) = asked.path.strip_prefix("/queues/") else {
        let Some(name) = name else { return (400, Value::Null) };
        queues.insert(name, sent.clone());
        return (201, sent);
    };
    let Some(queue) = queues.get(old).cloned() else { return (404, Value::Null) };
    match asked.method.as_str() {
        "DELETE" => {
            queues.remove(old);
            (204, Value::Null)
        }
        "PATCH" | "PUT" => {
            queues.remove(old);
            queues.insert(name.unwrap_or_else(|| old.to_owned()), sent.clone());
            (200, sent)
        }
        _ => (200, queue),
    }
}

#[test]
fn a_change_keeps_the_name_that_its_path_has() {
    for method in ["patch", "put"] {
        let queues = Mutex::new(BTreeMap::from([("somebodys".to_owned(), json!({"name": "somebodys"}))]));
        let server = Server::start(&format!("renames-{method}"), &CONTRACT.replace("METHOD", method), move |asked| renaming(&queues, asked));
        let report = server.run(&[]);
        let said = said(&report);
        assert!(!said.iter().any(|line| line.contains("violates")), "{method}: {said:#?}");
        for (operation, status) in [("queues.get", 200), ("queues.change", 200), ("queues.delete", 204)] {
            assert_eq!(verdict(&report, operation, status), "conforms", "{method} {operation}: {said:#?}\n{:#?}", server.seen());
        }
    }
}
