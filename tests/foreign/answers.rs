//! Servers that answer in ways which a contract leaves open are not accused, and what they make is found.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::server::{Asked, Server, said, verdict};

/// A contract of these paths, whose things have an id and a name.
fn contract(paths: &str) -> String {
    let thing = "{type: object, required: [name], properties: {id: {type: string}, name: {type: string}}}";
    format!("openapi: 3.1.0\ninfo: {{title: Things, version: '1'}}\ncomponents: {{schemas: {{Thing: {thing}}}}}\npaths:\n{paths}")
        .replace("BODY", "{required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}")
        .replace("THING", "{description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}")
        .replace("ID", "[{name: id, in: path, required: true, schema: {type: string}}]")
}

const ITEM: &str = "
  /things/{id}:
    parameters: ID
    get: {operationId: get, responses: {'200': THING, '404': {description: none}}}
    delete: {operationId: drop, responses: {'204': {description: gone}, '404': {description: none}}}
";

/// Things by id; each gets the next number.
#[derive(Default)]
struct Things(Mutex<(u64, BTreeMap<String, Value>)>);

impl Things {
    fn add(&self, sent: &Value) -> Value {
        let mut things = self.0.lock().unwrap();
        things.0 += 1;
        let id = things.0.to_string();
        let thing = json!({"id": id, "name": sent["name"]});
        things.1.insert(id, thing.clone());
        thing
    }

    fn clear(&self) {
        self.0.lock().unwrap().1.clear();
    }

    /// GET and DELETE of one.
    fn one(&self, asked: &Asked) -> (u16, Value) {
        let mut things = self.0.lock().unwrap();
        let id = asked.path.rsplit('/').next().unwrap_or_default();
        match (asked.method.as_str(), things.1.get(id).cloned()) {
            (_, None) => (404, Value::Null),
            ("DELETE", _) => {
                things.1.remove(id);
                (204, Value::Null)
            }
            ("GET", Some(thing)) => (200, thing),
            _ => (405, Value::Null),
        }
    }
}

fn violations(lines: &[String]) -> Vec<&String> {
    lines.iter().filter(|line| line.contains("violates")).collect()
}

#[test]
fn a_second_run_against_the_same_database_blames_nobody() {
    let paths = "  /codes:
    post:
      operationId: make
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [isbn], properties: {isbn: {type: string}}}, example: {isbn: '978'}}}}
      responses: {'201': {description: made}, '409': {description: it is there already}}
  /setting:
    get: {operationId: setting, responses: {'200': {description: set}, '404': {description: not set}}}
";
    let taken = Mutex::new(Vec::new());
    let server = Server::start("twice", &contract(paths), move |asked| {
        let mut taken = taken.lock().unwrap();
        match (asked.path.as_str(), &asked.body) {
            ("/codes", Some(body)) if taken.contains(body) => (409, Value::Null),
            ("/codes", Some(body)) => {
                taken.push(body.clone());
                (201, Value::Null)
            }
            _ => (404, Value::Null),
        }
    });
    assert_eq!(verdict(&server.run(&["--allow", "all"]), "make", 201), "conforms");
    let second = server.run(&["--allow", "all"]);
    assert_eq!((verdict(&second, "make", 201), verdict(&second, "setting", 200)), ("unreached", "unreached"), "{:#?}", said(&second));
    assert_eq!(second.findings.len(), 0);
}

#[test]
fn what_sweeps_everything_away_comes_when_nothing_is_needed_any_more() {
    let paths = format!(
        "  /things:\n    post: {{operationId: make, requestBody: BODY, responses: {{'201': THING}}}}\n{ITEM}  /things/bulk_delete:\n    post: {{operationId: sweep, responses: {{'200': {{description: done}}}}}}\n"
    );
    let things = Things::default();
    let server = Server::start("sweep", &contract(&paths), move |asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/things") => (201, things.add(&asked.body.clone().unwrap_or_default())),
        ("POST", _) => {
            things.clear();
            (200, Value::Null)
        }
        _ => things.one(asked),
    });
    let report = server.run(&["--allow", "all"]);
    let lines = said(&report);
    assert!(violations(&lines).is_empty(), "{lines:#?}\n{:#?}", server.seen());
    for (operation, status) in [("get", 200), ("drop", 204), ("sweep", 200)] {
        assert_eq!(verdict(&report, operation, status), "conforms", "{operation}: {lines:#?}");
    }
}

#[test]
fn what_is_made_is_found_in_wrappers_and_removed() {
    let made = "{description: made, content: {application/json: {schema: {type: object, properties: {status: {type: string}, data: {type: object, properties: {thing: {$ref: '#/components/schemas/Thing'}}}}}}}}";
    let paths = format!("  /things:\n    post: {{operationId: make, requestBody: BODY, responses: {{'201': {made}}}}}\n{ITEM}");
    let things = Things::default();
    let server = Server::start("wrapped", &contract(&paths), move |asked| match asked.method.as_str() {
        "POST" if asked.body.as_ref().is_some_and(|body| body["name"].is_string()) => {
            (201, json!({"status": "ok", "data": {"thing": things.add(&asked.body.clone().unwrap_or_default())}}))
        }
        "POST" => (400, Value::Null),
        _ => things.one(asked),
    });
    let report = server.run(&[]);
    assert_eq!((verdict(&report, "get", 200), verdict(&report, "drop", 204)), ("conforms", "conforms"), "{:#?}", said(&report));
    assert!(report.left.is_empty(), "{:#?}", report.left);
}

#[test]
fn what_a_list_shows_is_read_where_nothing_can_be_made_and_never_written_to() {
    let list = "{description: all, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}";
    let paths = format!(
        "  /things:\n    get: {{operationId: list, responses: {{'200': {list}}}}}\n    post: {{operationId: make, requestBody: BODY, responses: {{'201': THING}}}}\n{ITEM}"
    );
    let things = Things::default();
    let somebodys = things.add(&json!({"name": "Somebody's"}));
    let server = Server::start("refused", &contract(&paths), move |asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("GET", "/things") => (200, json!([somebodys])),
        ("POST", _) => (402, Value::Null),
        _ => things.one(asked),
    });
    let report = server.run(&["--allow", "all"]);
    assert_eq!(verdict(&report, "get", 200), "conforms", "{:#?}", said(&report));
    assert!(!server.seen().contains(&"DELETE /things/1".to_owned()), "{:#?}", server.seen());
}

#[test]
fn what_has_no_path_of_its_own_is_made_for_what_stands_below_it() {
    let paths = "  /carts:
    post: {operationId: carts.make, responses: {'201': {description: made, content: {application/json: {schema: {type: object, properties: {cartId: {type: string}}}}}}}}
  /carts/{cartId}/items:
    parameters: [{name: cartId, in: path, required: true, schema: {type: string}}]
    get: {operationId: items.list, responses: {'200': {description: all}, '404': {description: no such cart}}}
";
    let server = Server::start("below", &contract(paths), |asked| match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/carts") => (201, json!({"cartId": "c7"})),
        ("GET", "/carts/c7/items") => (200, Value::Null),
        _ => (404, Value::Null),
    });
    let report = server.run(&["--allow", "all"]);
    assert_eq!(verdict(&report, "items.list", 200), "conforms", "{:#?}", said(&report));
}

#[test]
fn a_cursor_is_no_address() {
    let page = "{description: a page, content: {application/json: {schema: {type: object, properties: {items: {type: array, items: {$ref: '#/components/schemas/Thing'}}, next: {type: [string, 'null']}}}}}}";
    let query = "[{name: limit, in: query, schema: {type: integer, minimum: 1}}, {name: cursor, in: query, schema: {type: string}}]";
    let paths = format!("  /things:\n    get: {{operationId: list, parameters: {query}, responses: {{'200': {page}}}}}\n");
    let server = Server::start("cursor", &contract(&paths), |asked| match asked.path.as_str() {
        "/things" => (200, json!({"items": [], "next": "bzoxMA=="})),
        _ => (404, Value::Null),
    });
    let report = server.run(&[]);
    assert_eq!(verdict(&report, "list", 200), "conforms", "{:#?}", said(&report));
    assert!(server.seen().iter().all(|line| line == "GET /things"), "{:#?}", server.seen());
}
