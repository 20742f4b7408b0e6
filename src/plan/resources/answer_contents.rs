//! Reads from an answer what it says of a resource: its objects, ids, names, and the mark of the run.

use std::collections::BTreeSet;

use serde_json::Value;

use super::unmarked_ids::is_id;
use crate::model::text::unquoted_text;
use crate::plan::values::carries;

/// How deep a resource is looked into for the mark of the run.
const DEEPEST: usize = 3;

/// The objects of a document of which a member holds an id; the whole document and its `data`, where none does.
pub fn items<'v>(body: &'v Value, member: &str, id: &str) -> Vec<&'v Value> {
    let mut found = Vec::new();
    holders(body, member, id, &mut found);
    if found.is_empty() {
        found.extend([Some(body), body.get("data")].into_iter().flatten().filter(|value| value.is_object()));
    }
    found
}

fn holders<'v>(value: &'v Value, member: &str, id: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(members) => {
            let own = |name: &String, value: &Value| {
                (name == member || is_id(name)) && (value.is_string() || value.is_number()) && unquoted_text(value) == id
            };
            if members.iter().any(|(name, value)| own(name, value)) {
                found.push(value);
            }
            members.values().for_each(|inner| holders(inner, member, id, found));
        }
        Value::Array(items) => items.iter().for_each(|item| holders(item, member, id, found)),
        _ => {}
    }
}

/// Whether a request gives an id to the very thing that it makes.
pub fn names_itself(sent: &Value, id: &str) -> bool {
    let data = sent.get("data").unwrap_or(sent);
    let items = data.as_array().map_or_else(|| vec![data], |items| items.iter().collect());
    items.iter().filter_map(|item| item.as_object()).flatten().any(|(name, value)| {
        let own = matches!(name.to_ascii_lowercase().as_str(), "id" | "uuid" | "guid");
        own && (value.is_string() || value.is_number()) && unquoted_text(value) == id
    })
}

/// Whether any text of a document carries a mark.
pub fn carries_any(value: &Value, mark: &str) -> bool {
    match value {
        Value::String(text) => carries(text, mark),
        Value::Array(items) => items.iter().any(|item| carries_any(item, mark)),
        Value::Object(members) => members.values().any(|member| carries_any(member, mark)),
        _ => false,
    }
}

/// Whether a resource shows the mark of the run in one of its own members; what it lists belongs to others.
pub fn shows(item: &Value, mark: &str, depth: usize) -> bool {
    match item {
        Value::String(text) => carries(text, mark),
        Value::Object(members) if depth < DEEPEST => members.values().any(|member| shows(member, mark, depth + 1)),
        _ => false,
    }
}

/// The name that a resource shows where the request sent another one, which carried the mark of the run, or none at all.
pub fn other_name(sent: &Value, item: &Value, member: &str, mark: &str) -> Option<String> {
    let marked = marked_members(sent, mark);
    let unmarked = !carries_any(sent, mark);
    let named = |name: &str| name != member && !is_id(name) && (marked.contains(name) || (unmarked && is_name_member(name)));
    let shown = [Some(item), item.get("attributes")].into_iter().flatten();
    let members = shown.filter_map(Value::as_object).flatten();
    let was_sent = |value: &Value| value.as_str().is_some_and(|text| holds_text(sent, text));
    let mut other = members
        .filter(|(name, value)| named(name) && value.as_str().is_some_and(|text| !text.is_empty() && !carries(text, mark)) && !was_sent(value));
    other.next().map(|(_, value)| unquoted_text(value))
}

/// Whether a member is called like the name of a thing.
fn is_name_member(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "name" | "title" | "username" | "login" | "email" | "slug" | "label" | "displayname" | "display_name"
    )
}

fn holds_text(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own == text,
        Value::Array(items) => items.iter().any(|item| holds_text(item, text)),
        Value::Object(members) => members.values().any(|member| holds_text(member, text)),
        _ => false,
    }
}

/// The members of the things that a request sends whose texts carry the mark, by name.
fn marked_members(sent: &Value, mark: &str) -> BTreeSet<String> {
    let data = sent.get("data").unwrap_or(sent);
    let items = data.as_array().map_or_else(|| vec![data], |items| items.iter().collect());
    let parts = items.into_iter().flat_map(|item| [Some(item), item.get("attributes")]).flatten();
    let members = parts.filter_map(Value::as_object).flatten();
    members.filter(|(_, value)| value.as_str().is_some_and(|text| carries(text, mark))).map(|(name, _)| name.clone()).collect()
}

/// Notes every value of a document that is called like an id, with the kind that its name or its type tells.
pub fn note_ids(value: &Value, kind: Option<&str>, seen: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(members) => {
            let own = members.get("type").and_then(Value::as_str);
            for (name, member) in members {
                let named = name.to_ascii_lowercase();
                let stem = named.strip_suffix("_ids").or_else(|| named.strip_suffix("_id")).map(|stem| format!("{stem}s"));
                let kind = if named == "id" { Some(own.unwrap_or_default().to_owned()) } else { stem.or_else(|| is_id(name).then(String::new)) };
                note_ids(member, kind.as_deref(), seen);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| note_ids(item, kind, seen)),
        Value::String(_) | Value::Number(_) => {
            if let Some(kind) = kind {
                seen.insert((kind.to_owned(), unquoted_text(value)));
            }
        }
        _ => {}
    }
}
