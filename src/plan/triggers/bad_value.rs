//! Trigger: one place of the request gets a value that the contract says is refused.

use super::{Mutation, Trigger, TriggerContext};
use crate::contract::replace_or_add;
use crate::model::contract::Location;
use crate::model::text::unquoted_text;
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::BAD_VALUE,
    about: "a place named by the contract has the value it says is refused",
    needs: "place (`at`) and a value",
    source: "the contract",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let (Some(at), Some(value)) = (&trigger_context.condition.at, &trigger_context.condition.value) else { return Vec::new() };
    if at.starts_with('/') {
        return trigger_context.with_body(at, format!("{at} is {value}"), |body| replace_or_add(body, at, value.clone())).into_iter().collect();
    }
    let text = unquoted_text(value);
    if trigger_context.operation.parameter(Location::Path, at).is_some() {
        return trigger_context.with_path_value(at, &text).into_iter().collect();
    }
    vec![trigger_context.with_query_value(at, &text)]
}
