//! No faulty request is sent to a resource that the run did not make.

use serde_json::{Value, json};

use crate::server::{Asked, Server, said};

/// Books of which the contract names one as its example; every operation documents what is refused.
const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Books, version: '1'}
SECURITY
paths:
  /books:
    post:
      operationId: books.create
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
      responses:
        '201':
          description: made
          content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}
          links: {book: {operationId: books.get, parameters: {book_id: '$response.body#/id'}}}
        '400': {description: refused}
        '401': {description: unknown}
  /books/{book_id}:
    parameters: [{name: book_id, in: path, required: true, schema: {type: integer}, example: 1}]
    get:
      operationId: books.get
      responses: {'200': {description: found, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}, '401': {description: unknown}, '404': {description: none}}
    put:
      operationId: books.replace
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
      responses: {'200': {description: replaced}, '400': {description: refused}, '401': {description: unknown}, '404': {description: none}, '415': {description: another type}}
    delete:
      operationId: books.delete
      responses: {'204': {description: gone}, '401': {description: unknown}, '404': {description: none}}
components:
  schemas:
    Book: {type: object, required: [title], properties: {id: {type: integer}, title: {type: string}}}
";

/// A server with one book that belongs to another user. It makes no other, and lets everybody do everything with that one.
fn answer(asked: &Asked) -> (u16, Value) {
    match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/books") => (400, Value::Null),
        ("DELETE", "/books/1") => (204, Value::Null),
        ("GET" | "PUT", "/books/1") => (200, json!({"id": 1, "title": "Somebody's"})),
        _ => (404, Value::Null),
    }
}

/// The writes on another user's book, and what is said, when a contract with this security is run against the server.
fn touched(name: &str, security: &str, schemes: &str) -> (Vec<String>, Vec<String>) {
    let contract = CONTRACT.replace("SECURITY\n", security) + schemes;
    let server = Server::start(name, &contract, answer);
    let credentials = server.write("credentials", "PROBITY_KEY=the-key-of-somebody\n");
    let report = server.run(&["--thorough", "--credentials", &credentials]);
    let seen = server.seen();
    assert!(seen.iter().any(|line| line == "POST /books"), "{seen:?}");
    let writes = seen.into_iter().filter(|line| line.ends_with("/books/1") && !line.starts_with("GET"));
    (writes.collect(), said(&report))
}

#[test]
fn what_nobody_has_to_be_known_for_is_no_reason_to_touch_it() {
    let (writes, said) = touched("open", "", "");
    assert!(writes.is_empty(), "{writes:?}\n{said:#?}");
    assert!(!said.iter().any(|line| line.contains("violates")), "nothing is wrong with the server: {said:#?}");
}

#[test]
fn who_is_not_known_names_what_is_not_there() {
    let schemes = "  securitySchemes: {key: {type: apiKey, in: header, name: x-key}}\n";
    let (writes, said) = touched("key", "security: [{key: []}]\n", schemes);
    assert!(writes.is_empty(), "{writes:?}\n{said:#?}");
}
