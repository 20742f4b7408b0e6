//! Contracts whose schemas refer to each other in very many ways.

use serde_json::{Map, Value, json};

use crate::hostile::complaints;
use crate::hostile::server::Server;
use crate::hostile::watch::{self, Seen};
use crate::support::Folder;

/// So many levels of schemas in each of which a value has several ways: gone through way by way, a value takes long.
const LEVELS: usize = 16;

/// So many that a value would never come to an end, whatever the machine.
const ENDLESS: usize = 48;

/// A contract whose requests and answers are of one schema among these.
fn contract(schemas: &Value) -> String {
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/L0"}}});
    let responses = json!({"201": {"description": "d", "content": content}, "400": {"description": "d"}, "422": {"description": "d"}});
    let post = json!({"operationId": "x.create", "requestBody": {"required": true, "content": content}, "responses": responses});
    let query = json!([{"name": "q", "in": "query", "schema": {"$ref": "#/components/schemas/L0"}}]);
    let get = json!({"operationId": "x.get", "parameters": query, "responses": {"200": {"description": "d", "content": content}}});
    let paths = json!({"/x": {"post": post, "get": get}});
    json!({"openapi": "3.1.0", "info": {"title": "Ways", "version": "1"}, "paths": paths, "components": {"schemas": schemas}}).to_string()
}

fn levels(level: impl Fn(&Value) -> Value) -> Value {
    stacked(LEVELS, level)
}

fn stacked(count: usize, level: impl Fn(&Value) -> Value) -> Value {
    let next = |index: usize| json!({"$ref": format!("#/components/schemas/L{}", index + 1)});
    let mut schemas: Map<String, Value> = (0..count).map(|index| (format!("L{index}"), level(&next(index)))).collect();
    schemas.insert(format!("L{count}"), json!({"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}}));
    Value::Object(schemas)
}

#[test]
fn schemas_that_lead_to_each_other_in_many_ways_are_bounded() {
    let many = |keyword: &'static str| {
        levels(move |next| json!({keyword: [next, {"type": "object", "properties": {"a": next}}, {"type": "array", "items": next}]}))
    };
    let pattern = format!("^{}a{{1,9}}{}$", "(?:".repeat(12), "){1,9}".repeat(12));
    let cases = [
        ("oneOf", many("oneOf")),
        ("anyOf", many("anyOf")),
        ("allOf", levels(|next| json!({"allOf": [next, next, {"properties": {"a": next, "b": next}}]}))),
        ("properties", levels(|next| json!({"type": "object", "required": ["a", "b", "c"], "properties": {"a": next, "b": next, "c": next}}))),
        ("pattern", json!({"L0": {"type": "object", "required": ["p"], "properties": {"p": {"type": "string", "pattern": pattern}}}})),
        (
            "circle",
            json!({"L0": {"allOf": [{"$ref": "#/components/schemas/L1"}]}, "L1": {"anyOf": [{"$ref": "#/components/schemas/L0"}, {"$ref": "#/components/schemas/L0"}]}}),
        ),
    ];
    for (name, schemas) in cases {
        let seen = asked(name, &schemas);
        assert!(is_whole(&seen) && complaints(&seen).is_empty(), "{name}: {:?}\n{}", complaints(&seen), seen.shown);
    }
}

/// What a value is never through with is not judged, and that is said.
#[test]
fn schemas_that_no_value_comes_through_are_not_judged() {
    let cases = [
        ("endless-anyOf", stacked(ENDLESS, |next| json!({"anyOf": [next, next]}))),
        ("endless-oneOf", stacked(ENDLESS, |next| json!({"oneOf": [next, {"allOf": [next]}]}))),
        ("endless-allOf", stacked(ENDLESS, |next| json!({"allOf": [next, next]}))),
    ];
    for (name, schemas) in cases {
        let seen = asked(name, &schemas);
        assert!(is_whole(&seen) && complaints(&seen).is_empty(), "{name}: {:?}\n{}", complaints(&seen), seen.shown);
        assert!(seen.told("x.get").contains("its branches lead to each other"), "{name}: {}\n{}", seen.told("x.get"), seen.shown);
    }
}

/// A run on a contract with these schemas.
fn asked(name: &str, schemas: &Value) -> Seen {
    let folder = Folder::hostile(&format!("ways-{name}"));
    folder.write("hostile.yaml", contract(schemas));
    let server = Server::start(|talk| talk.json(r#"{"a":{"a":{"a":{"a":{"a":{"a":{"z":1}}}}}}}"#));
    watch::run(&folder, &server.url(), &["--cases", "4", "--retries", "0", "--allow", "all"])
}

/// Whether a run came to its end.
fn is_whole(seen: &Seen) -> bool {
    seen.code.is_some_and(|code| code == 1 || code == 3)
}
