//! Finds the schemas that a `$dynamicRef` may mean.

use std::collections::BTreeMap;

use serde_json::Value;

use super::pointer::append;

/// Names of `$dynamicAnchor`, with the JSON Pointer of every schema that has one.
pub(super) type Anchors = BTreeMap<String, Vec<String>>;

/// Those of a document.
pub(super) fn dynamic_anchors(document: &Value) -> Anchors {
    let mut found = Anchors::new();
    if has_dynamic_anchors(document) {
        collect_anchors(document, "", &mut found);
    }
    found
}

fn has_dynamic_anchors(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.contains_key("$dynamicAnchor") || members.values().any(has_dynamic_anchors),
        Value::Array(items) => items.iter().any(has_dynamic_anchors),
        _ => false,
    }
}

fn collect_anchors(value: &Value, pointer: &str, found: &mut Anchors) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(name)) = members.get("$dynamicAnchor") {
                found.entry(name.clone()).or_default().push(pointer.to_owned());
            }
            for (name, member) in members.iter().filter(|(_, member)| member.is_object() || member.is_array()) {
                collect_anchors(member, &append(pointer, name), found);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect_anchors(item, &format!("{pointer}/{index}"), found));
        }
        _ => {}
    }
}
