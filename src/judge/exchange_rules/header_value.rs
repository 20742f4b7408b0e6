//! Reads the text of a header field as the values that its schema may ask for.

use serde_json::Value;

use super::exchange_context::{ExchangeContext, shorten};
use crate::model::contract::SchemaRef;

/// Whether the text of a field fits a schema, read as what the schema may ask for: text, number, boolean or list (OpenAPI,
/// Header Object: style `simple`).
pub(super) fn fits(context: &ExchangeContext<'_>, schema: &SchemaRef, text: &str) -> bool {
    readings(text).any(|value| context.schemas.judge(schema, &value).breaches.is_empty())
}

/// Everything that a text may stand for: text, number, boolean, list of texts, list of numbers and booleans.
pub(super) fn readings(text: &str) -> impl Iterator<Item = Value> {
    let scalar = |text: &str| serde_json::from_str(text).ok().filter(|value: &Value| value.is_number() || value.is_boolean());
    let items: Vec<Value> = text.split(',').map(|item| Value::from(item.trim())).collect();
    let typed: Vec<Value> = text.split(',').map(|item| scalar(item.trim()).unwrap_or_else(|| Value::from(item.trim()))).collect();
    [Some(Value::from(text)), scalar(text), Some(Value::from(items)), Some(Value::from(typed))].into_iter().flatten()
}

/// A schema in a finding: itself, with its reference followed.
pub(super) fn described(context: &ExchangeContext<'_>, schema: &SchemaRef) -> String {
    let found = crate::contract::schema::follow_references(&context.contract.document, &schema.0);
    found.map_or_else(|| schema.0.clone(), |(_, schema)| shorten(&schema.to_string()))
}
