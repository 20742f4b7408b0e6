//! A small valid value for a schema that has no example.

use serde_json::{Map, Value, json};

use crate::contract::schema::follow;

/// How deep a sample may nest; beyond it, optional parts are left out and required ones are null.
const MOST_NESTED: usize = 12;

/// The smallest obvious value that the schema at this pointer allows: its example, default, constant or first
/// enumerated value, else one made for its type with only the required members.
pub fn sample(document: &Value, schema: &str) -> Value {
    make(document, schema, 0)
}

fn make(document: &Value, pointer: &str, depth: usize) -> Value {
    let Some((pointer, schema)) = follow(document, pointer) else { return Value::Null };
    if depth > MOST_NESTED {
        return Value::Null;
    }
    let written = ["example", "const", "default"].iter().find_map(|name| schema.get(*name));
    let written = written.or_else(|| schema.get("examples")?.get(0)).or_else(|| schema.get("enum")?.get(0));
    if let Some(value) = written {
        return value.clone();
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let mut whole = of_type(document, &pointer, schema, depth);
        for index in 0..parts.len() {
            merge(&mut whole, make(document, &format!("{pointer}/allOf/{index}"), depth + 1));
        }
        return whole;
    }
    for keyword in ["oneOf", "anyOf"] {
        if schema.get(keyword).is_some() {
            return make(document, &format!("{pointer}/{keyword}/0"), depth + 1);
        }
    }
    of_type(document, &pointer, schema, depth)
}

fn merge(whole: &mut Value, part: Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => whole.extend(part),
        (whole @ Value::Null, part) => *whole = part,
        _ => {}
    }
}

fn of_type(document: &Value, pointer: &str, schema: &Value, depth: usize) -> Value {
    let name = match schema.get("type") {
        Some(Value::String(name)) => name.as_str(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("null"),
        _ if schema.get("properties").is_some() || schema.get("required").is_some() => "object",
        _ if schema.get("items").is_some() => "array",
        _ => "",
    };
    match name {
        "object" => object(document, pointer, schema, depth),
        "array" => {
            let count = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).min(3);
            (0..count).map(|_| make(document, &format!("{pointer}/items"), depth + 1)).collect()
        }
        "integer" | "number" => number(schema),
        "boolean" => Value::Bool(true),
        "string" => text(schema),
        _ => Value::Null,
    }
}

fn object(document: &Value, pointer: &str, schema: &Value, depth: usize) -> Value {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let members: Map<String, Value> = required
        .map(|name| {
            let property = crate::contract::append(&format!("{pointer}/properties"), name);
            (name.to_owned(), make(document, &property, depth + 1))
        })
        .collect();
    Value::Object(members)
}

fn number(schema: &Value) -> Value {
    if let Some(minimum) = schema.get("minimum") {
        return minimum.clone();
    }
    if let Some(bound) = schema.get("exclusiveMinimum").and_then(Value::as_i64) {
        return json!(bound + 1);
    }
    match schema.get("maximum").and_then(Value::as_i64) {
        Some(maximum) if maximum < 1 => json!(maximum),
        _ => json!(1),
    }
}

fn text(schema: &Value) -> Value {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let value = match format {
        "date" => "2024-01-31",
        "date-time" => "2024-01-31T12:00:00Z",
        "time" => "12:00:00Z",
        "email" => "probity@example.com",
        "uuid" => "00000000-0000-4000-8000-000000000001",
        "uri" | "url" => "https://example.com/",
        "uri-reference" => "/",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "hostname" => "example.com",
        _ => "probity",
    };
    let at_least = schema.get("minLength").and_then(Value::as_u64).unwrap_or(0).min(10_000);
    let at_most = schema.get("maxLength").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let mut value = value.to_owned();
    while (value.len() as u64) < at_least {
        value.push('x');
    }
    if format.is_empty() {
        value.truncate(usize::try_from(at_most).unwrap_or(usize::MAX));
    }
    Value::String(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_what_is_required_and_nothing_else() {
        let document = json!({"s": {"type": "object", "required": ["name", "size", "on"], "properties": {
            "name": {"type": "string", "maxLength": 3}, "size": {"type": "integer", "minimum": 5},
            "on": {"type": "string", "format": "date"}, "note": {"type": "string"}}}});
        assert_eq!(sample(&document, "/s"), json!({"name": "pro", "size": 5, "on": "2024-01-31"}));
    }

    #[test]
    fn a_schema_that_contains_itself_comes_to_an_end() {
        let document = json!({"s": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/s"}}}});
        assert!(sample(&document, "/s").is_object());
    }
}
