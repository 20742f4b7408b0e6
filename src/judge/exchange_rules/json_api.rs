//! Reads where a contract departs from JSON:API, since the contract under test has the last word.

use serde_json::Value;

use super::Scene;
use crate::contract::schema::{is_of_type, visit};
use crate::model::contract::{JSON_API, MediaType};
use crate::model::media_range::is_json_api;

/// Whether the contract declares JSON:API for the answer.
pub(super) fn is_declared(scene: &Scene<'_>) -> bool {
    scene.declared.is_some_and(|response| response.content.iter().any(is_json_api))
}

/// Whether the answer says that it is JSON:API.
pub(super) fn is_answered(scene: &Scene<'_>) -> bool {
    scene.answer.media_type().as_deref() == Some(JSON_API)
}

/// Whether the contract gives the value at `at` a type that it has (a number for an id, for example).
pub(super) fn allows_type(scene: &Scene<'_>, document: &Value, at: &str) -> bool {
    any_schema(scene, document, at, |schema, value| match schema.get("type") {
        Some(Value::String(name)) => is_of_type(value, name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(|name| is_of_type(value, name)),
        _ => false,
    })
}

/// Whether the contract describes the object at `at` by its members, and none of `names` is among them.
pub(super) fn describes_without(scene: &Scene<'_>, document: &Value, at: &str, names: &[&str]) -> bool {
    let members = |schema: &Value| schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    any_schema(scene, document, at, |schema, _| !members(schema).is_empty())
        && !any_schema(scene, document, at, |schema, _| names.iter().any(|name| members(schema).contains_key(*name)))
}

fn any_schema(scene: &Scene<'_>, document: &Value, at: &str, holds: impl Fn(&Value, &Value) -> bool) -> bool {
    let Some(MediaType { schema: Some(schema), .. }) = scene.media() else { return false };
    let mut found = false;
    visit(scene.contract, schema, document, &mut |place, schema, value| found |= place == at && holds(schema, value));
    found
}
