//! What is sent is what the contract describes: values where and as it says, nothing that only answers hold.

use std::collections::BTreeMap;

use probity::cli::{Specification, assemble, record, run_args};
use probity::model::report::Report;
use serde_json::{Value, json};

use crate::foreign::server::{Asked, Server, said, verdict};
use crate::support::Folder;

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n";

/// The report of a run against the embedded mock.
fn on_mock(name: &str, contract: &str) -> Report {
    let folder = Folder::new(&format!("foreign-mock-{name}"));
    folder.write("contract.yaml", contract);
    let (contract, state) = (folder.0.join("contract.yaml"), folder.0.join("state"));
    let args = ["--target", "mock", "--contract", contract.to_str().expect("a path"), "--state", state.to_str().expect("a path")];
    let args = run_args(&args).expect("arguments");
    let subject = Specification::load(&args.scope.files).expect("the contract");
    let recording = record(&args, &subject).unwrap_or_else(|stop| panic!("{stop}"));
    assemble(&subject, &recording)
}

/// Each operation that did not come to its status, with what is said of it.
fn missed(report: &Report, operations: &[&str], status: u16) -> Vec<String> {
    let missed = operations.iter().filter(|operation| verdict(report, operation, status) != "conforms");
    missed.map(|operation| format!("{operation}: {}; {:?}", verdict(report, operation, status), said(report))).collect()
}

/// One `GET` with one parameter for each operation, and what its request looks like on the way.
const PARAMETERS: &[(&str, &str, &str)] = &[
    ("pipe", "in: query, style: pipeDelimited, explode: false, schema: {type: array, items: {type: integer}}, example: [3, 4]", "/pipe?v=3%7C4"),
    (
        "space",
        "in: query, style: spaceDelimited, explode: false, schema: {type: array, items: {type: string}}, example: [red, blue]",
        "/space?v=red%20blue",
    ),
    ("comma", "in: query, explode: false, schema: {type: array, items: {type: string}}, example: ['a,b', c]", "/comma?v=a%2Cb,c"),
    ("repeated", "in: query, schema: {type: array, items: {type: string}}, example: [a, b]", "/repeated?v=a&v=b"),
    ("deep", "in: query, style: deepObject, schema: {type: object, properties: {at: {type: string}}}, example: {at: open}", "/deep?v%5Bat%5D=open"),
    ("object", "in: query, explode: false, schema: {type: object, properties: {from: {type: integer}}}, example: {from: 1}", "/object?v=from,1"),
    (
        "spread",
        "in: query, schema: {type: object, properties: {from: {type: integer}, to: {type: integer}}}, example: {from: 1, to: 9}",
        "/spread?from=1&to=9",
    ),
    (
        "text",
        "in: query, content: {application/json: {schema: {type: object, properties: {a: {type: integer}}}, example: {a: 1}}}",
        "/text?v=%7B%22a%22%3A1%7D",
    ),
    ("label", "in: path, style: label, explode: true, schema: {type: array, items: {type: integer}}, example: [3, 4]", "/label/.3.4"),
    ("matrix", "in: path, style: matrix, schema: {type: integer}, example: 5", "/matrix/;v=5"),
    (
        "field",
        "in: header, explode: true, schema: {type: object, properties: {r: {type: integer}, g: {type: integer}}}, example: {r: 1, g: 2}",
        "v: r=1,g=2",
    ),
    ("cookie", "in: cookie, schema: {type: string}, example: 'nb; x'", "cookie: v=nb%3B%20x"),
];

fn parameters() -> String {
    let path = |name: &str, described: &str| {
        let path = if described.starts_with("in: path") { format!("/{name}/{{v}}") } else { format!("/{name}") };
        format!(
            "  {path}: {{get: {{operationId: {name}, parameters: [{{name: v, required: true, {described}}}], responses: {{'200': {{description: ok}}, '400': {{description: bad}}}}}}}}\n"
        )
    };
    let paths: String = PARAMETERS.iter().map(|(name, described, _)| path(name, described)).collect();
    format!("{HEAD}paths:\n{paths}")
}

#[test]
fn parameters_are_written_in_their_styles_and_the_mock_reads_them() {
    let server = Server::start("styles", &parameters(), |asked| {
        let wanted = PARAMETERS.iter().find(|(name, ..)| asked.path.split('/').nth(1) == Some(name)).map(|(.., wanted)| *wanted);
        let is_there = |wanted: &str| match wanted.split_once(": ") {
            Some((name, value)) => asked.headers.get(name).is_some_and(|sent| sent == value),
            // Which characters of a path are encoded is the client's choice (RFC 3986, section 2.4).
            None => asked.target == wanted || asked.target.replace("%3B", ";").replace("%3D", "=") == wanted,
        };
        (if wanted.is_some_and(is_there) { 200 } else { 400 }, Value::Null)
    });
    let operations: Vec<&str> = PARAMETERS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(missed(&server.run(&["--allow", "all"]), &operations, 200), Vec::<String>::new());
    let report = on_mock("styles", &parameters());
    assert_eq!(missed(&report, &operations, 200), Vec::<String>::new());
    // One that is left out is missed by the mock, however it is written.
    let missing = ["pipe", "space", "comma", "repeated", "deep", "object", "spread", "text"];
    assert_eq!(missed(&report, &missing, 400), Vec::<String>::new());
}

const FORMS: &str = r"paths:
  /charges:
    post:
      operationId: charge
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [amount, tags, meta, address, codes]
              properties:
                amount: {type: integer}
                tags: {type: array, items: {type: string}}
                meta: {type: object, properties: {order: {type: string}}}
                address: {type: object, properties: {line: {type: string}}}
                codes: {type: array, items: {type: string}}
            encoding: {meta: {style: deepObject, explode: true}, address: {contentType: application/json}, codes: {style: form, explode: false}}
            example: {amount: 5, tags: ['a b', 'c&d'], meta: {order: '77'}, address: {line: 'Main + 1'}, codes: [p, q]}
      responses: {'200': {description: ok}, '400': {description: bad}}
  /notes:
    post:
      operationId: note
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [text, tags, size, parts]
              properties: {text: {type: string}, tags: {type: array, items: {type: string}}, size: {type: integer}, parts: {type: array, items: {type: object}}}
            example: {text: T, tags: [a, b], size: 7, parts: [{x: 1}, {x: 2}]}
      responses: {'201': {description: ok}, '400': {description: bad}}
";

/// The parts of a form in the order in which they came, each with its type.
fn parts(text: &str) -> Vec<(String, String, String)> {
    let boundary = text.lines().next().unwrap_or_default();
    let one = |part: &str| {
        let (head, content) = part.split_once("\r\n\r\n")?;
        let name = head.split("name=\"").nth(1)?.split('"').next()?;
        let kind = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or_default();
        Some((name.to_owned(), kind.to_owned(), content.trim_end().to_owned()))
    };
    text.split(boundary).filter_map(one).collect()
}

#[test]
fn forms_are_written_as_their_encoding_says_and_the_mock_reads_them() {
    let contract = format!("{HEAD}{FORMS}");
    let server = Server::start("forms", &contract, |asked| {
        if asked.path == "/notes" {
            let part = |name: &str, kind: &str, content: &str| (name.to_owned(), kind.to_owned(), content.to_owned());
            let wanted = [part("text", "", "T"), part("tags", "", "a"), part("tags", "", "b"), part("size", "", "7")];
            let objects = [part("parts", "application/json", r#"{"x":1}"#), part("parts", "application/json", r#"{"x":2}"#)];
            return (if parts(&asked.text) == [&wanted[..], &objects].concat() { 201 } else { 400 }, Value::Null);
        }
        let wanted = "amount=5&tags=a+b&tags=c%26d&meta%5Border%5D=77&address=%7B%22line%22%3A%22Main+%2B+1%22%7D&codes=p,q";
        (if asked.text == wanted { 200 } else { 400 }, Value::Null)
    });
    let report = server.run(&["--allow", "all"]);
    assert_eq!((missed(&report, &["charge"], 200), missed(&report, &["note"], 201)), (Vec::new(), Vec::new()));
    let report = on_mock("forms", &contract);
    assert_eq!((missed(&report, &["charge"], 200), missed(&report, &["note"], 201)), (Vec::new(), Vec::new()));
    // A member that is left out of a form is missed.
    assert_eq!(missed(&report, &["charge", "note"], 400), Vec::<String>::new());
}

/// The weight of a form in `Accept` (RFC 9110, section 12.4.2).
fn weight(accept: &str, form: &str) -> f64 {
    let parts = accept.split(',').map(|part| part.split_once(';').unwrap_or((part, "")));
    let found = parts.into_iter().find(|(name, _)| name.trim() == form);
    found.map_or(0.0, |(_, parameters)| parameters.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0))
}

#[test]
fn json_is_preferred_to_what_cannot_be_looked_into() {
    let contract = format!(
        "{HEAD}{}",
        r"paths:
  /things:
    get: {operationId: list, responses: {'200': {description: ok, content: {text/csv: {}, application/json: {schema: {type: array, items: {type: object, required: [id], properties: {id: {type: integer}}}}}}}}}
  /things/{id}:
    get: {operationId: get, parameters: [{name: id, in: path, required: true, schema: {type: integer}}], responses: {'200': {description: ok, content: {application/json: {schema: {type: object, required: [id]}}}}}}
"
    );
    let server = Server::start("accept", &contract, |asked| {
        let accept = asked.headers.get("accept").map(String::as_str).unwrap_or_default();
        match asked.path.as_str() {
            // Of equals this one likes CSV best.
            "/things" if weight(accept, "text/csv") >= weight(accept, "application/json") => (200, json!("id\r\n1\r\n")),
            "/things" => (200, json!([{"id": 1}])),
            _ => (200, json!({"id": 1})),
        }
    });
    assert_eq!(missed(&server.run(&["--allow", "all"]), &["list", "get"], 200), Vec::<String>::new());
}

const VALUES: &[(&str, &str)] = &[
    ("lookahead", r"{type: string, pattern: '^(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{8,16}$'}"),
    ("backreference", r"{type: string, pattern: '^([a-z])\1$'}"),
    ("limits", "{allOf: [{type: string, minLength: 3}, {maxLength: 4}, {pattern: '^[a-c]+$'}]}"),
    ("mail", "{type: string, format: email, maxLength: 12}"),
    ("moment", r"{type: string, format: date-time, pattern: '\.[0-9]{3}Z$'}"),
    ("unlike", "{type: string, not: {enum: [probity]}}"),
    ("map", "{type: object, minProperties: 2, additionalProperties: {type: integer}}"),
    ("tuple", "{type: array, prefixItems: [{type: string}, {type: integer}], items: false, minItems: 2}"),
    ("condition", "{type: object, required: [k], properties: {k: {const: a}}, if: {properties: {k: {const: a}}}, then: {required: [level]}}"),
    ("dependent", "{type: object, required: [card], properties: {card: {type: string}}, dependentRequired: {card: [billing]}}"),
    ("keys", "{type: object, patternProperties: {'^x-': {type: integer}}, additionalProperties: false, minProperties: 1}"),
    ("nothing", "{type: string, minLength: 3, maxLength: 2}"),
];

#[test]
fn values_fit_their_schemas_and_none_is_sent_where_none_fits() {
    let path = |name: &str, schema: &str| {
        let body = format!("required: true, content: {{application/json: {{schema: {{type: object, required: [v], properties: {{v: {schema}}}}}}}}}");
        format!("  /{name}: {{post: {{operationId: {name}, requestBody: {{{body}}}, responses: {{'200': {{description: ok}}}}}}}}\n")
    };
    let paths: String = VALUES.iter().map(|(name, schema)| path(name, schema)).collect();
    let yaml = |text: &str| serde_saphyr::from_str::<Value>(text).expect("a schema");
    let schemas: BTreeMap<String, Value> = VALUES.iter().map(|(name, schema)| (format!("/{name}"), yaml(schema))).collect();
    let server = Server::start("values", &format!("{HEAD}paths:\n{paths}"), move |asked| {
        let rule = schemas.get(&asked.path).map(|schema| jsonschema::options().should_validate_formats(true).build(schema).expect("a schema"));
        let value = asked.body.as_ref().and_then(|body| body.get("v"));
        (if rule.zip(value).is_some_and(|(rule, value)| rule.is_valid(value)) { 200 } else { 400 }, Value::Null)
    });
    let report = server.run(&["--allow", "all"]);
    let operations: Vec<&str> = VALUES.iter().map(|(name, _)| *name).filter(|name| *name != "nothing").collect();
    assert_eq!(missed(&report, &operations, 200), Vec::<String>::new());
    assert_eq!(verdict(&report, "nothing", 200), "unreached");
    assert!(!server.seen().iter().any(|line| line == "POST /nothing"), "{:?}", server.seen());
}

#[test]
fn each_request_says_what_it_has_and_has_a_key_of_its_own() {
    let contract = format!(
        "{HEAD}{}",
        r"paths:
  /orders:
    parameters: [{name: Idempotency-Key, in: header, required: true, schema: {type: string, format: uuid}}, {name: dry, in: query, required: true, schema: {type: boolean}}]
    post: {operationId: order, responses: {'204': {description: ok}, '400': {description: bad}}}
  /any:
    post: {operationId: any, requestBody: {required: true, content: {'*/*': {schema: {type: object, required: [a], properties: {a: {type: integer}}}}}}, responses: {'204': {description: ok}}}
  /login:
    post:
      operationId: login
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [username], properties: {username: {type: string}}}, example: {username: alice}}}}
      responses: {'204': {description: ok}}
"
    );
    let keys = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&keys);
    let server = Server::start("own-key", &contract, move |asked: &Asked| {
        let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
        let ok = match asked.path.as_str() {
            "/orders" => {
                let mut seen = seen.lock().expect("nobody panics");
                let key = header("idempotency-key");
                let fresh = !key.is_empty() && !seen.contains(&key);
                seen.push(key);
                fresh && header("content-length") == "0" && asked.target.contains("dry=true")
            }
            "/any" => header("content-type") == "application/json" && asked.body == Some(json!({"a": 1})),
            _ => asked.body == Some(json!({"username": "alice"})),
        };
        (if ok { 204 } else { 400 }, Value::Null)
    });
    let report = server.run(&["--allow", "all", "--thorough"]);
    assert_eq!(missed(&report, &["order", "any", "login"], 204), Vec::<String>::new());
    let keys = keys.lock().expect("nobody panics");
    assert!(keys.len() > 1 && keys.iter().all(|key| key.len() == 36), "{keys:?}");
}
