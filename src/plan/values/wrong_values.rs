//! Makes values that are wrong in exactly one way.

use serde_json::{Value, json};

use crate::contract::schema::is_of_type;

/// A value of a JSON type that the schema does not allow; `None` when it allows any.
pub fn value_of_other_type(schema: &Value) -> Option<Value> {
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
    fn unlike_is_of_another_type() {
        assert_eq!(value_of_other_type(&json!({"type": "string"})), Some(json!({"probity": "wrong type"})));
        assert_eq!(value_of_other_type(&json!({"type": ["object", "null"]})), Some(json!("probity")));
        assert_eq!(value_of_other_type(&json!({})), None);
    }
}
