//! Names that a discriminator gives to schemas (OpenAPI, Discriminator Object).

use serde_json::Value;

/// The name that a discriminator maps to a schema.
pub(super) fn mapped(discriminator: &Value, schema: &str) -> Option<String> {
    let short = schema.rsplit('/').next().unwrap_or_default();
    let mapping = discriminator.get("mapping").and_then(Value::as_object)?;
    let is_it = |target: &Value| target.as_str().is_some_and(|target| target.strip_prefix('#') == Some(schema) || target == short);
    mapping.iter().find(|(_, target)| is_it(target)).map(|(name, _)| name.clone())
}

/// What a discriminator calls a schema: what is mapped to it, else its own name.
pub(super) fn called(discriminator: &Value, schema: &str) -> String {
    mapped(discriminator, schema).unwrap_or_else(|| schema.rsplit('/').next().unwrap_or_default().to_owned())
}
