//! Reads the text of an element or attribute as a value of one type.

use serde_json::{Number, Value};

/// A plain value. A text that is certainly none of its type stays a text, which the schema then refuses.
pub(super) fn scalar(kind: &str, text: &str) -> Result<Value, &'static str> {
    let bare = text.trim();
    let unsure = "in which a value may be written in several ways";
    match kind {
        "string" if bare.len() == text.len() => Ok(Value::from(text)),
        "integer" | "number" | "boolean" if bare.is_empty() => Err(unsure),
        "integer" | "number" => match (bare.parse::<i64>(), bare.parse::<f64>()) {
            (Ok(number), _) => Ok(Value::from(number)),
            (_, Ok(number)) => Number::from_f64(number).map(Value::Number).filter(|_| number.abs() < 9e15).ok_or(unsure),
            _ => Ok(Value::from(bare)),
        },
        "boolean" => match bare {
            "true" | "1" => Ok(Value::Bool(true)),
            "false" | "0" => Ok(Value::Bool(false)),
            other if other.eq_ignore_ascii_case("true") || other.eq_ignore_ascii_case("false") => Err(unsure),
            other => Ok(Value::from(other)),
        },
        _ => Err(unsure),
    }
}
