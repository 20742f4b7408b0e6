//! Splits a schema shared by requests and answers, because `readOnly` and `writeOnly` differ between them.

use serde_json::Value;

use super::pointer::append;
use super::schema::{follow_references, visit};
use crate::model::contract::{Contract, SchemaRef};

/// How many branches are searched for the description of one member; schemas may lead to each other in very many ways.
const MOST_BRANCHES: usize = 64;

/// Whether the schema at this pointer describes the body of a request.
pub fn is_of_request(pointer: &str) -> bool {
    pointer.starts_with("/components/requestBodies/") || pointer.contains("/requestBody/content/")
}

/// Places of a request body that only answers hold (`readOnly`), the innermost last: an example serves both sides, and OpenAPI
/// (3.0.3, Schema Object, Fixed Fields) says that they should not be sent.
pub fn read_only(contract: &Contract, schema: &SchemaRef, body: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    visit(contract, schema, body, &mut |at, schema, _| {
        if schema.get("readOnly") == Some(&Value::Bool(true)) && !at.is_empty() && !found.iter().any(|known| known == at) {
            found.push(at.to_owned());
        }
    });
    found
}

/// Whether a schema, or what it refers to, has the annotation.
fn is(document: &Value, schema: &Value, annotation: &str) -> bool {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    let behind = target.and_then(|target| follow_references(document, target)).map(|(_, found)| found);
    [Some(schema), behind].into_iter().flatten().any(|schema| schema.get(annotation) == Some(&Value::Bool(true)))
}

/// Whether a member is marked with an annotation where an object schema, or a branch of its `allOf`, describes it.
pub fn is_marked(document: &Value, schema: &Value, name: &str, annotation: &str) -> bool {
    let mut left = MOST_BRANCHES;
    is_marked_within(document, schema, &append("/properties", name), annotation, &mut left)
}

fn is_marked_within(document: &Value, schema: &Value, member: &str, annotation: &str, left: &mut usize) -> bool {
    let Some(fewer) = left.checked_sub(1) else { return false };
    *left = fewer;
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    let behind = target.and_then(|target| follow_references(document, target)).map(|(_, found)| found);
    schema.pointer(member).is_some_and(|found| is(document, found, annotation))
        || behind.is_some_and(|schema| is_marked_within(document, schema, member, annotation, left))
        || schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .any(|branch| is_marked_within(document, branch, member, annotation, left))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{bundle, read};

    #[test]
    fn what_only_answers_hold_is_found_at_any_depth() {
        let part = json!({"properties": {"no": {"readOnly": true}, "name": {}}});
        let schema = json!({"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"part": part, "parts": {"items": part}, "stamp": {"$ref": "#/components/schemas/Stamp"}}}]});
        let schemas = json!({"Base": {"properties": {"id": {"readOnly": true}}}, "Stamp": {"type": "string", "readOnly": true}, "S": schema});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {"responses": {"200": {"description": "d"}}}}}, "components": {"schemas": schemas}});
        let contract = read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
        let body = json!({"id": 1, "stamp": "x", "part": {"no": 1, "name": "n"}, "parts": [{"no": 2}, {"name": "n"}]});
        let mut found = read_only(&contract, &SchemaRef("/components/schemas/S".to_owned()), &body);
        found.sort();
        assert_eq!(found, ["/id", "/part/no", "/parts/0/no", "/stamp"]);
    }
}
