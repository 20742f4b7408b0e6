//! Reads the resources of a JSON document: their ids, attributes and linkage.

use serde_json::{Map, Value};

pub use crate::contract::paging::resources;

/// Whether a document is about one resource and not about a list of them.
pub fn is_single(document: &Value) -> bool {
    document.get("data").unwrap_or(document).get("id").is_some()
}

/// The id of a resource as text.
pub fn id(resource: &Value) -> Option<String> {
    text(resource.get("id")?)
}

/// An id as text, whether it is written as text or as a number.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The resource in a document that has this id.
pub fn find<'d>(document: &'d Value, wanted: &str) -> Option<&'d Value> {
    resources(document).into_iter().find(|resource| id(resource).as_deref() == Some(wanted))
}

/// The members that describe a resource, and where they stand in it.
pub fn attributes(resource: &Value) -> Option<(&'static str, &Map<String, Value>)> {
    match resource.get("attributes") {
        Some(Value::Object(attributes)) => Some(("/attributes", attributes)),
        Some(_) => None,
        None => resource.as_object().map(|members| ("", members)),
    }
}

/// The members of a resource that are plain values, its id, type and moments aside.
pub fn scalars(resource: &Value) -> Vec<(&str, &Value)> {
    let Some((at, members)) = attributes(resource) else { return Vec::new() };
    let own = |name: &str| !(at.is_empty() && matches!(name, "id" | "type"));
    members.iter().map(|(name, value)| (name.as_str(), value)).filter(|(name, value)| own(name) && is_comparable(value)).collect()
}

/// One plain member of a resource.
pub fn member<'a>(resource: &'a Value, name: &str) -> Option<&'a Value> {
    attributes(resource).and_then(|(_, members)| members.get(name))
}

/// A value that can be held against another one: no moment, which servers set and round as they like.
fn is_comparable(value: &Value) -> bool {
    match value {
        Value::String(text) => !is_moment(text),
        Value::Number(_) | Value::Bool(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// Whether a text is a moment (RFC 3339, section 5.6) or begins like one.
fn is_moment(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 15 && matches!(bytes[10], b'T' | b't' | b' ') && bytes[..10].iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')
}

/// Whether two plain values mean the same: text without case and outer space, numbers however they are written. Many servers
/// keep no text and no value as one.
pub fn is_same_value(one: &Value, other: &Value) -> bool {
    let normal = |value: &Value| match value {
        Value::String(text) => text.trim().to_lowercase(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.trim().parse::<f64>().ok());
    normal(one) == normal(other) || number(one).zip(number(other)).is_some_and(|(one, other)| (one - other).abs() <= f64::EPSILON * one.abs())
}

/// Whether one value has become another: plain ones that are not the same, or something where there was nothing.
pub fn differs(one: &Value, other: &Value) -> bool {
    let comparable = |value: &Value| value.is_null() || is_comparable(value);
    if comparable(one) && comparable(other) { !is_same_value(one, other) } else { one.is_null() != other.is_null() }
}

/// The ids that linkage names (JSON:API, Resource Linkage); `None` for what is no linkage.
pub fn linkage(data: &Value) -> Option<Vec<String>> {
    match data {
        Value::Null => Some(Vec::new()),
        Value::Array(items) => items.iter().map(id).collect(),
        one => Some(vec![id(one)?]),
    }
}

/// Whether a list says that it is all there is: a next page, where pages exist, is plainly absent.
pub fn is_whole(document: &Value, paged: bool) -> bool {
    let next = [document.get("links"), Some(document), document.get("meta")].into_iter().flatten().find_map(|holder| holder.get("next"));
    match next {
        Some(next) => next.is_null(),
        None => !paged || document.get("links").is_some_and(Value::is_object),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn resources_are_found_in_documents_of_any_form() {
        let ids = |document: &Value| resources(document).into_iter().filter_map(id).collect::<Vec<_>>();
        assert_eq!(ids(&json!({"data": [{"id": "1"}, {"id": "2"}]})), ["1", "2"]);
        assert_eq!(ids(&json!({"data": {"id": "1"}})), ["1"]);
        assert_eq!(ids(&json!([{"id": 1}])), ["1"]);
        assert_eq!(ids(&json!({"items": [{"id": 1}], "total": 1})), ["1"]);
        assert_eq!(ids(&json!({"id": 7, "tags": []})), ["7"]);
    }

    #[test]
    fn moments_and_structures_are_not_compared() {
        let resource = json!({"id": "1", "type": "x", "name": "n", "made": "2024-02-06T01:02:03Z", "tags": [], "none": null});
        assert_eq!(scalars(&resource), [("name", &json!("n"))]);
        assert_eq!(scalars(&json!({"id": "1", "attributes": {"type": "t"}})), [("type", &json!("t"))]);
    }

    #[test]
    fn values_are_the_same_however_they_are_written() {
        assert!(is_same_value(&json!("One "), &json!("one")) && is_same_value(&json!(1500), &json!(1500.0)) && is_same_value(&json!("7"), &json!(7)));
        assert!(is_same_value(&json!(" "), &Value::Null) && !is_same_value(&json!("null"), &Value::Null) && !is_same_value(&json!(0), &Value::Null));
        assert!(!is_same_value(&json!("one"), &json!("two")) && !is_same_value(&json!(true), &json!(false)) && !is_same_value(&json!(1), &json!(2)));
    }

    #[test]
    fn a_list_is_whole_only_when_it_says_so() {
        assert!(is_whole(&json!({"data": [], "links": {"next": null}}), true) && is_whole(&json!({"data": []}), false));
        assert!(!is_whole(&json!({"data": [], "links": {"next": "/x"}}), false) && !is_whole(&json!({"data": []}), true));
    }
}
