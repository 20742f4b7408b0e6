//! Values that are wrong in one way.

use serde_json::{Value, json};

use super::mark::changed;
use crate::contract::schema::is_of_type;

/// Letters and digits that a code must have before another one is sure to name nothing.
const SURE: usize = 8;

/// An id of the same form as `example` that names nothing: a number stays a number within 32 bits, a hexadecimal id
/// keeps its shape, anything else becomes a name of our own, or where that does not fit, another code of the same letters.
/// `None` when nothing fits that is sure to name nothing.
pub fn unknown_id(example: &Value, fits: impl Fn(&Value) -> bool) -> Option<Value> {
    let candidates = match example {
        Value::Number(_) => vec![json!(2_147_483_646), json!(9_999_999)],
        Value::String(text) => unknown_texts(text).into_iter().map(Value::from).collect(),
        _ => vec![json!("probity-unknown")],
    };
    candidates.into_iter().find(fits)
}

fn unknown_texts(text: &str) -> Vec<String> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_hex = text.contains('-') && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_day = is_hex && text.len() == 10 && text.split('-').count() == 3;
    let own = ["probity-unknown".to_owned(), "PROBITY_UNKNOWN".to_owned()];
    if is_digits {
        vec!["2147483646".to_owned(), "9999999".to_owned()]
    } else if is_day {
        vec!["1901-01-01".to_owned()]
    } else if is_hex {
        let shape = text.chars().map(|character| if character == '-' { '-' } else { '0' }).collect();
        vec![shape, "00000000-0000-4000-8000-000000000000".to_owned()]
    } else if text.contains('_') || text.chars().any(|character| character.is_ascii_uppercase()) {
        let code = (text.chars().filter(char::is_ascii_alphanumeric).count() >= SURE).then(|| changed(text, "probity-unknown"));
        own.into_iter().rev().chain(code).collect()
    } else {
        own.into_iter().chain((text.len() >= SURE).then(|| changed(text, "probity-unknown"))).collect()
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
        let unknown = |example: Value| unknown_id(&example, |_| true).unwrap();
        assert_eq!(unknown(json!("501")), json!("2147483646"));
        assert_eq!(unknown(json!(501)), json!(2_147_483_646));
        assert_eq!(unknown(json!("0a1b-22ef")), json!("0000-0000"));
        assert_eq!(unknown(json!("2024-01-31")), json!("1901-01-01"));
        assert_eq!(unknown(json!("GROUPS")), json!("PROBITY_UNKNOWN"));
    }

    #[test]
    fn an_unknown_id_fits_or_there_is_none() {
        let upper = |value: &Value| value.as_str().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_uppercase()));
        assert_eq!(unknown_id(&json!("ENGM"), upper), None);
        assert!(unknown_id(&json!("ABCDEFGHIJ"), upper).is_some_and(|code| code.as_str().is_some_and(|code| code.len() == 10)));
        assert_eq!(unknown_id(&json!(5), |value| value.as_i64() <= Some(10)), None);
    }

    #[test]
    fn unlike_is_of_another_type() {
        assert_eq!(unlike(&json!({"type": "string"})), Some(json!({"probity": "wrong type"})));
        assert_eq!(unlike(&json!({"type": ["object", "null"]})), Some(json!("probity")));
        assert_eq!(unlike(&json!({})), None);
    }
}
