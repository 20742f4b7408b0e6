//! Values that are wrong in one way.

use serde_json::{Value, json};

use crate::contract::schema::is_of_type;

/// An id of the same form as `example` that names nothing: a number stays a number within 32 bits, a hexadecimal id
/// keeps its shape, anything else becomes a name of our own.
pub fn unknown_id(example: &Value) -> Value {
    let text = match example {
        Value::Number(_) => return json!(2_147_483_646),
        Value::String(text) => text,
        _ => return json!("probity-unknown"),
    };
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_hex = text.contains('-') && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_day = is_hex && text.len() == 10 && text.split('-').count() == 3;
    if is_digits {
        json!("2147483646")
    } else if is_day {
        json!("1901-01-01")
    } else if is_hex {
        let shape: String = text.chars().map(|character| if character == '-' { '-' } else { '0' }).collect();
        json!(shape)
    } else if text.contains('_') || text.chars().any(|character| character.is_ascii_uppercase()) {
        json!("PROBITY_UNKNOWN")
    } else {
        json!("probity-unknown")
    }
}

/// A value of a JSON type that the schema does not allow; `None` when it allows any.
pub fn unlike(schema: &Value) -> Option<Value> {
    let allowed: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let candidates = [json!({"probity": "wrong type"}), json!("probity"), json!([["probity"]]), json!(true)];
    candidates.into_iter().find(|value| allowed.iter().all(|name| !is_of_type(value, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_ids_keep_their_form() {
        assert_eq!(unknown_id(&json!("501")), json!("2147483646"));
        assert_eq!(unknown_id(&json!(501)), json!(2_147_483_646));
        assert_eq!(unknown_id(&json!("0a1b-22ef")), json!("0000-0000"));
        assert_eq!(unknown_id(&json!("2024-01-31")), json!("1901-01-01"));
        assert_eq!(unknown_id(&json!("GROUPS")), json!("PROBITY_UNKNOWN"));
    }

    #[test]
    fn unlike_is_of_another_type() {
        assert_eq!(unlike(&json!({"type": "string"})), Some(json!({"probity": "wrong type"})));
        assert_eq!(unlike(&json!({"type": ["object", "null"]})), Some(json!("probity")));
        assert_eq!(unlike(&json!({})), None);
    }
}
