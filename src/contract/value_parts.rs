//! Looks at the texts and counts the parts of a value.

use serde_json::Value;

/// Whether something holds for any text of a value, names of members among them.
pub(super) fn any_text(value: &Value, holds: &mut dyn FnMut(&str) -> bool) -> bool {
    match value {
        Value::String(text) => holds(text),
        Value::Array(items) => items.iter().any(|item| any_text(item, holds)),
        Value::Object(members) => members.iter().any(|(name, member)| holds(name) || any_text(member, holds)),
        _ => false,
    }
}

/// How many values there are in a value, itself among them; counted up to `most`.
pub(super) fn parts(value: &Value, most: usize) -> usize {
    let mut count = 0;
    let mut open = vec![value];
    while let Some(value) = open.pop().filter(|_| count < most) {
        count += 1;
        match value {
            Value::Array(items) => open.extend(items.iter().take(most)),
            Value::Object(members) => open.extend(members.values().take(most)),
            _ => {}
        }
    }
    count
}
