//! Faults that only a drawn value triggers, because no example of a contract shows them.

use serde_json::Value;

use super::Hook::{Choke, Effect as Goes};
use super::{DecodedRequest, Fault, StateFault};

/// The class of these faults.
pub(super) const CLASS: &str = "drawn";

const fn fails_on(name: &'static str, breaks: &'static str, on: fn(&DecodedRequest) -> Option<u16>) -> Fault {
    Fault { name, class: CLASS, breaks, hook: Choke(on) }
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    fails_on("long-text-fails", "a text of more than 200 characters in a body is too much", |call| fails(longest_text(call) > 200)),
    fails_on("empty-text-fails", "an empty text in a body is not expected", |call| fails(body_contains(call, &|value| value == ""))),
    fails_on("null-fails", "null in a body is not expected", |call| fails(body_contains(call, &Value::is_null))),
    fails_on("deep-nesting-fails", "a body of more than 50 levels is too deep", |call| fails(depth(call) > 50)),
    fails_on("number-form-fails", "a number that is written with an exponent is not understood", |call| fails(has_exponent(call))),
    fails_on("encoded-slash-fails", "an encoded slash in a path is not understood", |call| {
        fails(call.segments.iter().any(|segment| segment.contains('/')))
    }),
    fails_on("long-query-fails", "a query of more than 1000 characters is too much", |call| fails(query_length(call) > 1000)),
    fails_on("long-header-fails", "a header field of more than 1000 characters is too much", |call| {
        fails(call.headers.iter().any(|(_, value)| value.len() > 1000))
    }),
    Fault { name: "unicode-mangled", class: CLASS, breaks: "letters beyond ASCII are kept as question marks", hook: Goes(StateFault::MangleText) },
];

fn fails(does: bool) -> Option<u16> {
    does.then_some(500)
}

fn body(call: &DecodedRequest) -> Value {
    serde_json::from_slice(&call.body).unwrap_or_default()
}

/// Whether a JSON body has a value of a sort anywhere in it.
fn body_contains(call: &DecodedRequest, wanted: &dyn Fn(&Value) -> bool) -> bool {
    // No body holds nothing.
    !call.body.is_empty() && any(&body(call), wanted)
}

fn any(value: &Value, wanted: &dyn Fn(&Value) -> bool) -> bool {
    match value {
        Value::Object(members) => members.values().any(|member| any(member, wanted)),
        Value::Array(items) => items.iter().any(|item| any(item, wanted)),
        plain => wanted(plain),
    }
}

fn longest_text(call: &DecodedRequest) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::String(text) => text.chars().count(),
            Value::Object(members) => members.values().map(of).max().unwrap_or(0),
            Value::Array(items) => items.iter().map(of).max().unwrap_or(0),
            _ => 0,
        }
    }
    of(&body(call))
}

fn depth(call: &DecodedRequest) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::Object(members) => 1 + members.values().map(of).max().unwrap_or(0),
            Value::Array(items) => 1 + items.iter().map(of).max().unwrap_or(0),
            _ => 0,
        }
    }
    of(&body(call))
}

/// Whether a number outside of any text has an exponent.
fn has_exponent(call: &DecodedRequest) -> bool {
    let text = String::from_utf8_lossy(&call.body);
    let outside = text.split('"').step_by(2);
    outside.into_iter().any(|part| part.as_bytes().windows(2).any(|pair| pair[0].is_ascii_digit() && matches!(pair[1], b'e' | b'E')))
}

fn query_length(call: &DecodedRequest) -> usize {
    call.query.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// A value whose texts have lost every letter beyond ASCII.
pub(in crate::mock) fn mangled(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect(),
        Value::Object(members) => members.values_mut().for_each(mangled),
        Value::Array(items) => items.iter_mut().for_each(mangled),
        _ => {}
    }
}
