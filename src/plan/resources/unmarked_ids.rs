//! Finds body members that are named like ids, in a contract that marks none.
//! An example there may name a resource that belongs to another user.

use serde_json::Value;

use crate::contract::append;
pub use crate::model::text::words_of_name;

/// Every value in a body whose name ends in `id`, `ids`, `uuid` or `guid` as a word, with its place (JSON Pointer).
pub fn unmarked_ids(body: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    walk(body, "", false, &mut found);
    found
}

fn walk(value: &Value, at: &str, named: bool, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| walk(member, &append(at, name), is_id(name), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| walk(item, &append(at, &index.to_string()), named, found)),
        Value::String(_) | Value::Number(_) if named => found.push((at.to_owned(), value.clone())),
        _ => {}
    }
}

/// Whether a member is called like an id: `id`, `owner_id`, `ownerId`, `OWNER-IDS`; not `paid`.
pub fn is_id(name: &str) -> bool {
    let last = words_of_name(name).pop().unwrap_or_default();
    matches!(last.as_str(), "id" | "ids" | "uuid" | "uuids" | "guid" | "guids")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_told_by_their_last_word() {
        for name in ["id", "ID", "owner_id", "ownerId", "ownerID", "OWNER-IDS", "uuid", "user.guid"] {
            assert!(is_id(name), "{name}");
        }
        for name in ["paid", "identity", "grid", "name", "idle", ""] {
            assert!(!is_id(name), "{name}");
        }
    }

    #[test]
    fn ids_are_found_at_any_depth() {
        let body = json!({"id": 1, "owner": {"id": "a"}, "tag_ids": [3, 4], "paid": 5, "parent_id": null, "things": [{"thingId": 6}]});
        let places: Vec<String> = unmarked_ids(&body).into_iter().map(|(at, _)| at).collect();
        assert_eq!(places, ["/id", "/owner/id", "/tag_ids/0", "/tag_ids/1", "/things/0/thingId"]);
    }
}
