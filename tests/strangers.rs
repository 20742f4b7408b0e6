//! What the run did not make is left alone by every request that has a fault, also where nothing of the run's own is there to
//! name in its place.

mod support;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::Response;
use support::{Folder, text};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

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

/// Asks everybody for a key.
const KEY: &str = "security: [{key: []}]";

type Seen = Arc<Mutex<Vec<String>>>;

/// A server with one book that belongs to somebody. It makes no other, and lets everybody do everything with that one.
async fn answer(State(seen): State<Seen>, request: Request<Body>) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    seen.lock().unwrap().push(format!("{method} {path}"));
    let status = match (method.as_str(), path.as_str()) {
        ("POST", "/books") => 400,
        ("DELETE", "/books/1") => 204,
        ("GET" | "PUT", "/books/1") => 200,
        _ => 404,
    };
    let body = if status == 200 { r#"{"id": 1, "title": "Somebody's"}"# } else { "" };
    let answer = Response::builder().status(status).header("content-type", "application/json");
    answer.body(Body::from(body)).unwrap()
}

/// The writes on somebody's book, and what was said, when a contract with this line is run against the server.
fn touched(name: &str, security: &str, more: &[&str]) -> (Vec<String>, String) {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = Seen::default();
    let router = Router::new().fallback(answer).with_state(Arc::clone(&seen));
    runtime.spawn(async { axum::serve(listener, router).await });
    let folder = Folder::new(&format!("strangers-{name}"));
    let security = if security.is_empty() { String::new() } else { format!("{security}\n") };
    let contract = CONTRACT.replace("SECURITY\n", &security);
    let contract =
        contract + if security.is_empty() { "" } else { "  securitySchemes: {key: {type: apiKey, in: header, name: x-key}}\n" };
    folder.write("contract.yaml", contract);
    let words = [&["run", "--contract", "contract.yaml", "--target", &url, "--retries", "0"], more].concat();
    let output = folder.command(&words).env("PROBITY_KEY", "the-key-of-somebody").output().expect("the command runs");
    let seen = seen.lock().unwrap();
    assert!(seen.iter().any(|line| line == "POST /books"), "{}", text(&output));
    let writes = seen.iter().filter(|line| line.ends_with("/books/1") && !line.starts_with("GET")).cloned();
    (writes.collect(), text(&output))
}

#[test]
fn what_nobody_has_to_be_known_for_is_no_reason_to_touch_it() {
    let (writes, said) = touched("open", "", &["--thorough"]);
    assert!(writes.is_empty(), "{writes:?}\n{said}");
    assert!(!said.contains("violates"), "nothing is wrong with the server: {said}");
}

#[test]
fn who_is_not_known_names_what_is_not_there() {
    let (writes, said) = touched("key", KEY, &["--thorough"]);
    assert!(writes.is_empty(), "{writes:?}\n{said}");
}
