//! A 404 for a nested resource at an odd address proves nothing about what was made.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::foreign::server::{Asked, Server, said};

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Reviews, version: '1'}
paths:
  /books:
    post:
      operationId: books.create
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}, example: {name: A book}}}}
      responses:
        '201':
          description: made
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
          links:
            reviews: {operationId: reviews.create, parameters: {book_id: '$response.body#/id'}}
            review: {operationId: reviews.get, parameters: {book_id: '$response.body#/id'}}
            gone: {operationId: books.delete, parameters: {book_id: '$response.body#/id'}}
  /books/{book_id}:
    parameters: [{name: book_id, in: path, required: true, schema: {type: string}, example: b1}]
    delete:
      operationId: books.delete
      responses: {'204': {description: gone}, '404': {description: none}}
  /books/{book_id}/reviews:
    parameters: [{name: book_id, in: path, required: true, schema: {type: string}, example: b1}]
    post:
      operationId: reviews.create
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}, example: {name: A review}}}}
      responses:
        '201':
          description: made
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
          links:
            review: {operationId: reviews.get, parameters: {review_id: '$response.body#/id'}}
            gone: {operationId: reviews.delete, parameters: {review_id: '$response.body#/id'}}
        '404': {description: none}
  /books/{book_id}/reviews/{review_id}:
    parameters:
      - {name: book_id, in: path, required: true, schema: {type: string}, example: b1}
      - {name: review_id, in: path, required: true, schema: {type: string}, example: r1}
    get:
      operationId: reviews.get
      responses: {'200': {description: found, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}, '404': {description: none}}
    delete:
      operationId: reviews.delete
      responses: {'204': {description: gone}, '404': {description: none}}
components:
  schemas:
    Thing: {type: object, required: [name], properties: {id: {type: string}, name: {type: string}}}
";

fn right(things: &Mutex<BTreeMap<String, Value>>, asked: &Asked) -> (u16, Value) {
    let mut things = things.lock().unwrap();
    let path = asked.path.trim_end_matches('/').to_owned();
    let above = path.strip_suffix("/reviews").unwrap_or("/books");
    match asked.method.as_str() {
        "POST" if above == "/books" || things.contains_key(above) => {
            let name = asked.body.as_ref().and_then(|body| body.get("name")).filter(|name| name.is_string());
            let Some(name) = name else { return (404, Value::Null) };
            let id = format!("x{}", things.len());
            let thing = json!({"id": id, "name": name});
            things.insert(format!("{path}/{id}"), thing.clone());
            (201, thing)
        }
        "GET" => things.get(&path).map_or((404, Value::Null), |thing| (200, thing.clone())),
        "DELETE" if things.remove(&path).is_some() => (204, Value::Null),
        _ => (404, Value::Null),
    }
}

#[test]
fn an_odd_address_says_nothing_of_what_is_there() {
    let things = Mutex::default();
    let server = Server::start("nested", CONTRACT, move |asked| right(&things, asked));
    for seed in ["1", "2", "3"] {
        let report = server.run(&["--cases", "30", "--seed", seed]);
        let state: Vec<&str> = report.cells.iter().flat_map(|cell| &cell.findings).map(|finding| finding.message.as_str()).collect();
        assert!(!state.iter().any(|message| message.contains("does not know it")), "{state:#?}");
        assert!(!said(&report).iter().any(|line| line.contains("reviews.get 200")), "{:#?}", said(&report));
    }
}
