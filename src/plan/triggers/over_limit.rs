//! Trigger: a number or a length is one above its maximum.

use serde_json::{Value, json};

use super::members::described;
use super::{Mutation, Trigger, TriggerContext};
use crate::contract::schema::follow_references;
use crate::model::contract::Location;
use crate::model::trigger_name::TriggerName;

/// Longer texts are not made: they would test the server's bounds, not the contract.
const LONGEST: u64 = 10_000;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::OVER_LIMIT,
    about: "a number or a length is above its maximum",
    needs: "maximum in a query parameter or the body",
    source: "JSON Schema Validation, sections 6.2.2 (maximum) and 6.3.1 (maxLength)",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let chosen = trigger_context.condition.at.as_ref();
    let wanted = |place: &str| chosen.is_none_or(|chosen| chosen == place);
    let parameters = trigger_context.operation.parameters.iter().filter(|parameter| parameter.location == Location::Query && wanted(&parameter.name));
    let in_query = parameters.filter_map(|parameter| {
        let (_, schema) = follow_references(&trigger_context.contract.document, &parameter.schema.as_ref()?.0)?;
        let maximum = schema.get("maximum")?.as_i64()?;
        Some(trigger_context.with_query_value(&parameter.name, &(maximum + 1).to_string()))
    });
    let members = described(trigger_context).into_iter().filter(|member| wanted(&member.at));
    let in_body = members.filter_map(|member| {
        let bound_request = |name: &str| member.schemas.iter().find_map(|schema| schema.get(name)?.as_u64());
        let value: Value = match (bound_request("maximum"), bound_request("maxLength")) {
            (Some(maximum), _) => json!(maximum + 1),
            (_, Some(longest)) if longest < LONGEST => json!("x".repeat(usize::try_from(longest).ok()? + 1)),
            _ => return None,
        };
        trigger_context.with_value(&member.at, value)
    });
    in_query.chain(in_body).collect()
}
