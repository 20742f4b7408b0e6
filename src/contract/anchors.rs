//! References by `$anchor` as references by JSON Pointer (JSON Schema 2020-12, section 8.2.2).

use serde_json::Value;

use super::pointer::append;

/// The JSON Pointer of the schema that has this anchor in a document; `None` where none has, or more than one.
pub fn anchored(document: &Value, name: &str) -> Option<String> {
    let mut found = Vec::new();
    collect(document, "", name, &mut found);
    (found.len() == 1).then(|| found.pop()).flatten()
}

/// Whether the fragment of a reference is the name of an anchor and no pointer.
pub fn is_anchor(fragment: &str) -> bool {
    !fragment.is_empty() && !fragment.starts_with('/')
}

fn collect(value: &Value, pointer: &str, wanted: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if ["$anchor", "$dynamicAnchor"].iter().any(|keyword| members.get(*keyword).and_then(Value::as_str) == Some(wanted)) {
                found.push(pointer.to_owned());
            }
            for (name, member) in members.iter().filter(|(_, member)| member.is_object() || member.is_array()) {
                collect(member, &append(pointer, name), wanted, found);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| collect(item, &format!("{pointer}/{index}"), wanted, found)),
        _ => {}
    }
}
