//! Trigger: a documented query parameter has a value that its schema forbids.

use serde_json::{Value, json};

use super::{Mutation, Trigger, TriggerContext};
use crate::contract::schema::follow_references;
use crate::model::contract::{Location, Parameter};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::BAD_QUERY_PARAMETER,
    about: "a query parameter has a value that its schema forbids",
    needs: "query parameter that does not take every text",
    source: "RFC 9110, section 15.5.1; JSON:API, Query Parameters",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let chosen = trigger_context.condition.at.as_ref();
    let mut places: Vec<(u8, &Parameter)> = trigger_context
        .operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == Location::Query && chosen.is_none_or(|chosen| *chosen == parameter.name))
        .filter_map(|parameter| Some((certainty_of_fault(trigger_context, parameter)?, parameter)))
        .collect();
    places.sort_by_key(|(plainness, _)| *plainness);
    places.into_iter().map(|(_, parameter)| trigger_context.with_query_value(&parameter.name, "probity")).collect()
}

/// How plainly the word `probity` is wrong for the parameter, the plainest first; `None` when it may be right.
fn certainty_of_fault(trigger_context: &TriggerContext<'_>, parameter: &Parameter) -> Option<u8> {
    let reference = parameter.schema.as_ref()?;
    if trigger_context.schemas.fits(reference, &json!("probity")) {
        return None;
    }
    let (_, schema) = follow_references(&trigger_context.contract.document, &reference.0)?;
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.and_then(Value::as_str),
    };
    match (kind, schema.get("enum")) {
        (Some("integer" | "number"), _) => Some(0),
        (_, Some(_)) => Some(1),
        (Some("string"), _) => Some(2),
        (Some("boolean"), _) => Some(3),
        _ => None,
    }
}
