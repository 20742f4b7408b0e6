//! Makes a small value that fits a schema, for answers without an example.

use serde_json::{Map, Value, json};

use crate::contract::append;
use crate::contract::schema::follow_references;

/// How deep a schema is followed; beyond it values are null.
const DEEPEST: usize = 16;

/// A value for the schema at a JSON Pointer: what the schema itself names (example, default, constant, enumeration),
/// else the least that its type and its required members ask for.
pub(crate) fn sample(document: &Value, schema: &str) -> Value {
    make_sample(document, schema, 0)
}

fn make_sample(document: &Value, schema: &str, depth: usize) -> Value {
    let Some((at, found)) = follow_references(document, schema) else { return Value::Null };
    if depth > DEEPEST {
        return Value::Null;
    }
    let named = found.get("example").or_else(|| found.get("examples")?.get(0)).or_else(|| found.get("const"));
    if let Some(value) = named.or_else(|| found.get("default")).or_else(|| found.get("enum")?.get(0)) {
        return value.clone();
    }
    for keyword in ["oneOf", "anyOf"] {
        if found.get(keyword).and_then(Value::as_array).is_some_and(|branches| !branches.is_empty()) {
            return make_sample(document, &format!("{at}/{keyword}/0"), depth + 1);
        }
    }
    let mut value = make_plain_sample(document, &at, found, depth);
    for index in 0..found.get("allOf").and_then(Value::as_array).map_or(0, Vec::len) {
        match (&mut value, make_sample(document, &format!("{at}/allOf/{index}"), depth + 1)) {
            (Value::Object(members), Value::Object(more)) => members.extend(more),
            (value @ Value::Null, other) => *value = other,
            _ => {}
        }
    }
    value
}

fn make_plain_sample(document: &Value, at: &str, found: &Value, depth: usize) -> Value {
    let names = match found.get("type") {
        Some(Value::String(name)) => vec![name.as_str()],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ if found.get("properties").is_some() => vec!["object"],
        _ if found.get("items").is_some() => vec!["array"],
        _ => Vec::new(),
    };
    let least = |keyword: &str| found.get(keyword).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    match names.first().copied() {
        Some("object") => {
            let required = found.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            let members = required.map(|name| (name.to_owned(), make_sample(document, &append(&format!("{at}/properties"), name), depth + 1)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Some("array") => (0..least("minItems").unwrap_or(0).min(8)).map(|_| make_sample(document, &format!("{at}/items"), depth + 1)).collect(),
        Some("string") => Value::String(text(found.get("format").and_then(Value::as_str), least("minLength").unwrap_or(1))),
        Some("integer" | "number") => {
            let above = found.get("exclusiveMinimum").and_then(Value::as_i64).map(|bound| bound + 1);
            json!(found.get("minimum").and_then(Value::as_i64).or(above).unwrap_or(1))
        }
        Some("boolean") => json!(false),
        _ => Value::Null,
    }
}

fn text(format: Option<&str>, least: usize) -> String {
    let text = match format {
        Some("date") => "2024-01-01",
        Some("date-time") => "2024-01-01T00:00:00Z",
        Some("time") => "00:00:00Z",
        Some("email") => "mock@example.com",
        Some("uri" | "iri") => "https://example.com/mock",
        Some("uri-reference" | "iri-reference") => "/mock",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("hostname") => "example.com",
        _ => return "mock".chars().cycle().take(least.clamp(4, 4096)).collect(),
    };
    text.to_owned()
}
