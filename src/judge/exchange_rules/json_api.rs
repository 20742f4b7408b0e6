//! Reads where a contract departs from JSON:API, since the contract under test has the last word.

use serde_json::Value;

use super::ExchangeContext;
use crate::contract::schema::{is_of_type, visit};
use crate::model::contract::{JSON_API, MediaType};
use crate::model::media_range::is_json_api;

/// Whether the contract declares JSON:API for the answer.
pub(super) fn is_declared(context: &ExchangeContext<'_>) -> bool {
    context.declared.is_some_and(|response| response.content.iter().any(is_json_api))
}

/// Whether the answer says that it is JSON:API.
pub(super) fn is_answered(context: &ExchangeContext<'_>) -> bool {
    context.answer.media_type().as_deref() == Some(JSON_API)
}

/// Whether the contract gives the value at `at` a type that it has (a number for an id, for example).
pub(super) fn allows_type(context: &ExchangeContext<'_>, document: &Value, at: &str) -> bool {
    any_schema(context, document, at, |schema, value| match schema.get("type") {
        Some(Value::String(name)) => is_of_type(value, name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(|name| is_of_type(value, name)),
        _ => false,
    })
}

/// Whether the contract describes the object at `at` by its members, and none of `names` is among them.
pub(super) fn describes_without(context: &ExchangeContext<'_>, document: &Value, at: &str, names: &[&str]) -> bool {
    let members = |schema: &Value| schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    any_schema(context, document, at, |schema, _| !members(schema).is_empty())
        && !any_schema(context, document, at, |schema, _| names.iter().any(|name| members(schema).contains_key(*name)))
}

fn any_schema(context: &ExchangeContext<'_>, document: &Value, at: &str, holds: impl Fn(&Value, &Value) -> bool) -> bool {
    let Some(MediaType { schema: Some(schema), .. }) = context.media() else { return false };
    let mut found = false;
    visit(context.contract, schema, document, &mut |place, schema, value| found |= place == at && holds(schema, value));
    found
}
