//! Makes values that are wrong in exactly one way.

use serde_json::{Value, json};

use crate::contract::schema::is_of_type;

/// A value of a JSON type that the schema does not allow; `None` when it allows any.
pub fn value_of_other_type(schema: &Value) -> Option<Value> {
    let candidates = [json!({"probity": "wrong type"}), json!("probity"), json!([["probity"]]), json!(true)];
    candidates.into_iter().find(|value| is_of_no_type(schema, value))
}

/// A text that stands for no value of a type that the schema allows; `None` when any text will do.
pub fn text_of_other_type(schema: &Value) -> Option<Value> {
    Some(json!("probity")).filter(|value| is_of_no_type(schema, value))
}

/// Whether a schema names types, and a value is of none of them.
fn is_of_no_type(schema: &Value, value: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => !is_of_type(value, name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).all(|name| !is_of_type(value, name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unlike_is_of_another_type() {
        assert_eq!(value_of_other_type(&json!({"type": "string"})), Some(json!({"probity": "wrong type"})));
        assert_eq!(value_of_other_type(&json!({"type": ["object", "null"]})), Some(json!("probity")));
        assert_eq!(value_of_other_type(&json!({})), None);
    }
}
