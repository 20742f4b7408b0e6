//! Draws requests that no schema foresees, to which no server may answer with a failure (5xx).

use serde_json::{Value, json};

use super::SeededRandom;
use super::allowed_values::is_admitted;
use super::body_places::{BodyPlace, body_places, is_filled};
use crate::contract::append;
use crate::model::contract::{Contract, Location, Operation};
use crate::model::drawn::{DrawnChange, DrawnValue};
use crate::model::plan::{Body, Place};
use crate::plan::values::ValidRequest;

/// A text that is long, and that every server can take or refuse.
const LONG: usize = 10_000;

/// As much as fits into a URL or a header field anywhere (RFC 9110, section 4.1, recommends 8000 octets).
const LONG_IN_HEAD: usize = 2000;

/// How deep a nested value is: more than data needs, and what usual parsers still read, also when it comes back.
const DEEP: usize = 60;

/// Ids that a path may hold: with an encoded slash, a blank, a percent sign, of another script, with a quote, with a NUL.
const IDS: &[&str] = &["a/b", "a b", "100%", "漢字", "it's", "a\0b", "a;b=c", "a?b", "a#b", "a%2Fb", "null", "-1", "18446744073709551616"];

/// Texts that are written with escapes, or that most programs take care of without thinking.
const ESCAPED: &[&str] = &[r#""a\u0000b""#, r#""\ud800""#, r#""\u202e\u0007""#, r#""\ufeffx""#, r#""\\\"\/\b\f""#];

/// Forms of a number (RFC 8259, section 6).
const NUMBERS: &[&str] = &["1.0", "1e2", "-0", "1E400", "18446744073709551616", "0.1e1", "1e-400"];

/// One thing that no schema foresees; `None` when the request has no place for what was drawn.
pub fn unforeseen_change(contract: &Contract, operation: &Operation, base: &ValidRequest, luck: &mut SeededRandom) -> Option<DrawnChange> {
    let places = body_places(contract, operation, base);
    let present: Vec<&BodyPlace<'_>> = places.iter().filter(|spot| spot.value.is_some() && !is_filled(base, &spot.at)).collect();
    let json = matches!(base.request.body, Body::Json(_));
    match luck.below(8) {
        0..4 if json && !present.is_empty() => luck.pick(&present).copied().and_then(|spot| member(spot, luck)),
        0..6 if json => luck.pick(&objects(base)).cloned().map(|at| unknown_member(&at, luck)),
        // Only a safe request may name something whose name a server might take for something else.
        6 if operation.method.is_safe() => in_path(operation, luck).or_else(|| in_query(operation, luck)),
        7 => header(luck),
        _ => in_query(operation, luck),
    }
}

/// A member of the valid body with a value that it is not meant to have.
fn member(spot: &BodyPlace<'_>, luck: &mut SeededRandom) -> Option<DrawnChange> {
    let value = spot.value?;
    let put = match (luck.below(7), value) {
        (0, Value::String(_)) => DrawnValue::Value(Value::from("x".repeat(LONG))),
        (1, Value::String(_)) => DrawnValue::Value(Value::from("")),
        (2 | 3, Value::String(_)) => DrawnValue::Spelled((*luck.pick(ESCAPED)?).to_owned()),
        (0..4, Value::Number(_)) => DrawnValue::Spelled((*luck.pick(NUMBERS)?).to_owned()),
        (4, _) => DrawnValue::Value(Value::Null),
        (5, _) => DrawnValue::Value(lookalike_of_other_type(value)),
        (_, value) if !value.is_object() && !value.is_array() => DrawnValue::Spelled(with_duplicate_member(spot, value)?),
        _ => DrawnValue::Value(Value::Null),
    };
    // What the schema admits is no fault at all.
    match &put {
        DrawnValue::Value(value) if is_admitted(&spot.schemas, value) && !value.is_string() => None,
        _ => Some(DrawnChange { place: Place::Body(spot.at.clone()), put }),
    }
}

/// A value of another type that a server may read as the right one.
fn lookalike_of_other_type(value: &Value) -> Value {
    match value {
        Value::String(text) => text.parse::<i64>().map_or_else(|_| json!(true), Value::from),
        Value::Number(number) => Value::from(number.to_string()),
        Value::Bool(value) => json!(i32::from(*value)),
        Value::Array(items) => items.first().cloned().unwrap_or_default(),
        other => json!([other]),
    }
}

/// A member that is there twice, with the same value (RFC 8259, section 4: names should be unique).
fn with_duplicate_member(spot: &BodyPlace<'_>, value: &Value) -> Option<String> {
    let name = crate::contract::unescape(spot.at.rsplit('/').next()?);
    // An item of an array has no name.
    name.parse::<usize>().is_err().then(|| format!("{value},{}:{value}", Value::from(name)))
}

/// Pointers to every object of the body.
fn objects(base: &ValidRequest) -> Vec<String> {
    let mut found = Vec::new();
    if let Body::Json(body) = &base.request.body {
        collect(body, "", &mut found);
    }
    found
}

fn collect(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(at.to_owned());
            members.iter().for_each(|(name, member)| collect(member, &append(at, name), found));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| collect(item, &append(at, &index.to_string()), found)),
        _ => {}
    }
}

/// A member that the contract does not know.
fn unknown_member(at: &str, luck: &mut SeededRandom) -> DrawnChange {
    let place = Place::Body(append(at, "probity_unknown"));
    let put = match luck.below(4) {
        0 => DrawnValue::Spelled(format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP))),
        1 => DrawnValue::Spelled(format!("{}1{}", "{\"a\":".repeat(DEEP), "}".repeat(DEEP))),
        2 => DrawnValue::Value(Value::from("x".repeat(LONG))),
        _ => DrawnValue::Value(json!({"漢字": null})),
    };
    DrawnChange { place, put }
}

fn in_path(operation: &Operation, luck: &mut SeededRandom) -> Option<DrawnChange> {
    let parameters: Vec<_> = operation.parameters.iter().filter(|parameter| parameter.location == Location::Path).collect();
    let name = luck.pick(&parameters)?.name.clone();
    let value = if luck.below(5) == 0 { "x".repeat(LONG_IN_HEAD) } else { (*luck.pick(IDS)?).to_owned() };
    Some(DrawnChange { place: Place::Path(name), put: DrawnValue::Value(Value::from(value)) })
}

/// A query parameter that is documented and optional, or an unknown one, with a value that no one expects.
fn in_query(operation: &Operation, luck: &mut SeededRandom) -> Option<DrawnChange> {
    let free =
        operation.parameters.iter().filter(|parameter| parameter.location == Location::Query && !parameter.required && parameter.resource.is_none());
    let mut names: Vec<String> = free.map(|parameter| parameter.name.clone()).collect();
    names.push("probity-unknown".to_owned());
    let values = ["", "漢字", "a&b=c", "a\0b", "%", "[]", "null", "1e2", "-1", "18446744073709551616"];
    let value = match luck.below(6) {
        0 => Value::from("x".repeat(LONG_IN_HEAD)),
        1 => json!([luck.pick(&values)?, luck.pick(&values)?]),
        _ => Value::from(*luck.pick(&values)?),
    };
    Some(DrawnChange { place: Place::Query(luck.pick(&names)?.clone()), put: DrawnValue::Value(value) })
}

/// An unknown header field, which is to be ignored (RFC 9110, section 5.1), or a preference that no server can meet.
fn header(luck: &mut SeededRandom) -> Option<DrawnChange> {
    let fields =
        [("x-probity-unknown", "x".repeat(LONG_IN_HEAD)), ("accept-language", "xx-probity".to_owned()), ("x-probity-unknown", String::new())];
    let (name, value) = luck.pick(&fields)?;
    Some(DrawnChange { place: Place::Header((*name).to_owned()), put: DrawnValue::Value(Value::from(value.as_str())) })
}
