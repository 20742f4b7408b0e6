//! Flattens a schema: merges what it refers to and the branches of its `allOf`.

use serde_json::{Map, Value, json};

/// Members of an object schema whose rules the larger number makes stricter.
const LEAST: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];

/// The same for the smaller number.
const MOST: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/// Where the branches of `oneOf` and `anyOf` wait of which one is to be chosen; several schemas may have some.
pub(super) const CHOICES: &str = "x-probity-choices";

/// Where conditions stand (`if`, `then`, `else`); several schemas may have one.
pub(super) const CONDITIONS: &str = "x-probity-conditions";

/// Where further patterns stand; a text has to match all.
pub(super) const PATTERNS: &str = "x-probity-patterns";

/// What the branches of `allOf` show of an object.
pub(super) const SHOWN: &str = "x-probity-shown";

/// Adds the rules of another schema to those of a schema, so that what fits the sum fits both.
pub(super) fn merge_rules(whole: &mut Map<String, Value>, part: Map<String, Value>) {
    let pattern = part.get("pattern").cloned();
    for (keyword, value) in part {
        match whole.get_mut(&keyword) {
            None => {
                whole.insert(keyword, value);
            }
            Some(known) if *known == value && keyword != CHOICES && keyword != CONDITIONS => {}
            Some(known) => both(&keyword, known, value),
        }
    }
    // One pattern in two schemas is the same rule; another one is a further rule.
    if let (Some(own), Some(other)) = (whole.get("pattern").cloned(), pattern)
        && own != other
    {
        push(whole, PATTERNS, other);
    }
}

/// Adds an item to the list that stands under a keyword.
pub(super) fn push(schema: &mut Map<String, Value>, keyword: &str, item: Value) {
    match schema.entry(keyword).or_insert_with(|| json!([])) {
        Value::Array(items) => items.push(item),
        other => *other = json!([item]),
    }
}

/// What a keyword says where two schemas have it.
fn both(keyword: &str, known: &mut Value, other: Value) {
    let is_lower = known.as_f64().zip(other.as_f64()).is_some_and(|(known, other)| other < known);
    match (keyword, &mut *known, other) {
        ("properties" | "patternProperties" | "dependentSchemas", Value::Object(known), Value::Object(other)) => {
            for (name, schema) in other {
                match known.get_mut(&name) {
                    None => drop(known.insert(name, schema)),
                    Some(own) if *own == schema => {}
                    Some(own) => *own = json!({"allOf": [own, schema]}),
                }
            }
        }
        ("required" | CHOICES | CONDITIONS | PATTERNS, Value::Array(known), Value::Array(other)) => {
            for item in other {
                if keyword == CHOICES || !known.contains(&item) {
                    known.push(item);
                }
            }
        }
        ("dependentRequired" | SHOWN, Value::Object(known), Value::Object(other)) => {
            for (name, value) in other {
                known.entry(name).or_insert(value);
            }
        }
        ("enum", Value::Array(known), Value::Array(other)) => known.retain(|value| other.contains(value)),
        ("type", _, other) => *known = shared_type(known, &other),
        ("items" | "additionalProperties" | "not", Value::Object(_), other @ Value::Object(_)) => {
            *known = if keyword == "not" { json!({"anyOf": [known, other]}) } else { json!({"allOf": [known, other]}) };
        }
        ("items" | "additionalProperties", _, Value::Bool(false)) => *known = Value::Bool(false),
        (_, _, other) if LEAST.contains(&keyword) && !is_lower => *known = other,
        (_, _, other) if MOST.contains(&keyword) && is_lower => *known = other,
        _ => {}
    }
}

/// The types that two schemas share; a whole number is a number.
fn shared_type(one: &Value, other: &Value) -> Value {
    let names = |value: &Value| match value {
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>(),
        other => other.as_str().map(str::to_owned).into_iter().collect(),
    };
    let (ones, others) = (names(one), names(other));
    let has = |list: &[String], name: &str| list.iter().any(|own| own == name || (name == "integer" && own == "number"));
    let mut shared: Vec<&String> = ones.iter().filter(|name| has(&others, name)).collect();
    shared.extend(others.iter().filter(|name| has(&ones, name) && !ones.contains(name)));
    match shared.as_slice() {
        [] => one.clone(),
        [only] => Value::from(only.as_str()),
        several => several.iter().map(|name| Value::from(name.as_str())).collect(),
    }
}
