//! Converts the schemas of an OpenAPI 3.0 document to JSON Schema 2020-12, the dialect of OpenAPI 3.1.

use serde_json::{Map, Value, json};

/// Members whose own members are named by the author, so that a property called `default` is not taken for the keyword.
pub(super) const NAMED: [&str; 19] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "definitions",
    "$defs",
    "schemas",
    "responses",
    "parameters",
    "requestBodies",
    "headers",
    "paths",
    "pathItems",
    "content",
    "callbacks",
    "links",
    "encoding",
    "securitySchemes",
    "variables",
    "x-probity-forms",
];

/// Members that hold values of the author's own, in which nothing is a keyword.
const VALUES: [&str; 6] = ["example", "examples", "default", "enum", "const", "value"];

/// Members that limit a value by a number.
const LIMITS: [&str; 11] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

/// Whole numbers up to here are exact as a fraction, too.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

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
                match member {
                    Value::Object(named) if NAMED.contains(&name.as_str()) => named.values_mut().for_each(upgrade),
                    member if !VALUES.contains(&name.as_str()) => upgrade(member),
                    _ => {}
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(upgrade),
        _ => {}
    }
}

/// Takes out of schemas what has no meaning there and would keep them from being understood: names that are required twice,
/// `required: true`, which belongs to parameters, and the fraction of whole numbers, which some tools write as `1.0`.
pub fn remove_meaningless_members(value: &mut Value) {
    match value {
        Value::Object(members) => {
            whole_numbers(members);
            let described = ["in", "schema", "content"].iter().any(|name| members.contains_key(*name));
            match members.get_mut("required") {
                Some(Value::Array(names)) => {
                    let mut seen: Vec<Value> = Vec::new();
                    names.retain(|name| {
                        let new = !seen.contains(name);
                        seen.push(name.clone());
                        new
                    });
                }
                Some(Value::Bool(_)) if !described => {
                    members.shift_remove("required");
                }
                _ => {}
            }
            for (name, member) in members.iter_mut() {
                match member {
                    Value::Object(named) if NAMED.contains(&name.as_str()) => named.values_mut().for_each(remove_meaningless_members),
                    member if !VALUES.contains(&name.as_str()) => remove_meaningless_members(member),
                    _ => {}
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(remove_meaningless_members),
        _ => {}
    }
}

/// Writes limits as whole numbers where they are, and with them the values of integers.
fn whole_numbers(members: &mut Map<String, Value>) {
    let integer = match members.get("type") {
        Some(Value::String(name)) => name == "integer",
        Some(Value::Array(names)) => names.contains(&json!("integer")) && !names.contains(&json!("number")),
        _ => false,
    };
    for (name, member) in members.iter_mut() {
        match member {
            Value::Array(values) if integer && VALUES.contains(&name.as_str()) => values.iter_mut().for_each(write_as_integer),
            value if LIMITS.contains(&name.as_str()) || (integer && VALUES.contains(&name.as_str())) => write_as_integer(value),
            _ => {}
        }
    }
}

/// Writes a number without a fraction as a whole one, as far as that is exact.
pub fn write_as_integer(value: &mut Value) {
    #[allow(clippy::cast_possible_truncation, reason = "it is whole, and within 53 bits")]
    let number = value.as_f64().filter(|number| value.is_f64() && number.fract() == 0.0 && number.abs() < MOST_EXACT).map(|number| number as i64);
    if let Some(number) = number {
        *value = Value::from(number);
    }
}

pub(super) fn exclusive(members: &mut Map<String, Value>, bound: &str, flag: &str) {
    let Some(Value::Bool(exclusive)) = members.get(flag) else { return };
    let exclusive = *exclusive;
    members.shift_remove(flag);
    if exclusive && let Some(limit) = members.shift_remove(bound) {
        members.insert(flag.to_owned(), limit);
    }
}

pub(super) fn nullable(members: &mut Map<String, Value>) {
    if !members.get("nullable").is_some_and(Value::is_boolean) {
        return;
    }
    if members.shift_remove("nullable") == Some(Value::Bool(false)) {
        return;
    }
    if let Some(Value::Array(values)) = members.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match members.get("type").cloned() {
        Some(Value::String(kind)) => {
            members.insert("type".to_owned(), json!([kind, "null"]));
        }
        // OpenAPI 3.0.3 gives `nullable` a meaning only beside `type`; what authors mean by it beside a reference is plain.
        None if ["$ref", "allOf", "oneOf", "anyOf"].iter().any(|keyword| members.contains_key(*keyword)) => {
            let whole = Value::Object(std::mem::take(members));
            members.insert("anyOf".to_owned(), json!([whole, {"type": "null"}]));
        }
        _ => {}
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

    #[test]
    fn a_member_that_an_author_calls_like_a_keyword_is_a_schema() {
        let mut schema = json!({"properties": {
            "default": {"type": "string", "nullable": true},
            "value": {"type": "number", "nullable": false},
            "nullable": {"type": "boolean"}
        }});
        upgrade(&mut schema);
        let expected = json!({"default": {"type": ["string", "null"]}, "value": {"type": "number"}, "nullable": {"type": "boolean"}});
        assert_eq!(schema["properties"], expected);
    }

    #[test]
    fn a_list_of_required_members_names_each_once() {
        let mut document = json!({
            "parameters": [{"in": "query", "required": true, "schema": {"type": "string", "required": true}}],
            "schemas": {"required": {"required": ["a", "b", "a"], "properties": {"required": {"type": "boolean"}}}}
        });
        remove_meaningless_members(&mut document);
        assert_eq!(
            document,
            json!({
                "parameters": [{"in": "query", "required": true, "schema": {"type": "string"}}],
                "schemas": {"required": {"required": ["a", "b"], "properties": {"required": {"type": "boolean"}}}}
            })
        );
    }

    #[test]
    fn whole_numbers_are_written_as_such_where_no_others_are_meant() {
        let mut document = json!({"schemas": {
            "i": {"type": ["integer", "null"], "minimum": 1.0, "multipleOf": 5.0, "default": 10.0, "enum": [5.0, 10, null]},
            "n": {"type": "number", "maximum": 2.0, "exclusiveMinimum": 0.5, "example": 1.0}, "t": {"type": "string", "maxLength": 3.0},
            "minimum": {"properties": {"minimum": {"const": 1.0}}}
        }});
        remove_meaningless_members(&mut document);
        let text = |name: &str| document["schemas"][name].to_string();
        assert_eq!(text("i"), r#"{"type":["integer","null"],"minimum":1,"multipleOf":5,"default":10,"enum":[5,10,null]}"#);
        assert_eq!(text("n"), r#"{"type":"number","maximum":2,"exclusiveMinimum":0.5,"example":1.0}"#);
        assert_eq!(text("t"), r#"{"type":"string","maxLength":3}"#);
        assert_eq!(text("minimum"), r#"{"properties":{"minimum":{"const":1.0}}}"#);
    }

    #[test]
    fn a_reference_may_be_null_as_well() {
        let mut schema = json!({"nullable": true, "allOf": [{"$ref": "#/a"}]});
        upgrade(&mut schema);
        assert_eq!(schema, json!({"anyOf": [{"allOf": [{"$ref": "#/a"}]}, {"type": "null"}]}));
    }
}
