//! Trigger: the member `type` of the body names another resource type (JSON:API).

use crate::model::trigger_name::TriggerName;
use serde_json::json;

use super::members::{depth, described, name};
use super::{Mutation, Trigger, TriggerContext};

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::WRONG_TYPE,
    about: "type in the body is another",
    needs: "`type` in the body that takes only one word",
    source: "JSON:API, Creating Resources and Updating Resources, 409 Conflict",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let chosen = trigger_context.condition.at.as_ref();
    let mut members = described(trigger_context);
    members.retain(|member| {
        name(&member.at) == "type"
            && chosen.is_none_or(|chosen| member.at == *chosen)
            && member.schemas.iter().any(|schema| schema.get("const").is_some() || schema.get("enum").is_some())
    });
    members.sort_by_key(|member| depth(&member.at));
    members.into_iter().filter_map(|member| trigger_context.with_value(&member.at, json!("probity-wrong-type"))).collect()
}
