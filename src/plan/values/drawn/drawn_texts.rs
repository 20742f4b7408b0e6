//! Draws texts: plain, empty, long, and of every script.

use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use proptest::string::string_regex;
use serde_json::Value;

/// Longer texts are not drawn, in characters; they would test the bounds of the server and not the contract.
const LONGEST: usize = 4096;

/// Longer texts are only drawn where the contract itself gives a limit, in characters.
const USUAL: usize = 255;

/// How many characters most texts have at most.
const SHORT: usize = 24;

/// Words of many scripts: accents, composed and decomposed, right to left, beyond the basic plane, joined.
const WORDS: &[&str] = &[
    "Zoë",
    "Zoe\u{308}",
    "Straße",
    "Łódź",
    "Ωμέγα",
    "Жизнь",
    "שלום",
    "مرحبا",
    "नमस्ते",
    "漢字",
    "かな",
    "한글",
    "🦀",
    "👩\u{200d}🚀",
    "𝔘𝔫𝔦",
    "O'Brien",
    "\"quoted\"",
    "a\\b",
    "<b>&amp;</b>",
    "100 %",
];

/// Texts that a schema of type `string` admits, as far as its own keywords tell.
pub(super) fn text(schema: &Value) -> BoxedStrategy<Value> {
    let bound_request = |name: &str| schema.get(name).and_then(Value::as_u64).and_then(|bound_request| usize::try_from(bound_request).ok());
    let least = bound_request("minLength").unwrap_or(0);
    let limit = bound_request("maxLength");
    let most = limit.unwrap_or(USUAL).min(LONGEST).max(least);
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        return formatted(format, schema);
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        // What the pattern does not bind to both ends may have more around it, which says nothing more.
        return match string_regex(pattern.trim_start_matches('^').trim_end_matches('$')) {
            Ok(strategy) => strategy.prop_map(Value::from).boxed(),
            Err(_) => example(schema),
        };
    }
    let short = most.min(least.max(SHORT));
    prop_oneof![
        4 => words_of_scripts(least, most),
        3 => characters("[a-zA-Z0-9 _-]", least, short),
        2 => characters(r"[\PC]", least, short),
        1 => characters("[a-z]", least, least),
        2 => characters("[a-z]", most, most),
    ]
    .boxed()
}

/// Words of several scripts with blanks between them.
fn words_of_scripts(least: usize, most: usize) -> BoxedStrategy<Value> {
    let words = prop::collection::vec(prop::sample::select(WORDS), 1..4);
    words.prop_map(move |words| Value::from(fitted(&words.join(" "), least, most))).boxed()
}

fn characters(class: &str, least: usize, most: usize) -> BoxedStrategy<Value> {
    match string_regex(&format!("{class}{{{least},{most}}}")) {
        // A blank at either end is taken away by servers that tidy up, and rightly so.
        Ok(strategy) => strategy.prop_map(move |text| Value::from(fitted(text.trim(), least, most))).boxed(),
        Err(_) => words_of_scripts(least, most),
    }
}

/// Cut to the longest length, filled up to the shortest.
fn fitted(text: &str, least: usize, most: usize) -> String {
    let mut fitted: String = text.chars().take(most).collect();
    while fitted.chars().count() < least {
        fitted.push('x');
    }
    fitted
}

/// Texts of a format (JSON Schema Validation, section 7.3).
fn formatted(format: &str, schema: &Value) -> BoxedStrategy<Value> {
    let regex = |pattern: &str| string_regex(pattern).map_or_else(|_| example(schema), |strategy| strategy.prop_map(Value::from).boxed());
    match format {
        "date" => (1970..2100_i32, 1..=12_u8, 1..=28_u8).prop_map(|(year, month, day)| Value::from(format!("{year}-{month:02}-{day:02}"))).boxed(),
        "date-time" => regex("20[0-3][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"),
        "uuid" => regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        "email" => regex("[a-z][a-z0-9]{0,20}(\\.[a-z0-9]{1,10})?@example\\.(com|org|net)"),
        "uri" | "url" => regex("https://example\\.(com|org)/[a-z0-9]{0,20}(\\?[a-z]{1,5}=[0-9]{1,3})?"),
        _ => example(schema),
    }
}

/// What the author shows, where nothing else is known.
fn example(schema: &Value) -> BoxedStrategy<Value> {
    let shown = schema.get("example").or_else(|| schema.get("examples")?.get(0)).cloned();
    Just(shown.unwrap_or_default()).boxed()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::SeededRandom;
    use super::*;

    #[test]
    fn texts_keep_their_bounds_and_differ() {
        let schema = json!({"type": "string", "minLength": 3, "maxLength": 300});
        let drawn: Vec<String> =
            (0..60).filter_map(|number| SeededRandom::new(1, "t", number).draw(text(&schema))?.as_str().map(str::to_owned)).collect();
        assert_eq!(drawn.len(), 60);
        assert!(drawn.iter().all(|text| (3..=300).contains(&text.chars().count())), "{drawn:?}");
        assert!(drawn.iter().any(|text| text.chars().count() == 300) && drawn.iter().any(|text| text.chars().count() == 3));
        assert!(drawn.iter().any(|text| !text.is_ascii()));
    }

    #[test]
    fn formats_and_patterns_are_kept() {
        let draw = |schema: &Value| SeededRandom::new(2, "f", 1).draw(text(schema)).unwrap();
        assert_eq!(draw(&json!({"format": "date"})).as_str().map(str::len), Some(10));
        let code = draw(&json!({"pattern": "^[A-Z]{3}-[0-9]+$"}));
        assert!(code.as_str().is_some_and(|code| code.len() > 4 && code.as_bytes()[3] == b'-'), "{code}");
        assert_eq!(draw(&json!({"format": "ipv6", "example": "::1"})), json!("::1"));
    }
}
