//! A PATCH or PUT of a whole collection needs a permission, whatever id its body holds.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::server::{Asked, Server};

const CONTRACT: &str = r"openapi: 3.0.3
info: {title: Notes, version: '1'}
paths:
  /notes:
    get: {operationId: list, responses: {'200': {description: all, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Note'}}}}}}}
    post:
      operationId: create
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}}
    patch:
      operationId: updateAll
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
      responses: {'200': {description: how many}}
    put:
      operationId: replaceAll
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
      responses: {'200': {description: how many}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: get, responses: {'200': {description: one}}}
    delete: {operationId: remove, responses: {'204': {description: gone}}}
components:
  schemas:
    Note: {type: object, properties: {id: {type: integer, example: 7}, title: {type: string, example: A note}}}
";

#[test]
fn nothing_is_written_to_a_whole_collection_without_permission() {
    let notes = Arc::new(Mutex::new(vec![json!({"id": 1, "title": "mine"})]));
    let shared = Arc::clone(&notes);
    let server = Server::start("collections", CONTRACT, move |asked: &Asked| {
        let mut notes = shared.lock().unwrap();
        let id = asked.path.rsplit('/').next().and_then(|id| id.parse::<u64>().ok());
        let at = notes.iter().position(|note| note["id"].as_u64() == id);
        match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/notes") => (200, Value::Array(notes.clone())),
            ("POST", "/notes") => {
                let mut note = asked.body.clone().unwrap_or_default();
                note["id"] = Value::from(notes.len() + 100);
                notes.push(note.clone());
                (201, note)
            }
            ("PATCH" | "PUT", "/notes") => {
                let title = asked.body.as_ref().map(|body| body["title"].clone()).unwrap_or_default();
                notes.iter_mut().for_each(|note| note["title"] = title.clone());
                (200, json!({"count": notes.len()}))
            }
            ("GET", _) => at.map_or((404, json!({})), |at| (200, notes[at].clone())),
            ("DELETE", _) => at.map_or((404, json!({})), |at| {
                notes.remove(at);
                (204, Value::Null)
            }),
            _ => (405, json!({})),
        }
    });
    let report = server.whole(&[]);
    assert_eq!(*notes.lock().unwrap(), [json!({"id": 1, "title": "mine"})]);
    let skipped = report["cells"].as_array().expect("cells").iter().filter(|cell| cell["verdict"] == "skipped").count();
    assert_eq!(skipped, 2, "both say which permission they need");
}
