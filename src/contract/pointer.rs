//! JSON Pointer (RFC 6901) where `serde_json` stops: escaping, appending, removing.

use serde_json::{Map, Value};

/// One reference token, escaped (RFC 6901, section 3).
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// One reference token, unescaped; percent-encoding of a URI fragment is undone as well (RFC 6901, section 6).
pub fn unescape(token: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(token).decode_utf8_lossy();
    decoded.replace("~1", "/").replace("~0", "~")
}

/// Whether a pointer is another one, or leads to something in what the other one leads to.
pub fn is_within(pointer: &str, outer: &str) -> bool {
    pointer.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A pointer with one more token.
pub fn append(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", escape(token))
}

/// A reference token as it may stand in a URI fragment (RFC 6901, section 6).
pub(super) fn fragment_escape(token: &str) -> String {
    percent_encoding::utf8_percent_encode(token, FRAGMENT).to_string()
}

/// What RFC 3986, section 3.5, does not allow in a fragment, and `%` itself.
const FRAGMENT: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'[')
    .add(b']')
    .add(b'^')
    .add(b'|')
    .add(b'\\')
    .add(b'#');

/// Where a local reference leads, as a JSON Pointer (RFC 6901, section 6).
pub(super) fn target(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    Some(percent_encoding::percent_decode_str(fragment).decode_utf8_lossy().into_owned())
}

/// The value at a pointer, as [`Value::pointer`] finds it, without a copy of each token: a large document is asked millions of
/// times.
pub(super) fn at_pointer<'a>(document: &'a Value, pointer: &str) -> Option<&'a Value> {
    if pointer.is_empty() {
        return Some(document);
    }
    let mut place = document;
    for token in pointer.strip_prefix('/')?.split('/') {
        place = match place {
            Value::Object(members) if token.contains('~') => members.get(&token.replace("~1", "/").replace("~0", "~"))?,
            Value::Object(members) => members.get(token)?,
            // No sign, and no zero before another digit (RFC 6901, section 4).
            Value::Array(items) if token == "0" || !token.starts_with(['+', '0']) => items.get(token.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(place)
}

/// The value at a pointer, to be changed.
pub fn get_mut<'a>(value: &'a mut Value, pointer: &str) -> Option<&'a mut Value> {
    value.pointer_mut(pointer)
}

/// Puts a value at a pointer, and makes the objects that it stands in.
pub(super) fn insert(document: &mut Value, pointer: &str, value: Value) {
    let mut place = document;
    for token in pointer.split('/').skip(1) {
        let Value::Object(members) = place else { return };
        place = members.entry(unescape(token)).or_insert_with(|| Value::Object(Map::new()));
    }
    *place = value;
}

/// Puts a value at a pointer, in place of what stands there or as a new member of an object; false when there is no
/// place for it.
pub fn replace_or_add(value: &mut Value, pointer: &str, new: Value) -> bool {
    if let Some(place) = value.pointer_mut(pointer) {
        *place = new;
        return true;
    }
    let Some((parent, token)) = pointer.rsplit_once('/') else { return false };
    match value.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.insert(unescape(token), new);
            true
        }
        _ => false,
    }
}

/// Takes the member or item at a pointer away; false when there is none.
pub fn remove(value: &mut Value, pointer: &str) -> bool {
    let Some((parent, token)) = pointer.rsplit_once('/') else { return false };
    let token = unescape(token);
    match value.pointer_mut(parent) {
        Some(Value::Object(members)) => members.shift_remove(&token).is_some(),
        Some(Value::Array(items)) => match token.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_begins_with_the_same_letters_is_not_within() {
        assert!(is_within("/a/b", "/a") && is_within("/a", "/a") && is_within("/a", ""));
        assert!(!is_within("/ab", "/a") && !is_within("/a", "/a/b"));
    }

    #[test]
    fn a_pointer_leads_where_the_library_says() {
        let document = json!({"": 1, "a/b": {"c~d": [[2], 3]}, "0": {"01": 4, "+1": 5}, "~1": 6});
        for pointer in [
            "",
            "/",
            "/a~1b",
            "/a~1b/c~0d",
            "/a~1b/c~0d/0/0",
            "/a~1b/c~0d/1",
            "/a~1b/c~0d/2",
            "/a~1b/c~0d/01",
            "/a~1b/c~0d/+1",
            "/a~1b/c~0d/-",
            "/0/01",
            "/0/+1",
            "/~01",
            "a",
            "/a/b",
            "//",
            "/0/",
        ] {
            assert_eq!(at_pointer(&document, pointer), document.pointer(pointer), "{pointer}");
        }
    }
}
