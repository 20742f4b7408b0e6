//! Parses YAML and JSON text into values.

use serde::de::{DeserializeOwned, DeserializeSeed};
use serde_json::Value;
use serde_saphyr::options::DuplicateKeyPolicy;

use super::tree::{Builder, Notes};

/// How deep a document may be nested: each level takes room on the stack.
const DEEPEST: usize = 64;

/// How many values a document may have: the largest published contracts have a few hundred thousand.
const MOST_VALUES: usize = 5_000_000;

/// Reads YAML 1.2, of which JSON is a part. Words such as `no` and numbers such as `007` stay what they look like.
///
/// # Errors
/// Line, column and the lines around what is wrong.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_saphyr::from_str_with_options(text, options(DuplicateKeyPolicy::Error)).map_err(|error| error.to_string())
}

/// The same for a value of any form, in which a key may be there twice.
///
/// # Errors
/// As [`parse`].
pub(super) fn build(text: &str, notes: &Notes) -> Result<Value, String> {
    visit(text, |reader| Builder(notes).deserialize(reader))
}

/// Reads a value of any form, in which a key may be there twice, with a reader of one's own.
///
/// # Errors
/// As [`parse`].
pub(super) fn visit<'de, T>(
    text: &'de str,
    read: impl for<'e> FnOnce(serde_saphyr::Deserializer<'de, 'e>) -> Result<T, serde_saphyr::Error>,
) -> Result<T, String> {
    serde_saphyr::with_deserializer_from_str_with_options(text, options(DuplicateKeyPolicy::PassThrough), read).map_err(|error| error.to_string())
}

fn options(duplicate_keys: DuplicateKeyPolicy) -> serde_saphyr::Options {
    serde_saphyr::options! {
        duplicate_keys: duplicate_keys,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            flow_nesting_limit: DEEPEST,
            max_nodes: MOST_VALUES,
            max_events: MOST_VALUES,
            max_anchors: MOST_VALUES,
            max_aliases: MOST_VALUES,
            max_merge_keys: MOST_VALUES,
            max_buffered_comment_events: MOST_VALUES,
            enforce_alias_anchor_ratio: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_words_and_padded_numbers_stay_text() {
        let value: Value = parse("{a: no, b: 007, c: 1_000, d: true, e: 1.5, f: 2024-01-31, g: '204'}").unwrap();
        assert_eq!(value, json!({"a": "no", "b": "007", "c": "1_000", "d": true, "e": 1.5, "f": "2024-01-31", "g": "204"}));
    }

    #[test]
    fn a_document_without_end_is_refused() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse::<Value>(&deep(60)).is_ok() && parse::<Value>(&deep(80)).is_err() && parse::<Value>(&deep(200_000)).is_err());
        let blocks = |depth: usize| (0..depth).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<Vec<_>>().concat();
        assert!(parse::<Value>(&blocks(60)).is_ok() && parse::<Value>(&blocks(3000)).is_err());
        let laughs =
            (1..30).map(|level| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "))).collect::<Vec<_>>().concat();
        assert!(parse::<Value>(&format!("a0: &a0 ha\n{laughs}")).is_err());
    }

    #[test]
    fn an_error_names_line_and_column() {
        let error = parse::<Value>("a: 1\nb: [1, 2\nc: 3\n").unwrap_err();
        assert!(error.contains("line"), "{error}");
    }
}
