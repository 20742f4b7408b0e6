//! Tests of each refusal, provoked by one fault, and that nothing is changed by it.

use serde_json::{Value, json};

use super::library::{asker, author, written};
use super::{Asker, id, source};

/// Asks something wrong and has the state compared before and after.
fn refused(asker: &Asker, method: &str, address: &str, body: &Value, status: u16) -> Value {
    let before = asker.mock.snapshot();
    let answer = asker.ask(method, address, body, status);
    assert_eq!(asker.mock.snapshot(), before, "{method} {address} changed something");
    source(&answer)
}

/// A contract of one operation, with these members of its only response.
fn lone(status: &str, content: &Value) -> Asker {
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "example": 1}}]);
    let responses = json!({"200": {"description": "d"}, status: {"description": "d", "content": content}});
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
        "paths": {"/things/{id}": {"get": {"operationId": "get", "parameters": id, "responses": responses}}}
    });
    let suite = json!({"name": "t", "contract": "contract.yaml"});
    Asker::new(&super::contract(document), suite, "application/json", Vec::new(), &[])
}

#[test]
fn a_refusal_in_json_api_has_errors_though_its_schema_asks_for_none() {
    let schema = json!({"type": "object", "properties": {"errors": {"type": "array", "items": {"type": "object"}}}});
    let asker = lone("400", &json!({"application/vnd.api+json": {"schema": schema}}));
    assert_eq!(asker.get("/things/x", 400)["errors"][0]["status"], "400");
}

#[test]
fn another_example_is_shown_where_the_first_one_does_not_fit() {
    // No value can be made for the pattern, which takes nothing that can be guessed.
    let schema = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "format": "uuid", "not": {"pattern": "^[^7]"}}}});
    let examples = json!({"failed": {"value": {"error": "e"}}, "right": {"value": {"a": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}}});
    let asker = lone("200", &json!({"application/json": {"schema": schema, "examples": examples}}));
    assert!(asker.get("/things/1", 200)["a"].is_string());
}

#[test]
fn bodies_are_told_apart_by_what_is_wrong_with_them() {
    let asker = asker(&[]);
    let author = author(&asker);
    asker.ask("POST", "/books", &written("Taken", &[&author]), 201);
    let valid = written("Free", &[&author]);
    let with = |at: &str, value: Value| {
        let mut body = valid.clone();
        let (parent, name) = at.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        body
    };
    let cases = [
        (json!({}), 400, "/data"),
        (with("/data/type", json!("other")), 409, "/data/type"),
        (with("/data/attributes", json!({})), 400, "/data/attributes/title"),
        (with("/data/attributes/title", json!(1)), 400, "/data/attributes/title"),
        (with("/data/attributes/title", json!("")), 400, "/data/attributes/title"),
        (with("/data/attributes/sort", json!("essay")), 400, "/data/attributes/sort"),
        (with("/data/attributes/pages", json!(10_000)), 400, "/data/attributes/pages"),
        (with("/data/attributes/title", json!("Taken")), 409, "/data/attributes/title"),
        (written("Free", &["9999"]), 404, "/data/relationships/authors/data/0/id"),
    ];
    for (body, status, pointer) in cases {
        assert_eq!(refused(&asker, "POST", "/books", &body, status), json!({"pointer": pointer}), "{body}");
    }
}

#[test]
fn ids_and_parameters_are_looked_at() {
    let asker = asker(&[]);
    let author = author(&asker);
    let id = id(&asker.ask("POST", "/books", &written("Known", &[&author]), 201));
    let other = json!({"data": {"type": "books", "id": "1", "attributes": {"pages": 1}}});
    assert_eq!(refused(&asker, "PATCH", &format!("/books/{id}"), &other, 409), json!({"pointer": "/data/id"}));
    assert_eq!(refused(&asker, "GET", "/books/4711", &Value::Null, 404), json!({"parameter": "book_id"}));
    assert_eq!(refused(&asker, "GET", "/books?page%5Blimit%5D=many", &Value::Null, 400), json!({"parameter": "page[limit]"}));
    assert_eq!(refused(&asker, "GET", "/books?sort=colour", &Value::Null, 400), json!({"parameter": "sort"}));
    refused(&asker, "GET", "/books?page%5Blimit%5D=51", &Value::Null, 400);
    asker.get("/books?unheard=of", 200);
}

#[test]
fn routes_methods_and_media_types_are_looked_at() {
    let asker = asker(&[]);
    refused(&asker, "GET", "/nothing", &Value::Null, 404);
    let answer = asker.ask("PUT", "/books", &Value::Null, 405);
    assert_eq!(answer.header("allow"), Some("DELETE, GET, PATCH, POST"));
    let mut text = asker.request("POST", "/books", &written("x", &[]));
    text.headers.retain(|(name, _)| name != "Content-Type");
    let silent = text.clone();
    text.headers.push(("Content-Type".to_owned(), "text/plain".to_owned()));
    assert_eq!(asker.mock.answer(text).status, 415);
    assert_eq!(asker.mock.answer(silent).status, 201, "the contract has nothing to say of a missing media type");
    let mut cut = asker.request("POST", "/books", &written("y", &[]));
    cut.body.truncate(20);
    assert_eq!(asker.mock.answer(cut).status, 400);
}

#[test]
fn strangers_and_those_without_permission_are_refused() {
    let asker = asker(&[]);
    let mut wrong = asker.request("GET", "/books", &Value::Null);
    wrong.headers.retain(|(name, _)| name != "Authorization");
    let absent = wrong.clone();
    let mut limited = wrong.clone();
    wrong.headers.push(("Authorization".to_owned(), "Basic AAAA".to_owned()));
    limited.headers.push(("Authorization".to_owned(), "Basic cHJvYml0eS1saW1pdGVkOnByb2JpdHktc2VjcmV0LWxpbWl0ZWQ=".to_owned()));
    let mut tenantless = asker.request("GET", "/books", &Value::Null);
    tenantless.headers.retain(|(name, _)| name != "X-Tenant");
    for (request, status) in [(absent, 401), (wrong, 401), (tenantless, 401), (limited, 403)] {
        let answer = asker.mock.answer(request);
        assert_eq!((answer.status, answer.header("www-authenticate").is_some()), (status, status == 401));
    }
}

#[test]
fn what_an_account_has_made_is_not_there_for_another_where_the_contract_says_so() {
    let asker = asker(&[]);
    let by_other = |method: &str, address: &str, body: &Value| {
        let mut request = asker.request(method, address, body);
        request.headers.retain(|(name, _)| name != "Authorization");
        request.headers.push(("Authorization".to_owned(), "Basic cHJvYml0eS1vdGhlcjpwcm9iaXR5LXNlY3JldC1vdGhlcg==".to_owned()));
        asker.mock.answer(request)
    };
    let author = author(&asker);
    let mine = id(&asker.ask("POST", "/books", &written("Mine", &[&author]), 201));
    let theirs = by_other("POST", "/books", &written("Theirs", &[&author]));
    assert_eq!(theirs.status, 201, "the other account has rights of its own");
    let theirs = id(&theirs);
    assert_eq!(by_other("DELETE", &format!("/books/{mine}"), &Value::Null).status, 403);
    asker.ask("DELETE", &format!("/books/{theirs}"), &Value::Null, 403);
    // The contract calls nothing but the deletion private.
    assert_eq!(by_other("GET", &format!("/books/{mine}"), &Value::Null).status, 200);
    assert_eq!(by_other("DELETE", &format!("/books/{theirs}"), &Value::Null).status, 204);
    asker.ask("DELETE", &format!("/books/{mine}"), &Value::Null, 204);
}
