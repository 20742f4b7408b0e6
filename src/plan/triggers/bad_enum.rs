//! Trigger: a member of the body has a value outside its enumeration.

use crate::model::trigger_name::TriggerName;
use serde_json::{Value, json};

use super::members::{described, name};
use super::{Mutation, Trigger, TriggerContext};

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::BAD_ENUM,
    about: "a member of the body has a value outside its enumeration",
    needs: "member of the body that takes only listed words",
    source: "RFC 9110, section 15.5.1; JSON Schema Validation, section 6.1.2 (enum)",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let chosen = trigger_context.condition.at.as_ref();
    let members = described(trigger_context).into_iter().filter(|member| match chosen {
        Some(chosen) => member.at == *chosen,
        None => name(&member.at) != "type" && member.value.is_string(),
    });
    let enumerated = members.filter(|member| member.schemas.iter().any(|schema| schema.get("enum").is_some_and(Value::is_array)));
    trigger_context.not_admitted(enumerated.filter_map(|member| trigger_context.with_value(&member.at, json!("PROBITY_NOT_IN_THE_LIST"))).collect())
}
