//! Whether query parameters have values that their schemas allow.

use serde_json::Value;

use super::{Noticed, Scene, State};
use crate::contract::Schemas;
use crate::contract::schema::follow;
use crate::domain::contract::{Contract, Location, Parameter, SchemaRef};
use crate::mock::store::id_text;

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
        let values: Vec<&str> = scene.call.query.iter().filter(|(name, _)| *name == parameter.name).map(|(_, value)| value.as_str()).collect();
        if values.is_empty() {
            if parameter.required {
                let detail = format!("The parameter {} is missing.", parameter.name);
                noticed.push(Noticed::new("missing-query-parameter", detail).or("bad-query-parameter").at_parameter(&parameter.name));
            }
            continue;
        }
        if let Some((limit, why)) = breach(&scene.core.contract, &scene.core.schemas, parameter, &values) {
            let detail = format!("The parameter {}: {why}.", parameter.name);
            let trigger = if limit { "over-limit" } else { "bad-query-parameter" };
            noticed.push(Noticed::new(trigger, detail).or("bad-query-parameter").or("bad-value").at_parameter(&parameter.name));
        }
    }
}

fn as_text(value: &Value) -> Option<String> {
    id_text(value).or_else(|| value.as_bool().map(|flag| flag.to_string()))
}

/// Whether a limit is broken, and what is wrong, when a value does not fit the schema of its parameter.
pub(crate) fn breach(contract: &Contract, schemas: &Schemas, parameter: &Parameter, values: &[&str]) -> Option<(bool, String)> {
    let schema = parameter.schema.as_ref()?;
    let (at, found) = follow(&contract.document, &schema.0)?;
    let types = found.get("type");
    let is_a = |name: &str| types.is_some_and(|types| types == name || types.as_array().is_some_and(|types| types.contains(&Value::from(name))));
    if is_a("object") {
        return None;
    }
    let sent: Vec<Value> = if is_a("array") {
        let items = SchemaRef(format!("{at}/items"));
        let texts: Vec<&str> = if parameter.explode { values.to_vec() } else { values.iter().flat_map(|value| value.split(',')).collect() };
        let texts = texts.into_iter().filter(|text| !text.is_empty());
        vec![Value::Array(texts.map(|text| read(contract, schemas, &items, text)).collect())]
    } else {
        values.iter().map(|text| read(contract, schemas, schema, text)).collect()
    };
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
