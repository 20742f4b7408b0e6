//! A text within its lengths, of its format or by its pattern.

use serde_json::Value;

use super::pattern;

/// The least and the greatest length of a text.
pub fn lengths(schema: &Value) -> (u64, u64) {
    let length = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    (length("minLength").unwrap_or(0).min(10_000), length("maxLength").unwrap_or(u64::MAX))
}

/// A text of the format, or where there is none, or it does not do, one that matches the pattern.
pub fn text(schema: &Value, by_format: bool) -> Value {
    let (at_least, at_most) = lengths(schema);
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let pattern = schema.get("pattern").and_then(Value::as_str).filter(|_| format.is_empty() || !by_format);
    if let Some(value) = pattern.and_then(|pattern| pattern::matching(pattern, at_least, at_most)) {
        return Value::String(value);
    }
    let value = match format {
        "date" => "2024-01-31",
        "date-time" => "2024-01-31T12:00:00Z",
        "time" => "12:00:00Z",
        "duration" => "P1D",
        "email" | "idn-email" => "probity@example.com",
        "uuid" => "00000000-0000-4000-8000-000000000001",
        "uri" | "url" | "iri" => "https://example.com/",
        "uri-reference" | "iri-reference" => "/",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "hostname" | "idn-hostname" => "example.com",
        "json-pointer" => "/probity",
        "relative-json-pointer" => "0",
        "uri-template" => "/{probity}",
        "regex" => "a",
        "byte" => "cHJvYml0eQ==",
        // Another word where the first one does not do.
        _ if by_format => "probity",
        _ => "sample",
    };
    let mut value = value.to_owned();
    while (value.len() as u64) < at_least {
        value.push('x');
    }
    if (value.starts_with("probity") || value.starts_with("sample")) && !value.contains('@') {
        value.truncate(usize::try_from(at_most).unwrap_or(usize::MAX));
    }
    Value::String(value)
}
