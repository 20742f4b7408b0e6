//! The output of `probity bundle` is valid OpenAPI 3.1 by the official schema.

use jsonschema::{Draft, Registry, Validator};
use probity::contract::spread_general_responses;
use serde_json::{Value, json};

use crate::contract::CONTRACT;

fn part(name: &str) -> Value {
    let path = format!("{}/schemas/openapi-3.1.{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The schema of documents, with Schema Objects held against the dialect of OpenAPI 3.1. The published schema leaves them
/// open (`$dynamicAnchor: meta`) for a schema like this one to close.
fn validator() -> Validator {
    let mut registry = Registry::new();
    for name in ["schema", "dialect", "vocabulary"] {
        let part = part(name);
        let id = part["$id"].as_str().unwrap().to_owned();
        registry = registry.add(id, Draft::Draft202012.create_resource(part)).unwrap();
    }
    let closed = json!({
        "$id": "urn:probity:openapi-with-schemas",
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": "https://spec.openapis.org/oas/3.1/schema/2022-10-07",
        "$defs": {"schema": {"$dynamicAnchor": "meta", "$ref": "https://spec.openapis.org/oas/3.1/dialect/base"}}
    });
    let registry = registry.prepare().unwrap();
    // `format` stays a remark, as JSON Schema 2020-12 has it: the published schema calls the URL of a server a
    // uri-reference, which one with variables is not.
    jsonschema::options().with_draft(Draft::Draft202012).with_registry(&registry).build(&closed).unwrap()
}

fn bundled() -> Value {
    spread_general_responses((*CONTRACT.document).clone())
}

#[test]
fn the_bundled_document_is_valid() {
    let document = bundled();
    let errors: Vec<String> = validator().iter_errors(&document).map(|error| format!("{}: {error:.300}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn what_is_not_openapi_is_seen() {
    let validator = validator();
    let wrong = |pointer: &str, value: Value| {
        let mut document = bundled();
        let place = document.pointer_mut(pointer).unwrap_or_else(|| panic!("there is nothing at {pointer}"));
        *place = value;
        !validator.is_valid(&document)
    };
    let entities = "/paths/~1v1~1entities/get";
    assert!(wrong("/openapi", json!("3.0.3")));
    assert!(wrong("/info", json!({"title": "no version"})));
    assert!(wrong(&format!("{entities}/responses/200"), json!({"content": {}})), "a response without a description");
    assert!(wrong(&format!("{entities}/parameters/0"), json!({"name": "a", "in": "nowhere"})));
    assert!(wrong("/components/schemas/ErrorDocument/type", json!("text")), "a type that JSON does not have");
    assert!(wrong("/components/schemas/ErrorDocument/properties/errors/minItems", json!("1")), "a keyword of a deeper schema");
    assert!(wrong("/components/schemas/ErrorDocument/required", json!("errors")));
}
