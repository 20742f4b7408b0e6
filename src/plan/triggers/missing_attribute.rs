//! Trigger: a required member below the top level of the body is left out.

use super::members::{depth, name, required};
use super::{Mutation, Trigger, TriggerContext};
use crate::contract::remove;
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::MISSING_ATTRIBUTE,
    about: "a required member of the body is left out",
    needs: "required member in the body",
    source: "RFC 9110, section 15.5.1; JSON Schema Validation, section 6.5.3 (required)",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let leave_out = |at: &str| trigger_context.with_body(at, format!("{at} is left out"), |body| remove(body, at));
    if let Some(chosen) = &trigger_context.condition.at {
        return leave_out(chosen).into_iter().collect();
    }
    let flat = trigger_context.body_value().is_some_and(|body| body.get("data").is_none());
    let places = required(trigger_context).into_iter().filter(|at| (flat || depth(at) > 1) && !matches!(name(at), "type" | "id"));
    trigger_context.not_admitted(places.filter_map(|at| leave_out(&at)).collect())
}
