//! Finds the schemas that describe each part of a value.

use serde_json::Value;

use super::pointer::{append, at_pointer, target};
use crate::model::contract::{Contract, ResourceNeed, SchemaRef};

/// How many references are followed from one schema to the next before it counts as a circle.
const MOST_REFERENCES: usize = 32;

/// How many branches within branches are searched for the description of a member.
const DEEPEST_BRANCH: usize = 4;

/// Follows local `$ref`s from a pointer to the value that does not refer on; `None` when one leads nowhere.
pub fn follow_references<'a>(document: &'a Value, pointer: &str) -> Option<(String, &'a Value)> {
    let mut pointer = pointer.to_owned();
    for _ in 0..MOST_REFERENCES {
        let value = at_pointer(document, &pointer)?;
        match value.get("$ref").and_then(Value::as_str).and_then(target) {
            Some(target) => pointer = target,
            None => return Some((pointer, value)),
        }
    }
    None
}

/// Where a member of an object is described: by the schema itself, what it refers to, or a branch of it.
pub fn property(document: &Value, schema: &str, name: &str) -> Option<String> {
    described(document, schema, name, 0)
}

fn described(document: &Value, schema: &str, name: &str, depth: usize) -> Option<String> {
    let (at, found) = follow_references(document, schema).filter(|_| depth < DEEPEST_BRANCH)?;
    let own = append(&format!("{at}/properties"), name);
    if at_pointer(document, &own).is_some() {
        return Some(own);
    }
    ["allOf", "oneOf", "anyOf"].iter().find_map(|keyword| {
        let count = found.get(*keyword).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).find_map(|index| described(document, &format!("{at}/{keyword}/{index}"), name, depth + 1))
    })
}

/// Visits each part of `instance` with every schema that applies to it: pointer into the instance, schema, value. Of
/// `oneOf` and `anyOf` the branches whose `const` and `type` fit the value are visited.
pub fn visit<'a>(contract: &'a Contract, schema: &SchemaRef, instance: &'a Value, visitor: &mut dyn FnMut(&str, &'a Value, &'a Value)) {
    walk(&contract.document, std::slice::from_ref(&schema.0), "", instance, visitor);
}

/// Goes from part to part. What applies to one part is known together and forgotten behind it: a body may have very many.
fn walk<'a>(document: &'a Value, schemas: &[String], at: &str, value: &'a Value, visitor: &mut dyn FnMut(&str, &'a Value, &'a Value)) {
    let applied = applied(document, schemas, value);
    for (_, schema) in &applied {
        visitor(at, schema, value);
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let schemas = of_member(&applied, name);
                if !schemas.is_empty() {
                    walk(document, &schemas, &append(at, name), member, visitor);
                }
            }
        }
        Value::Array(items) => {
            let schemas = of_items(&applied);
            for (index, item) in items.iter().enumerate().filter(|_| !schemas.is_empty()) {
                walk(document, &schemas, &append(at, &index.to_string()), item, visitor);
            }
        }
        _ => {}
    }
}

/// A schema that applies to a part of a value, behind the pointer to it.
pub type AppliedSchema<'a> = (String, &'a Value);

/// Every schema that applies to a value: those that are named, and what they refer to and are made of, each once, however
/// many ways lead there.
pub fn applied<'a>(document: &'a Value, schemas: &[String], value: &Value) -> Vec<AppliedSchema<'a>> {
    let mut found: Vec<AppliedSchema<'a>> = Vec::new();
    let mut open: Vec<String> = schemas.iter().rev().cloned().collect();
    while let Some(at) = open.pop() {
        let Some(schema) = at_pointer(document, &at).filter(|_| found.iter().all(|(known, _)| *known != at)) else { continue };
        let mut more: Vec<String> = Vec::new();
        more.extend(schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#')).map(str::to_owned));
        for keyword in ["allOf", "oneOf", "anyOf"] {
            let count = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            let branches = (0..count).map(|index| format!("{at}/{keyword}/{index}"));
            more.extend(branches.filter(|branch| keyword == "allOf" || fits(document, branch, value, 0)));
        }
        open.extend(more.into_iter().rev());
        found.push((at, schema));
    }
    found
}

/// Pointers to what the schemas of an object say of a member.
pub fn of_member(applied: &[AppliedSchema<'_>], name: &str) -> Vec<String> {
    let described = applied.iter().filter(|(_, schema)| schema.get("properties").is_some_and(|properties| properties.get(name).is_some()));
    described.map(|(at, _)| append(&format!("{at}/properties"), name)).collect()
}

/// Pointers to what the schemas of an array say of its items.
pub fn of_items(applied: &[AppliedSchema<'_>]) -> Vec<String> {
    applied.iter().filter(|(_, schema)| schema.get("items").is_some()).map(|(at, _)| format!("{at}/items")).collect()
}

/// Whether a branch may describe the value, judged by `type`, `const`, `enum` and `required`, as deep as needed to tell
/// the forms of one body apart.
pub fn fits(document: &Value, schema: &str, value: &Value, depth: usize) -> bool {
    let Some((schema, found)) = follow_references(document, schema) else { return true };
    if depth > 8 {
        return true;
    }
    let type_fits = match found.get("type") {
        Some(Value::String(name)) => is_of_type(value, name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(|name| is_of_type(value, name)),
        _ => true,
    };
    let constant_fits = found.get("const").is_none_or(|constant| constant == value);
    let enum_fits = found.get("enum").and_then(Value::as_array).is_none_or(|values| values.contains(value));
    if !(type_fits && constant_fits && enum_fits) {
        return false;
    }
    let branches_fit = ["allOf"].iter().all(|keyword| {
        let count = found.get(*keyword).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).all(|index| fits(document, &format!("{schema}/{keyword}/{index}"), value, depth + 1))
    }) && ["oneOf", "anyOf"].iter().all(|keyword| {
        let count = found.get(*keyword).and_then(Value::as_array).map_or(0, Vec::len);
        count == 0 || (0..count).any(|index| fits(document, &format!("{schema}/{keyword}/{index}"), value, depth + 1))
    });
    let members_fit = match value {
        Value::Object(members) => {
            let required = found.get("required").and_then(Value::as_array);
            required.is_none_or(|names| names.iter().filter_map(Value::as_str).all(|name| members.contains_key(name)))
                && members.iter().all(|(name, member)| {
                    let property = append(&format!("{schema}/properties"), name);
                    at_pointer(document, &property).is_none() || fits(document, &property, member, depth + 1)
                })
        }
        Value::Array(items) if found.get("items").is_some() => items.iter().all(|item| fits(document, &format!("{schema}/items"), item, depth + 1)),
        _ => true,
    };
    branches_fit && members_fit
}

/// Whether a value is of a JSON Schema type (JSON Schema Validation, section 6.1.1).
pub fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => true,
    }
}

/// Reads `x-probity-resource`: a kind, or a map with `kind` and `where`.
pub fn resource_need(value: &Value) -> Option<ResourceNeed> {
    match value {
        Value::String(kind) => Some(ResourceNeed::any(kind)),
        map => serde_json::from_value(map.clone()).ok(),
    }
}

/// Whether `part` is a part of `whole`: objects member by member, lists where each item is a part of some item, text in any
/// case, everything else equal; null is a part of anything.
pub fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Null, _) => true,
        (Value::String(part), Value::String(whole)) => part.eq_ignore_ascii_case(whole),
        (Value::Object(part), Value::Object(whole)) => part.iter().all(|(name, value)| whole.get(name).is_some_and(|other| is_part(value, other))),
        (Value::Array(part), Value::Array(whole)) => part.iter().all(|item| whole.iter().any(|other| is_part(item, other))),
        (part, whole) => part == whole,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_a_part_of_one_that_has_each_of_its_items() {
        let whole = json!({"usage": ["columns", "filters"], "type": "Word"});
        assert!(is_part(&json!({"usage": ["Filters"]}), &whole) && is_part(&json!({"usage": []}), &whole));
        assert!(is_part(&json!({"usage": ["filters", "columns"], "type": "word"}), &whole));
        assert!(!is_part(&json!({"usage": ["groupings"]}), &whole) && !is_part(&json!({"usage": ["columns", "groupings"]}), &whole));
        assert!(!is_part(&json!({"usage": "columns"}), &whole) && !is_part(&json!(["columns"]), &json!("columns")));
    }
}
