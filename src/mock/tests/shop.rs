//! Tests of the mock on a plain REST contract: integer ids, problem documents, bearer tokens, 422.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Asker, contract};
use crate::model::contract::Contract;

fn problem(status: u16) -> Value {
    json!({"description": "refused", "content": {"application/problem+json": {
        "schema": {"type": "object", "required": ["title", "status"], "properties": {"title": {"type": "string"}, "status": {"const": status}, "detail": {"type": "string"}}}}}})
}

fn shop() -> Arc<Contract> {
    let item = json!({"type": "object", "required": ["id", "name", "price"], "properties": {
        "id": {"type": "integer"}, "name": {"type": "string"}, "price": {"type": "number"}, "made_at": {"type": "string", "format": "date-time"}}});
    let new = json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "minLength": 1}, "price": {"type": "number", "minimum": 0}}});
    let example = json!({"id": 7, "name": "Cup", "price": 2.5, "made_at": "2024-01-01T00:00:00Z"});
    let written = json!({"required": true, "content": {"application/json": {"schema": new, "example": {"name": "Cup", "price": 2.5}}}});
    let answer =
        |schema: &Value, example: &Value| json!({"description": "fine", "content": {"application/json": {"schema": schema, "example": example}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}, "example": 7});
    let list = json!({"type": "object", "required": ["items", "total"], "properties": {"items": {"type": "array", "items": item}, "total": {"type": "integer"}}});
    contract(json!({
        "openapi": "3.0.3", "info": {"title": "Shop", "version": "1"}, "security": [{"token": []}],
        "paths": {
            "/items": {
                "get": {"operationId": "items.list", "parameters": [
                    {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}}, {"name": "per_page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 2}}],
                    "responses": {"200": answer(&list, &json!({"items": [example], "total": 1, "next": null})), "401": problem(401), "400": problem(400)}},
                "post": {"operationId": "items.create", "requestBody": written, "responses": {
                    "201": {"description": "made", "headers": {"Location": {"required": true, "schema": {"type": "string"}}}, "content": {"application/json": {"schema": item, "example": example}}},
                    "401": problem(401), "403": problem(403), "422": problem(422)}}},
            "/items/{id}": {"parameters": [id],
                "get": {"operationId": "items.get", "responses": {"200": answer(&item, &example), "404": problem(404)}},
                "put": {"operationId": "items.replace", "requestBody": written, "responses": {"200": answer(&item, &example), "404": problem(404), "422": problem(422)}},
                "delete": {"operationId": "items.delete", "responses": {"204": {"description": "gone"}, "404": problem(404)}}},
            "/items/{id}/notes": {"parameters": [id],
                "get": {"operationId": "notes.list", "responses": {"200": answer(&json!({"type": "array"}), &json!([{"id": 1, "text": "x"}]))}},
                "post": {"operationId": "notes.create", "requestBody": {"content": {"application/json": {"schema": {"type": "object"}, "example": {"text": "x"}}}},
                    "responses": {"201": answer(&json!({"type": "object"}), &json!({"id": 1, "text": "x"}))}}},
            "/items/{id}/notes/{note_id}": {"parameters": [id, {"name": "note_id", "in": "path", "required": true, "schema": {"type": "integer"}, "example": 1}],
                "get": {"operationId": "notes.get", "responses": {"200": answer(&json!({"type": "object"}), &json!({"id": 1, "text": "x"})), "404": problem(404)}}},
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    }))
}

fn asker() -> Asker {
    let account = json!({"token": {"bearer": {"token": "T"}}});
    Asker::new(
        &shop(),
        json!({"name": "shop", "contract": "x", "accounts": {"full": account, "limited": account}}),
        "application/json",
        Vec::new(),
        &[],
    )
}

#[test]
fn an_item_lives_and_is_gone() {
    let asker = asker();
    let made = asker.ask("POST", "/items", &json!({"name": "Pot", "price": 9}), 201);
    assert_eq!(made.json(), json!({"id": 1000, "name": "Pot", "price": 9, "made_at": "2024-01-01T00:00:00Z"}));
    assert_eq!(made.header("location"), Some("/items/1000"));
    assert_eq!(asker.get("/items/1000", 200)["name"], "Pot");
    let replaced = asker.ask("PUT", "/items/1000", &json!({"name": "Jar"}), 200).json();
    assert_eq!((&replaced["id"], &replaced["name"], &replaced["price"]), (&json!(1000), &json!("Jar"), &json!(2.5)));
    asker.ask("DELETE", "/items/1000", &Value::Null, 204);
    assert_eq!(asker.get("/items/1000", 404)["status"], 404);
}

#[test]
fn items_are_listed_in_numbered_pages() {
    let asker = asker();
    for name in ["a", "b", "c"] {
        asker.ask("POST", "/items", &json!({"name": name}), 201);
    }
    let first = asker.get("/items", 200);
    assert_eq!((first["items"].as_array().map(Vec::len), &first["total"], &first["next"]), (Some(2), &json!(3), &json!("/items?page=2")));
    let second = asker.get("/items?page=2", 200);
    assert_eq!((second["items"][0]["name"].as_str(), &second["next"]), (Some("c"), &Value::Null));
    assert_eq!(asker.get("/items?page=none", 400)["status"], 400);
}

#[test]
fn what_is_wrong_with_an_item_is_422() {
    let asker = asker();
    let before = asker.mock.snapshot();
    for wrong in [json!({"price": 1}), json!({"name": 7}), json!({"name": ""})] {
        assert_eq!(asker.ask("POST", "/items", &wrong, 422).json()["status"], 422);
    }
    let mut stranger = asker.request("POST", "/items", &json!({"name": "x"}));
    stranger.headers.retain(|(name, _)| name != "Authorization");
    let refused = asker.mock.answer(stranger);
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Bearer realm=\"mock\"")));
    assert_eq!(asker.mock.snapshot(), before);
}

#[test]
fn notes_belong_to_their_item() {
    let asker = asker();
    for _ in 0..2 {
        asker.ask("POST", "/items", &json!({"name": "x"}), 201);
    }
    asker.ask("POST", "/items/1000/notes", &json!({"text": "here"}), 201);
    assert_eq!(asker.get("/items/1000/notes", 200)[0]["text"], "here");
    assert_eq!(asker.get("/items/1001/notes", 200), json!([]));
    assert_eq!(asker.get("/items/1000/notes/1000", 200)["text"], "here");
}
