//! YAML and JSON text to values.

use serde::de::DeserializeOwned;

/// Reads YAML 1.2, of which JSON is a part. Words such as `no` and numbers such as `007` stay what they look like.
///
/// # Errors
/// Line, column and the lines around what is wrong.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        budget: None,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn plain_words_and_padded_numbers_stay_text() {
        let value: Value = parse("{a: no, b: 007, c: 1_000, d: true, e: 1.5, f: 2024-01-31, g: '204'}").unwrap();
        assert_eq!(value, json!({"a": "no", "b": "007", "c": "1_000", "d": true, "e": 1.5, "f": "2024-01-31", "g": "204"}));
    }

    #[test]
    fn an_error_names_line_and_column() {
        let error = parse::<Value>("a: 1\nb: [1, 2\nc: 3\n").unwrap_err();
        assert!(error.contains("line"), "{error}");
    }
}
