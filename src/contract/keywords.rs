//! The form that the value of each JSON Schema keyword must have.

use std::collections::HashMap;

use serde_json::Value;

/// The types of JSON Schema (JSON Schema Validation 2020-12, section 6.1.1).
const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "string", "number", "integer"];

/// What a keyword holds, as far as other schemas stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeywordContent {
    /// One schema.
    Schema,
    /// A list of schemas.
    List,
    /// Schemas by name.
    Map,
    /// No schema.
    Nothing,
}

/// What stands in a keyword that is an applicator (JSON Schema 2020-12, section 10).
pub fn keyword_content(keyword: &str) -> KeywordContent {
    match keyword {
        "not"
        | "if"
        | "then"
        | "else"
        | "items"
        | "additionalProperties"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties" => KeywordContent::Schema,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => KeywordContent::List,
        "properties" | "patternProperties" | "dependentSchemas" => KeywordContent::Map,
        _ => KeywordContent::Nothing,
    }
}

/// Why no rule can be made of a keyword; `None` where one can be, and for what is no keyword.
pub fn flaw(keyword: &str, value: &Value) -> Option<&'static str> {
    let texts = |value: &Value| value.as_array().is_some_and(|names| names.iter().all(Value::is_string));
    let fine = match (keyword_content(keyword), keyword) {
        (KeywordContent::List, _) => return value.as_array().is_none_or(Vec::is_empty).then_some("it is no list of schemas"),
        (KeywordContent::Map, _) => return (!value.is_object()).then_some("it holds no schemas by name"),
        (KeywordContent::Schema, _) => return (!value.is_object() && !value.is_boolean()).then_some("it is no schema"),
        (KeywordContent::Nothing, "type") => return (!is_type(value)).then_some("it is no type of JSON Schema"),
        (KeywordContent::Nothing, "enum") => value.is_array(),
        (KeywordContent::Nothing, "required") => texts(value),
        (KeywordContent::Nothing, "dependentRequired") => value.as_object().is_some_and(|members| members.values().all(texts)),
        (KeywordContent::Nothing, "pattern" | "format" | "$ref" | "$dynamicRef") => value.is_string(),
        (KeywordContent::Nothing, "uniqueItems") => value.is_boolean(),
        (KeywordContent::Nothing, "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum") => value.is_number(),
        (KeywordContent::Nothing, "multipleOf") => value.as_f64().is_some_and(|number| number > 0.0),
        (
            KeywordContent::Nothing,
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" | "minContains" | "maxContains",
        ) => {
            return (!value.is_u64()).then_some("it is no whole number from 0 on");
        }
        (KeywordContent::Nothing, "$recursiveRef") => return Some("it is no keyword of JSON Schema 2020-12"),
        (KeywordContent::Nothing, _) => true,
    };
    (!fine).then_some("its value has another form than JSON Schema gives it")
}

fn is_type(value: &Value) -> bool {
    let known = |value: &Value| value.as_str().is_some_and(|name| TYPES.contains(&name));
    value.as_array().map_or_else(|| known(value), |names| !names.is_empty() && names.iter().all(known))
}

/// Regular expressions, each tried once.
#[derive(Debug, Default)]
pub struct CompiledPatterns(HashMap<String, Option<String>>);

impl CompiledPatterns {
    /// Why a regular expression cannot be used; `None` where it can.
    pub fn flaw(&mut self, pattern: &str) -> Option<String> {
        if let Some(known) = self.0.get(pattern) {
            return known.clone();
        }
        let flaw =
            if is_delimited(pattern) { Some("it stands between slashes, so that it can match nothing".to_owned()) } else { compiled(pattern).err() };
        self.0.insert(pattern.to_owned(), flaw.clone());
        flaw
    }
}

/// The longest regular expression that is used, in bytes: the time that it takes grows with its own length and with that of the
/// text.
const LONGEST_PATTERN: usize = 32 * 1024;

/// Whether a regular expression is written as PHP, Perl or a literal of JavaScript has it, `/^a$/i`: taken by the letter, a slash
/// would have to come before the beginning or after the end.
fn is_delimited(pattern: &str) -> bool {
    let inner =
        pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')).filter(|(_, flags)| flags.bytes().all(|flag| flag.is_ascii_alphabetic()));
    inner.is_some_and(|(inner, _)| inner.starts_with('^') || (inner.ends_with('$') && !inner.ends_with("\\$")))
}

/// A schema that holds texts against one regular expression.
///
/// # Errors
/// It cannot be read, or is too large.
pub fn compiled(pattern: &str) -> Result<jsonschema::Validator, String> {
    if pattern.len() > LONGEST_PATTERN {
        return Err(format!("it is a regular expression of more than {LONGEST_PATTERN} bytes, which no text is held against"));
    }
    let schema = serde_json::json!({"pattern": pattern});
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
    options.build(&schema).map_err(|_| "it is no regular expression of ECMA-262 that can be used here".to_owned())
}

/// Whether a regular expression may try for longer than it is let: only those that look around or back do, as all
/// others take a time that grows with the length of the text.
pub fn may_give_up(pattern: &str) -> bool {
    let looks = ["(?=", "(?!", "(?<=", "(?<!", "\\k<"].iter().any(|part| pattern.contains(part));
    let bytes = pattern.as_bytes();
    looks || bytes.windows(2).any(|pair| pair[0] == b'\\' && matches!(pair[1], b'1'..=b'9'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_keyword_with_a_value_of_another_form_makes_no_rule() {
        let flawed = [
            ("type", json!("int")),
            ("type", json!([])),
            ("maxLength", json!("5")),
            ("minItems", json!(-1)),
            ("minimum", json!("0")),
            ("multipleOf", json!(0)),
            ("required", json!("a")),
            ("enum", json!({"a": 1})),
            ("items", json!([{}])),
            ("allOf", json!({})),
            ("oneOf", json!([])),
            ("properties", json!([])),
            ("uniqueItems", json!("true")),
            ("pattern", json!(5)),
            ("$ref", json!(5)),
        ];
        for (keyword, value) in flawed {
            assert!(flaw(keyword, &value).is_some(), "{keyword}: {value}");
        }
        let fine = [
            ("type", json!(["string", "null"])),
            ("maxLength", json!(5)),
            ("minimum", json!(-0.5)),
            ("required", json!([])),
            ("enum", json!([])),
            ("items", json!(false)),
            ("allOf", json!([{}])),
            ("example", json!(5)),
            ("x-type", json!("int")),
        ];
        for (keyword, value) in fine {
            assert_eq!(flaw(keyword, &value), None, "{keyword}: {value}");
        }
    }

    #[test]
    fn a_regular_expression_of_another_dialect_or_of_any_size_is_not_used() {
        let mut patterns = CompiledPatterns::default();
        for pattern in [r"^(?i)abc\Z", "/^[a-z]+$/", "/^[a-z]+/iu", "/a$/i", "(", "/^[a-z]+$/u[", "((a{1000}){1000}){1000}"] {
            assert!(patterns.flaw(pattern).is_some(), "{pattern}");
        }
        for pattern in ["^a+$", "/a/b", r"/[a-z]+/\d", r"^(?=a)\p{L}+$"] {
            assert_eq!(patterns.flaw(pattern), None, "{pattern}");
        }
        assert!(patterns.flaw(&"a".repeat(90_000)).is_some_and(|why| why.contains("more than 32768 bytes")));
        assert!(may_give_up("^(a+)+(?!b)$") && may_give_up(r"(a)\1") && !may_give_up(r"^(?:a|\d)+$"));
    }
}
