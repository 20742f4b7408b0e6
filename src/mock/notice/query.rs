//! Detects query parameters whose values their schemas do not allow.

use serde_json::Value;

use super::{Noticed, Scene, State};
use crate::contract::Schemas;
use crate::mock::store::id_text;
use crate::mock::styled::{RawPair, Reader};
use crate::model::contract::{Contract, Location, Parameter, SchemaRef};

/// Looks at every query parameter.
pub(super) fn look(scene: &Scene<'_>, _: &State, noticed: &mut Vec<Noticed>) {
    for condition in scene.listed("undocumented-parameter") {
        if let Some(name) = condition.at.as_deref().filter(|name| scene.call.query_value(name).is_some()) {
            let detail = format!("The parameter {name} is not supported here.");
            noticed.push(Noticed::new("undocumented-parameter", detail).at_parameter(name));
        }
    }
    for condition in scene.listed("bad-value") {
        let Some(name) = condition.at.as_deref().filter(|at| !at.is_empty() && !at.starts_with('/')) else { continue };
        let sent = scene.call.query_value(name).or_else(|| scene.path_value(name));
        if sent.is_some() && sent.map(str::to_owned) == condition.value.as_ref().and_then(as_text) {
            noticed.push(Noticed::new("bad-value", format!("The parameter {name} must not have this value.")).at_parameter(name));
        }
    }
    let documented = scene.operation.parameters.iter().filter(|parameter| parameter.location == Location::Query);
    for parameter in documented {
        let reader = reader(&scene.core.contract, &scene.core.schemas, parameter);
        if reader.in_pairs(&parameter.name, &scene.call.raw_query).is_empty() {
            if parameter.required {
                let detail = format!("The parameter {} is missing.", parameter.name);
                noticed.push(Noticed::new("missing-query-parameter", detail).or("bad-query-parameter").at_parameter(&parameter.name));
            }
            continue;
        }
        if let Some((limit, why)) = breach(&scene.core.contract, &scene.core.schemas, parameter, &scene.call.raw_query) {
            let detail = format!("The parameter {}: {why}.", parameter.name);
            let trigger = if limit { "over-limit" } else { "bad-query-parameter" };
            noticed.push(Noticed::new(trigger, detail).or("bad-query-parameter").or("bad-value").at_parameter(&parameter.name));
        }
    }
}

fn as_text(value: &Value) -> Option<String> {
    id_text(value).or_else(|| value.as_bool().map(|flag| flag.to_string()))
}

fn reader<'a>(contract: &'a Contract, schemas: &'a Schemas, parameter: &'a Parameter) -> Reader<'a> {
    Reader { contract, schemas, schema: parameter.schema.as_ref(), serialization: parameter.serialization }
}

/// Whether a limit is broken, and what is wrong, when a value does not fit the schema of its parameter.
pub(crate) fn breach(contract: &Contract, schemas: &Schemas, parameter: &Parameter, pairs: &[RawPair]) -> Option<(bool, String)> {
    let schema = parameter.schema.as_ref()?;
    let sent = reader(contract, schemas, parameter).in_pairs(&parameter.name, pairs);
    let breach = sent.iter().find_map(|value| schemas.breaches(schema, value).ok()?.into_iter().next())?;
    Some((matches!(breach.keyword.as_str(), "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems"), breach.message))
}

/// The text of a parameter as the JSON value that fits its schema, else as the nearest.
pub(crate) fn read(contract: &Contract, schemas: &Schemas, schema: &SchemaRef, text: &str) -> Value {
    let plain = Value::String(text.to_owned());
    if contract.schema(schema).is_none() || schemas.fits(schema, &plain) {
        return plain;
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => plain,
    }
}
