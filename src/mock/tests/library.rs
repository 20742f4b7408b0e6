//! Tests of the mock on a contract in the style of JSON:API, through the whole life of its resources.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Asker, contract, id};
use crate::model::contract::{Contract, RateLimit};

pub(super) const MEDIA: &str = "application/vnd.api+json";

/// Books with authors, prints that take their time, and shelves that are there from the start.
pub(super) fn library() -> Arc<Contract> {
    contract(json!({
        "openapi": "3.1.0", "info": {"title": "Library", "version": "1"},
        "security": [{"key": [], "tenant": []}],
        "x-probity-rate-limits": [{"requests": 5, "seconds": 60}],
        "x-probity-general-responses": {
            "401": error("401", json!({"WWW-Authenticate": header(&json!({"type": "string"}))})),
            "405": error("405", json!({"Allow": header(&json!({"type": "string"}))})),
            "415": error("415", json!({})),
            "429": error("429", json!({"X-Wait": {"required": true, "x-probity-or": ["Retry-After"], "schema": {"type": "integer", "minimum": 1}}})),
        },
        "paths": {
            "/books": books(),
            "/books/{book_id}": book(),
            "/books/{book_id}/relationships/authors": linkage(),
            "/books/{book_id}/authors": {"parameters": [path("book_id", "books", "7")], "get": {"operationId": "books.authors", "responses": {
                "200": document("array", json!({"data": [author_of("3")]}), json!({"author": link("authors.get", "author_id", "/data/0/id")})), "404": error("404", json!({}))}}},
            "/books/{book_id}/lend": {"parameters": [path("book_id", "books", "7")], "post": {"operationId": "books.lend", "responses": {
                "200": {"description": "lent", "x-probity-alternative-to": 204}, "204": {"description": "lent"}, "409": error("409", json!({})), "404": error("404", json!({}))},
                "x-probity-when": {"409": [{"trigger": "wrong-state", "by": "books.lend"}]}}},
            "/books/{book_id}/give_back": {"parameters": [path("book_id", "books", "7")], "post": {"operationId": "books.give_back", "responses": {
                "204": {"description": "given back"}, "400": error("400", json!({}))}, "x-probity-when": {"400": ["wrong-state"]}}},
            "/authors": {"get": {"operationId": "authors.search", "parameters": [{"name": "initial", "in": "query", "required": true, "schema": {"type": "string"}, "example": "A"}],
                "responses": {"200": document("array", json!({"data": [author_of("3")]}), json!({"author": link("authors.get", "author_id", "/data/0/id")})), "400": error("400", json!({}))}},
                "post": {"operationId": "authors.create", "requestBody": body(&json!({"data": {"type": "authors", "attributes": {"name": "A. Sample"}}}), json!({"type": "object"})),
                "responses": {"201": located(document("object", json!({"data": author_of("4")}), json!({"author": link("authors.get", "author_id", "/data/id")})))}}},
            "/authors/{author_id}": {"parameters": [path("author_id", "authors", "3")],
                "get": {"operationId": "authors.get", "responses": {"200": document("object", json!({"data": author_of("3")}), json!({})), "404": error("404", json!({}))}},
                "delete": {"operationId": "authors.delete", "responses": {"204": {"description": "gone"}, "404": error("404", json!({})), "409": error("409", json!({}))},
                    "x-probity-when": {"409": [{"trigger": "in-use", "by": "books.create"}]}}},
            "/shelves/{shelf_id}": {"parameters": [path("shelf_id", "shelves", "S-1")], "get": {"operationId": "shelves.get", "responses": {
                "200": document("object", json!({"data": {"type": "shelves", "id": "S-1", "attributes": {"room": "east"}, "links": {"self": "/shelves/S-1"}}}), json!({})), "404": error("404", json!({}))}}},
            "/prints": {"post": {"operationId": "prints.create", "requestBody": body(&json!({"data": {"type": "prints", "attributes": {"pages": 2}}}), json!({"type": "object"})),
                "responses": {"202": located(document("object", json!({"data": print_of("waiting")}), json!({"print": link("prints.get", "print_id", "/data/id")})))}}},
            "/prints/{print_id}": {"parameters": [path("print_id", "prints", "aa-01")], "get": {"operationId": "prints.get",
                "x-probity-done": {"at": "/data/attributes/state", "in": ["done"], "failed": ["broken", "timed out"], "status": [303]}, "x-probity-result": "prints.file",
                "responses": {"200": document("object", json!({"data": print_of("done")}), json!({})), "404": error("404", json!({})),
                    "303": {"description": "there", "headers": {"Location": header(&json!({"type": "string"}))}}},
                "x-probity-when": {"303": ["success"]}}},
            "/prints/{print_id}/file": {"parameters": [path("print_id", "prints", "aa-01")], "get": {"operationId": "prints.file",
                "responses": {"200": {"description": "file", "headers": {"Content-Disposition": header(&json!({"type": "string"}))}, "content": {"text/plain": {"schema": {"type": "string"}, "example": "Two pages."}}},
                    "303": {"description": "there", "headers": {"Location": header(&json!({"type": "string"}))}},
                    "404": error("404", json!({})), "410": error("410", json!({}))},
                "x-probity-when": {"200": ["finished"], "303": ["finished"], "404": ["unknown-id", "unfinished"]}}},
        },
        "components": {"securitySchemes": {
            "key": {"type": "http", "scheme": "basic"}, "tenant": {"type": "apiKey", "in": "header", "name": "X-Tenant"}}}
    }))
}

fn header(schema: &Value) -> Value {
    json!({"required": true, "schema": schema})
}

#[expect(clippy::needless_pass_by_value, reason = "callers write the headers in place")]
fn error(status: &str, headers: Value) -> Value {
    let schema = json!({"type": "object", "required": ["errors"], "properties": {"errors": {"type": "array", "minItems": 1, "items": {
        "type": "object", "required": ["status", "detail"], "properties": {"status": {"const": status}, "detail": {"type": "string"}}}}}});
    let example = json!({"errors": [{"status": status, "title": "No", "detail": "No."}]});
    json!({"description": "refused", "headers": headers, "content": {MEDIA: {"schema": schema, "example": example}}})
}

#[expect(clippy::needless_pass_by_value, reason = "callers write the example in place")]
fn document(data: &str, example: Value, links: Value) -> Value {
    // What a relationship holds has no links.
    let has_links = ["/data/links", "/data/0/links"].iter().any(|at| example.pointer(at).is_some());
    let required = if has_links { json!(["type", "id", "links"]) } else { json!(["type", "id"]) };
    let id = if example.pointer("/data/type").is_some_and(|kind| kind == "prints") { json!(["string", "integer"]) } else { json!("string") };
    let resource = json!({"type": "object", "required": required, "properties": {
        "type": {"enum": ["books", "authors", "prints", "shelves"]}, "id": {"type": id}, "links": {"type": "object"},
        "attributes": {"type": "object", "properties": {"added_at": {"type": "string", "format": "date"}}},
        "relationships": {"properties": {"authors": {"properties": {"data": {"type": "array"}}}}}}});
    let data = if data == "array" { json!({"type": "array", "items": resource}) } else { resource };
    let schema = json!({"type": "object", "required": ["data"], "properties": {"data": data}});
    json!({"description": "fine", "content": {MEDIA: {"schema": schema, "example": example}}, "links": links})
}

fn located(mut response: Value) -> Value {
    response["headers"] = json!({"Location": header(&json!({"type": "string"}))});
    response
}

fn link(operation: &str, parameter: &str, at: &str) -> Value {
    json!({"operationId": operation, "parameters": {parameter: format!("$response.body#{at}")}})
}

fn path(name: &str, kind: &str, example: &str) -> Value {
    json!({"name": name, "in": "path", "required": true, "schema": {"type": "string", "x-probity-resource": kind}, "example": example})
}

#[expect(clippy::needless_pass_by_value, reason = "callers write the schema in place")]
fn body(example: &Value, schema: Value) -> Value {
    json!({"required": true, "content": {MEDIA: {"schema": schema, "example": example}}})
}

fn author_of(id: &str) -> Value {
    json!({"type": "authors", "id": id, "attributes": {"name": "A. Sample"}, "links": {"self": format!("/authors/{id}")}})
}

fn print_of(state: &str) -> Value {
    json!({"type": "prints", "id": "aa-01", "attributes": {"pages": 2, "state": state}, "links": {"self": "/prints/aa-01"}})
}

fn book_of(id: &str) -> Value {
    json!({"type": "books", "id": id, "attributes": {"title": "Sample", "pages": 10, "added_at": "2024-01-01"},
        "relationships": {"authors": {"links": {"self": format!("/books/{id}/relationships/authors")}, "data": [{"type": "authors", "id": "3"}]}},
        "links": {"self": format!("/books/{id}")}})
}

fn new_book(with_id: bool) -> Value {
    let required = if with_id { json!(["type", "id"]) } else { json!(["type", "attributes"]) };
    json!({"type": "object", "required": required, "properties": {
        "type": {"const": "books"}, "id": {"type": "string"},
        "attributes": {"type": "object", "required": if with_id { json!([]) } else { json!(["title"]) }, "properties": {
            "title": {"type": "string", "maxLength": 40, "x-probity-mark": true}, "pages": {"type": "integer", "maximum": 9999}, "sort": {"enum": ["novel", "poem"]}}},
        "relationships": {"type": "object", "properties": {"authors": {"type": "object", "properties": {"data": {"type": "array", "items": {
            "type": "object", "required": ["type", "id"], "properties": {"type": {"const": "authors"}, "id": {"type": "string", "x-probity-resource": "authors"}}}}}}}}}})
}

fn wrapped(data: &Value) -> Value {
    json!({"type": "object", "required": ["data"], "properties": {"data": data}})
}

fn books() -> Value {
    let sample = json!({"type": "books", "attributes": {"title": "Sample", "pages": 10}, "relationships": {"authors": {"data": [{"type": "authors", "id": "3"}]}}});
    let many = |schema: Value| wrapped(&json!({"type": "array", "minItems": 1, "items": schema}));
    json!({
        "get": {"operationId": "books.list",
            "parameters": [{"name": "page[limit]", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50}}, {"name": "page[after]", "in": "query", "schema": {"type": "string"}},
                {"name": "filter[ids]", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "string", "x-probity-resource": "books"}}},
                {"name": "fields[books]", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "string"}}},
                {"name": "sort", "in": "query", "schema": {"enum": ["title", "pages"]}}],
            "responses": {"200": document("array", json!({"data": [book_of("7")], "links": {"next": null}}), json!({"book": link("books.get", "book_id", "/data/0/id")})),
                "400": error("400", json!({})), "403": error("403", json!({}))}},
        "post": {"operationId": "books.create", "responses": {"400": error("400", json!({})), "403": error("403", json!({})), "404": error("404", json!({})), "409": error("409", json!({}))},
            "x-probity-forms": {
                "books.create": {"requestBody": body(&json!({"data": sample}), wrapped(&new_book(false))),
                    "responses": {"201": document("object", json!({"data": book_of("8")}), json!({"book": link("books.get", "book_id", "/data/id")}))},
                    "x-probity-when": {
                        "415": ["wrong-content-type", "media-type-parameter"],
                        "400": ["malformed-json", "missing-data", "missing-attribute", "wrong-attribute-type", "bad-enum", "over-limit", {"trigger": "bad-value", "at": "/data/attributes/title", "value": ""}],
                        "404": [{"trigger": "unknown-reference", "kind": "authors", "or": [400]}],
                        "409": ["wrong-type", {"trigger": "duplicate", "at": "/data/attributes/title"}]}},
                "books.create_bulk": {"requestBody": body(&json!({"data": [sample, sample]}), many(new_book(false))),
                    "responses": {"201": document("array", json!({"data": [book_of("8"), book_of("9")]}), json!({"book": link("books.get", "book_id", "/data/0/id")}))}}}},
        "patch": {"operationId": "books.update_bulk", "requestBody": body(&json!({"data": [{"type": "books", "id": "7", "attributes": {"pages": 11}}]}), many(new_book(true))),
            "responses": {"200": document("array", json!({"data": [book_of("7")]}), json!({})), "404": error("404", json!({}))}},
        "delete": {"operationId": "books.delete_bulk", "x-probity-atomic": true, "requestBody": body(&json!({"data": [{"type": "books", "id": "7"}]}), many(new_book(true))),
            "responses": {"204": {"description": "gone"}, "404": error("404", json!({}))}},
    })
}

fn book() -> Value {
    json!({
        "parameters": [path("book_id", "books", "7")],
        "get": {"operationId": "books.get", "responses": {"200": document("object", json!({"data": book_of("7")}), json!({})), "400": error("400", json!({})), "404": error("404", json!({}))},
            "x-probity-when": {"400": [{"trigger": "malformed-id", "or": [404]}, {"trigger": "undocumented-parameter", "at": "include"}]}},
        "patch": {"operationId": "books.update", "requestBody": body(&json!({"data": {"type": "books", "id": "7", "attributes": {"pages": 11}}}), wrapped(&new_book(true))),
            "responses": {"200": document("object", json!({"data": book_of("7")}), json!({})), "400": error("400", json!({})), "404": error("404", json!({})), "409": error("409", json!({}))}},
        "delete": {"operationId": "books.delete", "responses": {"204": {"description": "gone"}, "403": error("403", json!({})), "404": error("404", json!({}))},
            "x-probity-when": {"403": ["limited-credentials", "other-owner"]}},
    })
}

fn linkage() -> Value {
    let example = json!({"data": [{"type": "authors", "id": "3"}]});
    let written = || body(&example, json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array"}}}));
    let refused = || json!({"204": {"description": "done"}, "404": error("404", json!({}))});
    json!({
        "parameters": [path("book_id", "books", "7")],
        "get": {"operationId": "books.authors_linkage", "responses": {"200": document("array", example.clone(), json!({})), "404": error("404", json!({}))}},
        "post": {"operationId": "books.add_authors", "requestBody": written(), "responses": refused()},
        "patch": {"operationId": "books.replace_authors", "requestBody": written(), "responses": refused()},
        "delete": {"operationId": "books.remove_authors", "requestBody": written(), "responses": refused()},
    })
}

pub(super) fn suite() -> Value {
    let account = json!({"key": {"basic": {"username": "U", "password": "P"}}, "tenant": {"value": {"env": "T"}}});
    json!({"name": "library", "contract": "x", "accounts": {"full": account, "limited": account, "other": account}, "given": {"prints": [{"env": "OLD", "state": "expired"}]}})
}

pub(super) fn asker(faults: &[&str]) -> Asker {
    Asker::new(&library(), suite(), MEDIA, Vec::new(), faults)
}

/// A valid book.
pub(super) fn written(title: &str, authors: &[&str]) -> Value {
    let linkage: Vec<Value> = authors.iter().map(|id| json!({"type": "authors", "id": id})).collect();
    json!({"data": {"type": "books", "attributes": {"title": title}, "relationships": {"authors": {"data": linkage}}}})
}

/// The id of a new author.
pub(super) fn author(asker: &Asker) -> String {
    id(&asker.ask("POST", "/authors", &json!({"data": {"type": "authors", "attributes": {"name": "B. Other"}}}), 201))
}

#[test]
fn a_book_lives_and_is_gone() {
    let asker = asker(&[]);
    let author = author(&asker);
    let made = asker.ask("POST", "/books", &written("First", &[&author]), 201);
    let id = id(&made);
    assert_eq!(made.json().pointer("/data/attributes"), Some(&json!({"title": "First", "added_at": "2024-01-01"})));
    assert_eq!(made.json().pointer("/data/links/self"), Some(&json!(format!("/books/{id}"))));
    let book = asker.get(&format!("/books/{id}"), 200);
    assert_eq!(book, made.json());
    let changed = asker.ask("PATCH", &format!("/books/{id}"), &json!({"data": {"type": "books", "id": id, "attributes": {"pages": 12}}}), 200);
    assert_eq!(changed.json().pointer("/data/attributes/title"), Some(&json!("First")));
    assert_eq!(asker.get(&format!("/books/{id}"), 200).pointer("/data/attributes/pages"), Some(&json!(12)));
    asker.ask("DELETE", &format!("/books/{id}"), &Value::Null, 204);
    asker.get(&format!("/books/{id}"), 404);
    assert_eq!(asker.get("/books", 200)["data"], json!([]));
}

#[test]
fn several_books_at_once_and_page_by_page() {
    let asker = asker(&[]);
    let author = author(&asker);
    let item = |title: &str| written(title, &[&author])["data"].clone();
    let made = asker.ask("POST", "/books", &json!({"data": [item("One"), item("Two"), item("Three")]}), 201).json();
    let ids: Vec<String> = (0..3).filter_map(|index| made.pointer(&format!("/data/{index}/id"))?.as_str().map(str::to_owned)).collect();
    let first = asker.get("/books?page%5Blimit%5D=2", 200);
    assert_eq!(first["data"].as_array().map(Vec::len), Some(2));
    let next = first.pointer("/links/next").and_then(Value::as_str).unwrap();
    let second = asker.get(next, 200);
    assert_eq!((second.pointer("/data/0/id"), &second["links"]["next"]), (Some(&json!(ids[2])), &Value::Null));
    assert_eq!(asker.get(&format!("/books?filter%5Bids%5D={},{}", ids[0], ids[2]), 200)["data"].as_array().map(Vec::len), Some(2));
    let renamed = json!({"data": [{"type": "books", "id": ids[0], "attributes": {"title": "Uno"}}]});
    assert_eq!(asker.ask("PATCH", "/books", &renamed, 200).json().pointer("/data/0/attributes/title"), Some(&json!("Uno")));
    asker.ask("DELETE", "/books", &json!({"data": [{"type": "books", "id": ids[0]}, {"type": "books", "id": ids[1]}]}), 204);
    asker.get(&format!("/books/{}", ids[1]), 404);
    asker.ask("DELETE", "/books", &json!({"data": [{"type": "books", "id": ids[1]}]}), 404);
}

#[test]
fn relationships_are_read_and_written() {
    let asker = asker(&[]);
    let (one, other) = (author(&asker), author(&asker));
    let id = id(&asker.ask("POST", "/books", &written("Linked", &[&one]), 201));
    let linkage = format!("/books/{id}/relationships/authors");
    let named = |ids: &[&str]| json!({"data": ids.iter().map(|id| json!({"type": "authors", "id": id})).collect::<Vec<_>>()});
    assert_eq!(asker.get(&linkage, 200), named(&[&one]));
    asker.ask("POST", &linkage, &named(&[&other, &one]), 204);
    assert_eq!(asker.get(&linkage, 200), named(&[&one, &other]));
    assert_eq!(asker.get(&format!("/books/{id}/authors"), 200).pointer("/data/1/attributes/name"), Some(&json!("B. Other")));
    asker.ask("DELETE", &linkage, &named(&[&one]), 204);
    assert_eq!(asker.get(&linkage, 200), named(&[&other]));
    asker.ask("DELETE", &format!("/authors/{other}"), &Value::Null, 204);
    assert_eq!(asker.get(&linkage, 200), named(&[]));
    asker.ask("PATCH", &linkage, &named(&[&one, &one]), 204);
    assert_eq!(asker.get(&linkage, 200), named(&[&one]));
    asker.ask("PATCH", &linkage, &named(&[]), 204);
    assert_eq!(asker.get(&format!("/books/{id}"), 200).pointer("/data/relationships/authors/data"), Some(&json!([])));
}

#[test]
fn a_print_is_waited_for_and_an_old_one_has_expired() {
    let asker = asker(&[]);
    let made = asker.ask("POST", "/prints", &json!({"data": {"type": "prints", "attributes": {"pages": 2}}}), 202);
    let address = made.header("location").unwrap().to_owned();
    assert_eq!(address, format!("/prints/{}", id(&made)));
    assert_eq!(asker.get(&address, 200).pointer("/data/attributes/state"), Some(&json!("waiting")));
    asker.get(&format!("{address}/file"), 404);
    let done = asker.ask("GET", &address, &Value::Null, 303);
    assert_eq!(done.header("location"), Some(format!("{address}/file").as_str()));
    let there = asker.ask("GET", &format!("{address}/file"), &Value::Null, 303);
    let file = asker.ask("GET", there.header("location").unwrap(), &Value::Null, 200);
    assert_eq!(file.body, b"Two pages.");
    let old = &asker.mock.given_ids()["prints"][0];
    assert_eq!(asker.get(&format!("/prints/{old}"), 200).pointer("/data/attributes/state"), Some(&json!("timed out")));
    asker.get(&format!("/prints/{old}/file"), 410);
}

#[test]
fn what_nothing_can_make_is_there_from_the_start() {
    let asker = asker(&[]);
    assert_eq!(asker.get("/shelves/S-1", 200).pointer("/data/attributes/room"), Some(&json!("east")));
    asker.get("/shelves/S-2", 404);
}

#[test]
fn states_that_forbid_an_operation_are_kept() {
    let asker = asker(&[]);
    let author = author(&asker);
    let id = id(&asker.ask("POST", "/books", &written("Wanted", &[&author]), 201));
    asker.ask("POST", &format!("/books/{id}/give_back"), &Value::Null, 400);
    asker.ask("POST", &format!("/books/{id}/lend"), &Value::Null, 204);
    asker.ask("POST", &format!("/books/{id}/lend"), &Value::Null, 409);
    asker.ask("POST", &format!("/books/{id}/give_back"), &Value::Null, 204);
    asker.ask("DELETE", &format!("/authors/{author}"), &Value::Null, 409);
    asker.ask("DELETE", &format!("/books/{id}"), &Value::Null, 204);
    asker.ask("DELETE", &format!("/authors/{author}"), &Value::Null, 204);
}

#[test]
fn one_request_more_than_the_limit_is_refused() {
    let asker = Asker::new(&library(), suite(), MEDIA, vec![RateLimit { requests: 2, seconds: 60 }], &[]);
    asker.get("/books", 200);
    asker.get("/books", 200);
    let refused = asker.ask("GET", "/books", &Value::Null, 429);
    let wait: u64 = refused.header("x-wait").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    let mut unknown = asker.request("GET", "/books", &Value::Null);
    unknown.headers.clear();
    assert_eq!(asker.mock.answer(unknown).status, 401);
    assert_eq!(asker.mock.requests(), 4);
}
