//! Repairs an answer that does not fit its declared schema, with values from the contract's example.

use serde_json::Value;

use super::sample::sample;
use super::violation_cause::{missing_member, rule_place};
use crate::contract::{SchemaViolation, Schemas, append, get_mut, remove};
use crate::model::contract::{Contract, SchemaRef};

/// How many rounds of repair an answer gets; each may bring the next breach to light.
const ROUNDS: usize = 8;

/// Replaces what does not fit the schema by what the example has there, or takes it away.
pub(crate) fn make_valid(contract: &Contract, schemas: &Schemas, schema: &SchemaRef, value: &mut Value, example: &Value) {
    for _ in 0..ROUNDS {
        let Ok(breaches) = schemas.violations(schema, value) else { return };
        if breaches.is_empty() {
            return;
        }
        for breach in breaches {
            repair(contract, schema, value, example, &breach);
        }
    }
}

fn repair(contract: &Contract, schema: &SchemaRef, value: &mut Value, example: &Value, breach: &SchemaViolation) {
    if breach.keyword == "required" {
        let Some(name) = missing_member(breach) else { return };
        let at = append(&breach.at, &name);
        let drawn = || {
            let owner = rule_place(&contract.document, &schema.0, breach.rule.strip_suffix("/required")?)?;
            Some(sample(&contract.document, &append(&format!("{owner}/properties"), &name)))
        };
        let substitute = in_example(example, &at).cloned().or_else(drawn);
        if let (Some(Value::Object(members)), Some(substitute)) = (get_mut(value, &breach.at), substitute) {
            members.insert(name, substitute);
        }
        return;
    }
    if matches!(breach.keyword.as_str(), "additionalProperties" | "unevaluatedProperties")
        && let Some(Value::Object(members)) = get_mut(value, &breach.at)
    {
        // The others stay as they are.
        members.retain(|name, _| !breach.message.contains(&format!("'{name}'")));
        return;
    }
    if let Some(word) = same_word(contract, schema, value, breach)
        && let Some(spot) = get_mut(value, &breach.at)
    {
        *spot = word;
        return;
    }
    if breach.keyword == "type" {
        if let Some(spelled) = value.pointer(&breach.at).and_then(|found| respelled(contract, schema, found, breach)) {
            if let Some(spot) = get_mut(value, &breach.at) {
                *spot = spelled;
            }
            return;
        }
        // The example would show what was there before, though something else was written.
        let optional =
            |value: &Value| in_example(example, &breach.at).is_some_and(|shown| value.pointer(&breach.at) != Some(shown) && shown.is_number());
        if optional(value) && value.pointer(&breach.at).is_some_and(Value::is_string) {
            remove(value, &breach.at);
            return;
        }
    }
    match in_example(example, &breach.at) {
        Some(substitute) if value.pointer(&breach.at) != Some(substitute) => {
            if let Some(spot) = get_mut(value, &breach.at) {
                *spot = substitute.clone();
            }
        }
        _ => {
            remove(value, &breach.at);
        }
    }
}

/// The same value as a text where the schema asks for one, or as a number.
fn respelled(contract: &Contract, schema: &SchemaRef, found: &Value, breach: &SchemaViolation) -> Option<Value> {
    let owner = rule_place(&contract.document, &schema.0, breach.rule.strip_suffix("/type")?)?;
    let types = contract.document.pointer(&owner)?.get("type")?;
    let takes = |name: &str| types == name || types.as_array().is_some_and(|names| names.iter().any(|known| known == name));
    match found {
        Value::Number(_) | Value::Bool(_) if takes("string") => Some(Value::String(found.to_string())),
        Value::String(text) if takes("integer") || takes("number") => serde_json::from_str(text).ok().filter(Value::is_number),
        _ => None,
    }
}

/// The word of an enumeration that differs only in case: some contracts take words in lower case and answer in upper case.
fn same_word(contract: &Contract, schema: &SchemaRef, value: &Value, breach: &SchemaViolation) -> Option<Value> {
    let sent = value.pointer(&breach.at)?.as_str()?;
    let owner = rule_place(&contract.document, &schema.0, breach.rule.strip_suffix("/enum")?)?;
    let words = contract.document.pointer(&owner)?.get("enum")?.as_array()?;
    words.iter().find(|word| word.as_str().is_some_and(|word| word.eq_ignore_ascii_case(sent))).cloned()
}

/// What an example has at a place; the first item of an array stands for all of them.
fn in_example<'a>(example: &'a Value, at: &str) -> Option<&'a Value> {
    let exact = example.pointer(at);
    exact.or_else(|| {
        let first: String =
            at.split('/').skip(1).map(|token| if token.parse::<usize>().is_ok() { "/0".to_owned() } else { format!("/{token}") }).collect();
        example.pointer(&first)
    })
}
