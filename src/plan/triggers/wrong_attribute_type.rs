//! Trigger: a member of the body has another JSON type than its schema asks for.

use serde_json::Value;

use super::members::{depth, described, name};
use super::{Mutation, Trigger, TriggerContext};
use crate::model::plan::Body;
use crate::model::trigger_name::TriggerName;
use crate::plan::values::{text_of_other_type, value_of_other_type};

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::WRONG_ATTRIBUTE_TYPE,
    about: "a member of the body has another JSON type",
    needs: "member of the body whose type is told",
    source: "RFC 9110, section 15.5.1; JSON Schema Validation, section 6.1.1 (type)",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let chosen = trigger_context.condition.at.as_ref();
    let mut members = described(trigger_context);
    members.retain(|member| match chosen {
        Some(chosen) => member.at == *chosen,
        None => !member.at.is_empty() && !member.value.is_object() && !member.value.is_array() && !matches!(name(&member.at), "type" | "id"),
    });
    members.sort_by_key(|member| std::cmp::Reverse(depth(&member.at)));
    // In XML a value is a text, and stands for what its type makes of it.
    let in_xml = matches!(trigger_context.base.request.body, Body::Xml(_));
    let other = |schema: &Value| if in_xml { text_of_other_type(schema) } else { value_of_other_type(schema) };
    let wrong = members.iter().filter_map(|member| Some((member, member.schemas.iter().find_map(|schema| other(schema))?)));
    trigger_context.not_admitted(wrong.filter_map(|(member, value)| trigger_context.with_value(&member.at, value)).collect())
}
