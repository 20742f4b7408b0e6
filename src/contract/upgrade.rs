//! Brings the schemas of an OpenAPI 3.0 document to JSON Schema 2020-12, the dialect of OpenAPI 3.1.

use serde_json::{Map, Value, json};

/// Rewrites what OpenAPI 3.0 says differently: `nullable`, boolean `exclusiveMinimum` and `exclusiveMaximum`, and
/// `format: binary` for raw bytes stays as it is. Applied to the whole document; members of these names outside schemas
/// do not exist in OpenAPI 3.0.
pub fn upgrade(value: &mut Value) {
    match value {
        Value::Object(members) => {
            exclusive(members, "minimum", "exclusiveMinimum");
            exclusive(members, "maximum", "exclusiveMaximum");
            nullable(members);
            for (name, member) in members.iter_mut() {
                if !matches!(name.as_str(), "example" | "examples" | "default" | "enum" | "value") {
                    upgrade(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(upgrade),
        _ => {}
    }
}

fn exclusive(members: &mut Map<String, Value>, bound: &str, flag: &str) {
    let Some(Value::Bool(exclusive)) = members.get(flag) else { return };
    let exclusive = *exclusive;
    members.shift_remove(flag);
    if exclusive && let Some(limit) = members.shift_remove(bound) {
        members.insert(flag.to_owned(), limit);
    }
}

fn nullable(members: &mut Map<String, Value>) {
    if members.get("nullable") != Some(&Value::Bool(true)) {
        return;
    }
    members.shift_remove("nullable");
    if let Some(Value::String(kind)) = members.get("type").cloned() {
        members.insert("type".to_owned(), json!([kind, "null"]));
    }
    if let Some(Value::Array(values)) = members.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewrites_what_differs_and_nothing_else() {
        let mut schema = json!({
            "type": "string", "nullable": true, "enum": ["a"],
            "properties": {"n": {"type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false}},
            "example": {"nullable": true}
        });
        upgrade(&mut schema);
        assert_eq!(
            schema,
            json!({
                "type": ["string", "null"], "enum": ["a", null],
                "properties": {"n": {"type": "integer", "exclusiveMinimum": 0, "maximum": 9}},
                "example": {"nullable": true}
            })
        );
    }
}
