//! Trigger: a query parameter is added that the contract says is refused.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::text::unquoted_text;
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::UNDOCUMENTED_PARAMETER,
    about: "a query parameter that the contract says is refused is added",
    needs: "name of a parameter (`at`)",
    source: "JSON:API, Inclusion of Related Resources and Query Parameters",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let Some(name) = &trigger_context.condition.at else { return Vec::new() };
    let value = trigger_context.condition.value.as_ref().map_or_else(|| "probity".to_owned(), unquoted_text);
    vec![trigger_context.with_query_value(name, &value)]
}
