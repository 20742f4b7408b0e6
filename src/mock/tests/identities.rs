//! Resources whose ids do not fit the schema of the list that shows them.

use serde_json::{Value, json};

use super::{Asker, contract};
use crate::model::contract::JSON_API;

#[test]
fn a_list_names_each_resource_once() {
    let identifier = json!({"type": "string", "pattern": "^[1-9]\\d*$"});
    let item = json!({"type": "object", "required": ["type", "id"], "properties": {"type": {"enum": ["statement", "other"]}, "id": identifier}});
    let answer = |data: &Value| {
        let schema = json!({"type": "object", "required": ["data"], "properties": {"data": data}});
        json!({"description": "fine", "content": {JSON_API: {"schema": schema}}})
    };
    let id = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    let text = json!({"description": "text", "content": {"text/html": {"schema": {"type": "string"}}}});
    let contract = contract(json!({"openapi": "3.0.2", "info": {"title": "Bank", "version": "1"}, "paths": {
        "/statements": {"get": {"operationId": "list", "responses": {"200": answer(&json!({"type": "array", "items": item}))}}},
        "/statements/{statementId}/html": {"get": {"operationId": "html", "parameters": [id("statementId")], "responses": {"200": text}}}}}));
    let asker = Asker::new(&contract, json!({"name": "bank", "contract": "x"}), JSON_API, Vec::new(), &[]);
    let shown = asker.get("/statements", 200);
    let names: Vec<&Value> = shown["data"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    assert_eq!(names, ["10"]);
}
