//! Makes a text of the right length, format or pattern.

use serde_json::{Value, json};

use super::pattern;

/// The least and the greatest length of a text.
pub fn lengths(schema: &Value) -> (u64, u64) {
    let length = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    (length("minLength").unwrap_or(0).min(10_000), length("maxLength").unwrap_or(u64::MAX))
}

/// A text of the format, or where there is none, or it does not do, one that matches the pattern, and as well those of further
/// schemas that hold for it. Of several the first that keeps all rules is taken, else the plainest.
pub fn text(schema: &Value, further: &[&str], by_format: bool) -> Value {
    let (at_least, at_most) = lengths(schema);
    let said = |keyword: &str| schema.get(keyword).and_then(Value::as_str);
    let format = said("format").or(said("contentEncoding").filter(|encoding| *encoding == "base64")).unwrap_or_default();
    let patterns: Vec<&str> = said("pattern").into_iter().chain(further.iter().copied()).collect();
    let long_enough = |text: &str| (at_least..=at_most).contains(&(text.chars().count() as u64));
    let of_its_format = rule(&json!({"format": format}));
    let fits = |text: &String| {
        long_enough(text)
            && patterns.iter().all(|pattern| pattern::matches(pattern, text))
            && of_its_format.as_ref().is_none_or(|rule| rule.is_valid(&Value::from(text.as_str())))
    };
    let mut words: Vec<String> = of_format(format, by_format).iter().map(|word| lengthened(word, at_least)).collect();
    if format.is_empty() || !is_strict(format) {
        for word in &mut words {
            word.truncate(usize::try_from(at_most).unwrap_or(usize::MAX));
        }
    }
    // What a pattern leaves open at one end may be longer there.
    let open = |text: String| {
        [text.clone(), lengthened(&text, at_least), format!("probity{text}"), format!("{}{text}", "x".repeat(missing_letters(&text, at_least)))]
    };
    let of_pattern = |pattern: &&str| pattern::matching(pattern, at_least, at_most).or_else(|| pattern::matching(pattern, 0, at_most));
    let matching = || patterns.iter().filter_map(of_pattern).flat_map(open);
    // What a pattern says of the end of a word may follow the word.
    let joined: Vec<String> = words.iter().flat_map(|word| patterns.iter().filter_map(of_pattern).map(move |end| format!("{word}{end}"))).collect();
    let candidates: Vec<String> =
        if format.is_empty() || !by_format { matching().chain(words).collect() } else { words.into_iter().chain(matching()).chain(joined).collect() };
    Value::String(candidates.iter().find(|text| fits(text)).or(candidates.first()).cloned().unwrap_or_default())
}

/// A schema that stands for itself, ready to be held against a value; `None` when it refers to others.
pub fn rule(schema: &Value) -> Option<jsonschema::Validator> {
    jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true).build(schema).ok()
}

/// Words of a format, the plainest first (JSON Schema Validation, section 7.3; OpenAPI, Format Registry).
fn of_format(format: &str, by_format: bool) -> &'static [&'static str] {
    match format {
        "date" => &["2024-01-31", "2030-12-15"],
        "date-time" => &[
            "2024-01-31T12:00:00Z",
            "2024-01-31T12:00:00.000Z",
            "2024-01-31T12:00:00+00:00",
            "2024-01-31T12:00:00.000000Z",
            "2024-01-31T12:00:00.000+00:00",
            "2024-01-31T12:00:00+02:00",
            "2024-01-31T12:00:00-05:00",
            "2024-01-31T12:00:00.000+02:00",
            "2030-12-15T00:00:00Z",
        ],
        "time" => &["12:00:00Z", "12:00:00.000Z", "12:00:00+00:00", "12:00:00"],
        "duration" => &["P1D", "PT1H", "P1Y", "P1DT1H"],
        "email" | "idn-email" => &["probity@example.com", "pro@ex.com", "p@ex.co", "a@b.c"],
        "uuid" => &["00000000-0000-4000-8000-000000000001"],
        "uri" | "url" | "iri" => &["https://example.com/", "http://example.com/", "https://a.io", "http://a.b", "a:b", "urn:probity:1"],
        "uri-reference" | "iri-reference" => &["/"],
        "ipv4" => &["192.0.2.1"],
        "ipv6" => &["2001:db8::1", "::1"],
        "hostname" | "idn-hostname" => &["example.com", "a.io", "a"],
        "json-pointer" => &["/probity", "/a", ""],
        "relative-json-pointer" => &["0"],
        "uri-template" => &["/{probity}"],
        "regex" => &["a"],
        "byte" | "base64" => &["cHJvYml0eQ==", "cHJv", "cA=="],
        // What most rules for passwords ask for.
        "password" => &["Probity-4you", "Pro-4you"],
        // Another word where the first one does not do.
        _ if by_format => &["probity"],
        _ => &["sample"],
    }
}

/// Whether a text that is cut off is none of a format any more.
fn is_strict(format: &str) -> bool {
    of_format(format, true) != ["probity"]
}

/// How many letters a word lacks.
fn missing_letters(word: &str, at_least: u64) -> usize {
    usize::try_from(at_least).unwrap_or(usize::MAX).saturating_sub(word.chars().count())
}

/// A word with letters put into it until it is long enough; an address is so before its sign.
fn lengthened(word: &str, at_least: u64) -> String {
    let more = "x".repeat(missing_letters(word, at_least));
    match word.split_once('@') {
        Some((local, domain)) => format!("{local}{more}@{domain}"),
        None => format!("{word}{more}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_format_lengths_and_patterns_at_once() {
        let made = |schema: Value, further: &[&str]| text(&schema, further, true);
        assert_eq!(made(json!({"format": "email", "maxLength": 12}), &[]), "pro@ex.com");
        assert_eq!(made(json!({"format": "email", "minLength": 25}), &[]), "probityxxxxxx@example.com");
        assert_eq!(made(json!({"format": "date-time", "pattern": r"\.[0-9]{3}Z$"}), &[]), "2024-01-31T12:00:00.000Z");
        assert_eq!(made(json!({"format": "uri", "pattern": "^http:"}), &[]), "http://example.com/");
        assert_eq!(made(json!({"format": "uri", "pattern": r".+/v[0-1](\.[0-9]+)*/?$"}), &[]), "https://example.com/a/v0.0");
        assert_eq!(made(json!({"minLength": 3, "maxLength": 4, "pattern": "^[a-c]+$"}), &[]), "aaa");
        assert_eq!(made(json!({"pattern": "^[a-c]*$"}), &["^[b-z]{2}$"]), "bb");
        assert_eq!(made(json!({"minLength": 9}), &[]), "probityxx");
        assert_eq!(made(json!({"format": "name", "maxLength": 3}), &[]), "pro");
        assert_eq!(made(json!({"contentEncoding": "base64"}), &[]), "cHJvYml0eQ==");
        assert_eq!(made(json!({"format": "email", "pattern": "@example\\.org$"}), &[]), "probity@example.org");
        assert_eq!(made(json!({"minLength": 3}), &["^[A-Z]"]), "Axx");
    }
}
