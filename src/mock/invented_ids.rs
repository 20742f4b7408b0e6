//! Invents ids in the style of the contract's examples.

use serde_json::Value;

use super::store::{ResourceStore, id_text};
use crate::contract::append;

/// The first number that an invented id is made from.
const FIRST: u64 = 1000;

/// What invented ids look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdForm {
    /// As in the contract's examples.
    Example,
    /// A UUID (RFC 9562).
    Uuid,
    /// A number of eighteen digits.
    Large,
    /// A number of JSON.
    Number,
}

impl IdForm {
    /// An id of this form, made from a number.
    pub(crate) fn write(self, style: &str, number: u64) -> String {
        match self {
            Self::Example => invent(style, number),
            Self::Uuid => format!("6ba7b810-9dad-41d1-80b4-{number:012x}"),
            Self::Large => format!("9{number:017}"),
            Self::Number => format!("7{number:05}"),
        }
    }
}

/// Another id of the same form: a number that is far away, a word with an ending.
pub(crate) fn other(id: &str) -> String {
    match id.parse::<u64>() {
        Ok(number) => number.saturating_add(7_000_000).to_string(),
        Err(_) => format!("{id}_17"),
    }
}

/// An id for a new resource: what the request says where the example shows that the id is taken from there, else the
/// next one in the style of the example.
pub(crate) fn choose_id(
    store: &ResourceStore,
    kind: &str,
    style: Option<&Value>,
    sample: Option<&Value>,
    sent: Option<&Value>,
    form: IdForm,
) -> String {
    let natural = style.and_then(|style| natural_key(style, sample?));
    if let Some(id) = natural.and_then(|at| id_text(sent?.pointer(&at)?)) {
        return id;
    }
    if let Some(id) = style.and_then(|style| id_of_sent_values(style, sample?, sent?)) {
        return id;
    }
    if let (Some(id), false) = (sent.and_then(|sent| id_text(sent.get("id")?)), sample.is_some_and(|sample| sample.get("id").is_some())) {
        return id;
    }
    let style = style.and_then(id_text).unwrap_or_default();
    let mut number = FIRST + u64::try_from(store.of(kind).len()).unwrap_or_default();
    loop {
        let id = form.write(&style, number);
        if store.get(kind, &id).is_none() && !store.was_deleted(kind, &id) {
            return id;
        }
        number += 1;
    }
}

/// Where in the example of a request the id of the example's resource stands, when it does not look like a number that
/// the server counted up.
fn natural_key(style: &Value, sample: &Value) -> Option<String> {
    if sample.get("id").is_some_and(|id| id == style) {
        return Some("/id".to_owned());
    }
    let text = style.as_str().filter(|text| text.parse::<u64>().is_err())?;
    let attributes = sample.get("attributes").and_then(Value::as_object);
    let (members, prefix) = match attributes {
        Some(attributes) => (attributes, "/attributes"),
        None => (sample.as_object()?, ""),
    };
    members.iter().find(|(_, value)| value.as_str() == Some(text)).map(|(name, _)| append(prefix, name))
}

/// The id of what is sent, where the example's id is made of values of the example, joined by underscores.
fn id_of_sent_values(style: &Value, sample: &Value, sent: &Value) -> Option<String> {
    let parts: Vec<&str> = style.as_str()?.split('_').collect();
    let attributes = sample.get("attributes").unwrap_or(sample).as_object().filter(|_| parts.len() > 1)?;
    let written = sent.get("attributes").unwrap_or(sent);
    let named = |part: &&str| attributes.iter().find(|(_, value)| id_text(value).as_deref() == Some(*part)).map(|(name, _)| name);
    let values: Option<Vec<String>> = parts.iter().map(|part| id_text(written.get(named(part)?)?)).collect();
    Some(values?.join("_"))
}

/// An id of the same style as another, made from a number.
pub(crate) fn invent(style: &str, number: u64) -> String {
    let digits = number.to_string();
    if style.is_empty() || style.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits;
    }
    if style.contains('-') && style.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
        let mut id: Vec<u8> = style.bytes().collect();
        let mut places = id.iter_mut().rev().filter(|byte| **byte != b'-');
        for digit in format!("{number:012x}").bytes().rev() {
            if let Some(place) = places.next() {
                *place = digit;
            }
        }
        return String::from_utf8_lossy(&id).into_owned();
    }
    // What comes before a separator belongs to the form of the id.
    let split = style.rfind(|letter: char| !letter.is_alphanumeric()).map_or(0, |at| at + style[at..].chars().next().map_or(1, char::len_utf8));
    let (before, tail) = style.split_at(split);
    let stem: String = tail.chars().take(tail.chars().count().saturating_sub(digits.len())).collect();
    format!("{before}{stem}{digits}")
}

/// Whether an id looks as if it had the same style as another.
pub(crate) fn same_style(id: &str, style: &str) -> bool {
    let all = |text: &str, class: fn(&u8) -> bool| !text.is_empty() && text.as_bytes().iter().all(class);
    if all(style, u8::is_ascii_digit) {
        return all(id, u8::is_ascii_digit);
    }
    let hex = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    if style.contains('-') && all(style, hex) {
        return all(id, hex);
    }
    all(id, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_keep_the_style_of_the_example() {
        assert_eq!(invent("42", 1001), "1001");
        assert_eq!(invent("0a1b2c3d-1111-11ef-8222-0123456789ab", 4096), "0a1b2c3d-1111-11ef-8222-000000001000");
        assert_eq!(invent("CbCdEfGhIj", 1001), "CbCdEf1001");
        assert_eq!(invent("a:model:xyzxyz", 1001), "a:model:xy1001");
        assert_eq!(invent("a:model:x", 1001), "a:model:1001");
        assert!(same_style("77", "42") && !same_style("x7", "42") && !same_style("not an id", "abc"));
    }

    #[test]
    fn an_id_that_is_made_of_values_is_made_of_those_that_are_sent() {
        let sample = json!({"attributes": {"owner": 52, "date": "2025-02-03", "value": 1}});
        let sent = json!({"attributes": {"owner": 1000, "date": "2025-02-04", "value": 1}});
        assert_eq!(
            choose_id(&ResourceStore::default(), "values", Some(&json!("52_2025-02-03")), Some(&sample), Some(&sent), IdForm::Example),
            "1000_2025-02-04"
        );
        assert_ne!(
            choose_id(&ResourceStore::default(), "values", Some(&json!("7_2025-02-03")), Some(&sample), Some(&sent), IdForm::Example),
            "1000_2025-02-04"
        );
    }

    #[test]
    fn a_natural_key_is_taken_from_the_request() {
        let sample = json!({"type": "kinds", "attributes": {"key": "SECTOR", "name": "Sector"}});
        let sent = json!({"type": "kinds", "attributes": {"key": "REGION", "name": "Region"}});
        assert_eq!(choose_id(&ResourceStore::default(), "kinds", Some(&json!("SECTOR")), Some(&sample), Some(&sent), IdForm::Example), "REGION");
        assert_eq!(choose_id(&ResourceStore::default(), "kinds", Some(&json!("7")), Some(&sample), Some(&sent), IdForm::Example), "1000");
    }
}
