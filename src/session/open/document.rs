//! Reads the text of a JSON or YAML document as a value.

use serde::de::DeserializeSeed;
use serde_json::Value;

use super::tree::{Builder, Notes};
use super::yaml;

/// A document as it is written.
#[derive(Debug)]
pub(super) struct ParsedDocument {
    /// What it holds.
    pub value: Value,
    /// JSON Pointers to members whose key an object has twice; the last one is held.
    pub twice: Vec<String>,
}

/// Reads a text as JSON (RFC 8259) where it is JSON, else as YAML 1.2.
///
/// # Errors
/// Line and column of what is wrong, in the words of the language that the text is most likely in.
pub(super) fn parse(text: &str, name: &str) -> Result<ParsedDocument, String> {
    let text = text.trim_start_matches('\u{feff}');
    if let Some(what) = other_format(text) {
        return Err(format!("line 1: this is {what}, and neither JSON nor YAML"));
    }
    if !may_be_json(text) {
        return yaml(text);
    }
    json(text).or_else(|error| {
        // Braces and brackets begin a flow collection of YAML as well.
        let named = std::path::Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        yaml(text).map_err(|other| if named || text.trim_start().starts_with("{\"") { error } else { other })
    })
}

/// Whether a text may be JSON, and is tried as such before it is read as YAML.
pub(super) fn may_be_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// What a text is that begins like no document of OpenAPI.
fn other_format(text: &str) -> Option<&'static str> {
    let start: String = text.trim_start().chars().take(64).collect::<String>().to_ascii_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| start.starts_with(word));
    if begins(&["<!doctype html", "<html"]) {
        Some("a page of HTML")
    } else if start.starts_with('<') {
        Some("a document of XML")
    } else if start.starts_with("#%raml") {
        Some("a RAML document")
    } else if begins(&["schema {", "type query", "directive @", "scalar "]) {
        Some("a GraphQL schema")
    } else if begins(&["syntax = \"proto", "syntax=\"proto"]) {
        Some("a definition of Protocol Buffers")
    } else {
        None
    }
}

fn json(text: &str) -> Result<ParsedDocument, String> {
    let notes = Notes::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Builder(&notes).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let value = value.map_err(|error| error.to_string())?;
    Ok(ParsedDocument { value, twice: notes.duplicate_keys() })
}

fn yaml(text: &str) -> Result<ParsedDocument, String> {
    let notes = Notes::default();
    let value = yaml::build(text, &notes)?;
    Ok(ParsedDocument { value, twice: notes.duplicate_keys() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_that_is_there_twice_is_noted_in_both_languages() {
        for text in [r#"{"a": {"b/c": 1, "b/c": 2}, "d": [{}, {"e": 1, "e": 3}]}"#, "a:\n  b/c: 1\n  b/c: 2\nd:\n- {}\n- e: 1\n  e: 3\n"] {
            let document = parse(text, "t").unwrap();
            assert_eq!(document.value, json!({"a": {"b/c": 2}, "d": [{}, {"e": 3}]}));
            assert_eq!(document.twice, ["/a/b~1c", "/d/1/e"]);
        }
    }

    #[test]
    fn what_json_allows_and_yaml_does_not_is_read() {
        assert_eq!(parse("\u{feff}{\"a\": \"\u{80}\u{9f}\u{7f}\"}", "t.json").unwrap().value, json!({"a": "\u{80}\u{9f}\u{7f}"}));
        assert_eq!(parse("{\"a\":\t1,\t\"b\": 1e3}", "t.json").unwrap().value, json!({"a": 1, "b": 1e3}));
    }

    #[test]
    fn yaml_that_begins_like_json_and_long_comments_are_read() {
        assert_eq!(parse("{a: 1, b: [c, d,],}", "t").unwrap().value, json!({"a": 1, "b": ["c", "d"]}));
        let comments = "# a comment\n".repeat(500);
        assert_eq!(
            parse(&format!("{comments}a:\n{comments}  b: 1\n{comments}  c: [\n{comments}2]\n"), "t").unwrap().value,
            json!({"a": {"b": 1, "c": [2]}})
        );
    }

    #[test]
    fn an_error_has_a_line_and_speaks_of_the_language_that_was_meant() {
        let error = parse("{\n  \"a\": 1,\n  \"b\": [}\n", "t.json").unwrap_err();
        assert!(error.contains("line 3"), "{error}");
        for (text, what) in
            [("<html><body>", "HTML"), ("<?xml version=\"1.0\"?>", "XML"), ("#%RAML 1.0\ntitle: a", "RAML"), ("type Query {\n", "GraphQL")]
        {
            let error = parse(text, "t").unwrap_err();
            assert!(error.contains(what) && error.contains("line 1"), "{error}");
        }
    }
}
