//! The two sides of a schema that requests and answers share: what is required of one is not always of the other.

use serde_json::Value;

use super::pointer::append;
use super::schema::follow;

/// The document as requests see it, and as answers do: a required member that is `readOnly` is required of answers only, one
/// that is `writeOnly` of requests only (OpenAPI 3.0.3, Schema Object, Fixed Fields; authors of 3.1 documents mean the
/// same). `None` when no schema tells them apart.
pub fn sides(document: &Value) -> Option<(Value, Value)> {
    let mut tells = false;
    let requests = seen(document, document, "readOnly", &mut tells);
    let answers = seen(document, document, "writeOnly", &mut tells);
    tells.then_some((requests, answers))
}

/// Whether the schema at this pointer describes the body of a request.
pub fn is_of_request(pointer: &str) -> bool {
    pointer.starts_with("/components/requestBodies/") || pointer.contains("/requestBody/content/")
}

fn seen(document: &Value, value: &Value, other: &str, tells: &mut bool) -> Value {
    match value {
        Value::Object(members) => {
            let mut copy: serde_json::Map<String, Value> =
                members.iter().map(|(name, member)| (name.clone(), seen(document, member, other, tells))).collect();
            if let (Some(Value::Array(required)), Some(Value::Object(properties))) = (copy.get_mut("required"), members.get("properties")) {
                let before = required.len();
                required.retain(|name| !name.as_str().is_some_and(|name| properties.get(name).is_some_and(|schema| is(document, schema, other))));
                *tells |= required.len() != before;
            }
            Value::Object(copy)
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| seen(document, item, other, tells)).collect()),
        plain => plain.clone(),
    }
}

/// Whether a schema, or what it refers to, has the annotation.
fn is(document: &Value, schema: &Value, annotation: &str) -> bool {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    let behind = target.and_then(|target| follow(document, target)).map(|(_, found)| found);
    [Some(schema), behind].into_iter().flatten().any(|schema| schema.get(annotation) == Some(&Value::Bool(true)))
}

/// Members of an object schema that are marked with an annotation, as a list of required members sees them.
pub fn is_marked(document: &Value, schema: &Value, name: &str, annotation: &str) -> bool {
    schema.pointer(&append("/properties", name)).is_some_and(|member| is(document, member, annotation))
}
