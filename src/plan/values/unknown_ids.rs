//! Draws ids that name no resource, in the form of a valid id, and others in each run.

use serde_json::{Value, json};

use super::run_mark::changed;
use crate::model::hash::hash_of_seed_and_name;
use crate::model::text::unquoted_text;

/// Letters and digits that must be drawn before a code is sure to name nothing.
const SURE: usize = 8;

/// Hexadecimal digits from which on a text without hyphens is taken for a hexadecimal id.
const HEXADECIMAL: usize = 16;

/// How many ids in a row are drawn together.
const SPAN: u64 = 4096;

/// Hexadecimal digits that tell such ids apart.
const LAST: usize = 4;

/// Length of the drawn part of a name: about 50 bits.
const TOKEN: u32 = 10;

/// An id of the same form as `example` that names nothing: a number stays a number, a hexadecimal id keeps its shape, anything
/// else becomes a name of our own, or where that does not fit, another code of the same letters. The mark of a run always
/// draws the same ids. `None` when nothing fits that is sure to name nothing.
pub fn unknown_id(example: &Value, mark: &str, fits: impl Fn(&Value) -> bool) -> Option<Value> {
    let candidates: Vec<Value> = match example {
        Value::Number(_) => numbers(example.as_f64().unwrap_or_default(), mark).into_iter().map(|number| json!(number)).collect(),
        Value::String(text) => unknown_texts(text, mark).into_iter().map(Value::from).collect(),
        _ => vec![Value::from(name(mark))],
    };
    candidates.into_iter().find(fits)
}

/// One of several ids that name nothing, for what the run makes at a key of its own choice or has to give an id to.
pub fn nth_unknown_id(example: &Value, mark: &str, nth: u64, fits: impl Fn(&Value) -> bool) -> Option<Value> {
    let other = |value: Value| match &value {
        Value::Number(number) => json!(number.as_u64().unwrap_or_default() + nth % SPAN),
        Value::String(text) if is_digits(text) => json!((text.parse::<u64>().unwrap_or_default() + nth % SPAN).to_string()),
        Value::String(text) if is_day(text) => value,
        Value::String(text) if is_hexadecimal(text) => {
            let (stem, end) = text.split_at(text.len() - LAST);
            let end = if end.bytes().all(|byte| byte.is_ascii_hexdigit()) { format!("{:04x}", nth % SPAN) } else { end.to_owned() };
            json!(format!("{stem}{end}"))
        }
        Value::String(text) if letters_and_digits(text).contains(&unique_word(mark)) => json!(format!("{text}-{nth}")),
        _ => value,
    };
    let plain = unknown_id(example, mark, |value| fits(&other(value.clone()))).map(other);
    plain.or_else(|| unknown_id(example, mark, fits))
}

/// Whether a value was drawn as one that names nothing, under the mark of a run.
pub fn is_unknown(value: &Value, mark: &str) -> bool {
    let text = unquoted_text(value);
    let drawn = unique_word(mark);
    if letters_and_digits(&text).contains(&drawn) {
        return true;
    }
    if is_digits(&text) {
        let near = |number: u64| text.parse::<u64>().is_ok_and(|value| (number..number + SPAN).contains(&value));
        return [f64::MAX, 0.0].into_iter().flat_map(|example| numbers(example, mark)).any(near);
    }
    if is_day(&text) {
        return day(mark) == text;
    }
    if is_hexadecimal(&text) {
        let same = text.len() - LAST;
        return hexadecimal(&text, mark)[..same].eq_ignore_ascii_case(&text[..same]);
    }
    letters(&text) >= SURE && changed(&text, mark) == text
}

/// A text for a place that takes no id of this form, which names nothing either.
pub fn malformed_id(mark: &str) -> String {
    format!("not~an~id~{}", unique_word(mark))
}

/// Numbers beyond those that servers count up to, the likeliest to fit first. A server whose ids have more than 32 bits gets one
/// that JSON keeps exactly (RFC 8259, section 6).
fn numbers(example: f64, mark: &str) -> Vec<u64> {
    let drawn = hash_of_seed_and_name(1, mark);
    let within = [2_000_000_000 + drawn % 147_483_646, 9_000_000 + drawn % 999_999];
    let beyond = (example > f64::from(u32::MAX)).then_some(8_000_000_000_000_000 + drawn % 1_000_000_000_000_000);
    beyond.into_iter().chain(within).collect()
}

fn unknown_texts(text: &str, mark: &str) -> Vec<String> {
    if is_digits(text) {
        return numbers(text.parse().unwrap_or_default(), mark).iter().map(ToString::to_string).collect();
    }
    if is_day(text) {
        return vec![day(mark)];
    }
    if is_hexadecimal(text) {
        return vec![hexadecimal(text, mark)];
    }
    let mut own = vec![name(mark), name(mark).to_uppercase().replace('-', "_")];
    if text.contains('_') || text.chars().any(|letter| letter.is_ascii_uppercase()) {
        own.reverse();
    }
    own.into_iter().chain((letters(text) >= SURE).then(|| changed(text, mark))).collect()
}

fn name(mark: &str) -> String {
    format!("probity-{}", unique_word(mark))
}

/// Small letters and digits that differ from mark to mark.
fn unique_word(mark: &str) -> String {
    let drawn = hash_of_seed_and_name(2, mark);
    let digit = |place: u32| char::from_digit(u32::try_from(drawn / 36_u64.pow(place) % 36).unwrap_or_default(), 36);
    (0..TOKEN).filter_map(digit).collect()
}

/// A day on which nothing is.
fn day(mark: &str) -> String {
    let drawn = hash_of_seed_and_name(3, mark);
    format!("{}-{:02}-{:02}", 1600 + drawn % 290, 1 + drawn / 290 % 12, 1 + drawn / 3480 % 28)
}

/// The same shape with other digits; version and variant of a UUID stay (RFC 9562, section 4).
fn hexadecimal(text: &str, mark: &str) -> String {
    let is_uuid = text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let capitals = text.bytes().any(|byte| byte.is_ascii_uppercase());
    let digit = |(place, letter): (usize, char)| {
        let drawn = u32::try_from(hash_of_seed_and_name(16 + place as u64, mark) % 16).unwrap_or_default();
        let drawn = match place {
            14 if is_uuid => 4,
            19 if is_uuid => 8 + drawn % 4,
            _ => drawn,
        };
        let digit = char::from_digit(drawn, 16).unwrap_or('0');
        match letter {
            '-' => '-',
            _ if capitals => digit.to_ascii_uppercase(),
            _ => digit,
        }
    };
    text.chars().enumerate().map(digit).collect()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 3 && parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(|part| is_digits(part))
}

fn is_hexadecimal(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let only = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    only && digits >= if text.contains('-') { SURE } else { HEXADECIMAL }
}

fn letters(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_alphanumeric).count()
}

fn letters_and_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "probity-3fa9c21b7e";

    fn unknown(example: &Value) -> Value {
        unknown_id(example, MARK, |_| true).unwrap()
    }

    #[test]
    fn unknown_ids_keep_their_form() {
        let number = unknown(&json!(501)).as_u64().unwrap();
        assert!((2_000_000_000..=2_147_483_646).contains(&number), "{number}");
        assert_eq!(unknown(&json!("501")), json!(number.to_string()));
        assert!(unknown(&json!(9_007_199_254_740_993_u64)).as_u64() > Some(8_000_000_000_000_000));
        let uuid = unknown(&json!("3fa85f64-5717-4562-b3fc-2c963f66afa6"));
        let uuid = uuid.as_str().unwrap();
        assert!(uuid.len() == 36 && &uuid[14..15] == "4" && "89ab".contains(&uuid[19..20]), "{uuid}");
        assert_eq!(unknown(&json!("507f1f77bcf86cd799439011")).as_str().map(str::len), Some(24));
        assert!(is_day(unknown(&json!("2024-01-31")).as_str().unwrap()));
        assert!(unknown(&json!("GROUPS")).as_str().unwrap().starts_with("PROBITY_"));
    }

    #[test]
    fn an_unknown_id_fits_or_there_is_none() {
        let upper = |value: &Value| value.as_str().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_uppercase()));
        assert_eq!(unknown_id(&json!("ENGM"), MARK, upper), None);
        assert!(unknown_id(&json!("ABCDEFGHIJ"), MARK, upper).is_some_and(|code| code.as_str().is_some_and(|code| code.len() == 10)));
        assert_eq!(unknown_id(&json!(5), MARK, |value| value.as_i64() <= Some(10)), None);
    }

    #[test]
    fn what_was_drawn_is_known_again_and_nothing_else() {
        let examples =
            ["501", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "507f1f77bcf86cd799439011", "2024-01-31", "GROUPS", "demo-app", "me@example.com"];
        assert_ne!(nth_unknown_id(&json!(7), MARK, 1, |_| true), nth_unknown_id(&json!(7), MARK, 2, |_| true));
        for example in examples.map(Value::from).into_iter().chain([json!(7), json!(9_007_199_254_740_993_u64)]) {
            let drawn = unknown(&example);
            assert!(is_unknown(&drawn, MARK), "{drawn}");
            assert!(!is_unknown(&drawn, "probity-0000000000"), "{drawn} under another mark");
            assert!(!is_unknown(&example, MARK), "{example}");
            let nth = nth_unknown_id(&example, MARK, 9, |_| true).unwrap();
            assert!(is_unknown(&nth, MARK), "{nth}");
        }
        assert!(is_unknown(&json!(malformed_id(MARK)), MARK));
        assert!(!is_unknown(&json!(""), MARK) && !is_unknown(&json!("probity"), MARK) && !is_unknown(&json!(1), MARK));
    }
}
