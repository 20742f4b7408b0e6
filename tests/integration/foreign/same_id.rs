//! Servers that hold the id in the body against the one in the path: where the path is to name nothing, both do.

use serde_json::{Value, json};

use crate::foreign::server::{Asked, Server, said, verdict};

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Books, version: '1'}
paths:
  /books:
    post:
      operationId: make
      requestBody: {required: true, content: {application/vnd.api+json: {schema: {type: object}, example: {data: {type: books, attributes: {name: A book}}}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {type: object, properties: {data: {type: object, properties: {id: {type: string}}}}}}}}}
  /books/{bookId}:
    parameters: [{name: bookId, in: path, required: true, schema: {type: string}, example: '1'}]
    patch:
      operationId: change
      requestBody: {required: true, content: {application/vnd.api+json: {schema: {type: object}, example: {data: {type: books, id: '1', attributes: {name: A book}}}}}}
      responses: {'200': {description: changed}, '400': {description: wrong}, '404': {description: none}}
    delete: {operationId: remove, responses: {'204': {description: gone}}}
";

#[test]
fn an_id_that_names_nothing_is_the_same_in_path_and_body() {
    let server = Server::start("same-id", CONTRACT, |asked: &Asked| {
        let named = asked.body.as_ref().and_then(|body| body.pointer("/data/id"));
        match (asked.method.as_str(), asked.path.strip_prefix("/books/")) {
            ("POST", _) => (201, json!({"data": {"type": "books", "id": "7"}})),
            ("DELETE", _) => (204, Value::Null),
            (_, Some(id)) if named.and_then(Value::as_str) != Some(id) => (400, json!({"error": "the ids differ"})),
            (_, Some("7")) => (200, json!({"data": {"type": "books", "id": "7"}})),
            _ => (404, Value::Null),
        }
    });
    let report = server.run(&["--allow-writes"]);
    assert_eq!(verdict(&report, "change", 404), "conforms", "{:?}", said(&report));
}
