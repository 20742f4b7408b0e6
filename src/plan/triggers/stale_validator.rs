//! The request is for a version of the resource that cannot be the current one.

use serde_json::Value;

use super::{Mutation, Trigger, TriggerContext};
use crate::model::contract::Location;
use crate::model::plan::Place;
use crate::model::trigger_name::TriggerName;

/// The header field.
const IF_MATCH: &str = "If-Match";

/// The least number that stands for no version: nothing that a run makes is changed so often, and points of time are later.
const LEAST: u32 = 10_000_000;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::STALE_VALIDATOR,
    about: "If-Match names a version that cannot be the current one",
    needs: "",
    source: "RFC 9110, sections 13.1.1 and 15.5.13",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let parameter =
        trigger_context.operation.parameters.iter().find(|known| known.location == Location::Header && known.name.eq_ignore_ascii_case(IF_MATCH));
    let number = trigger_context.mark.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % LEAST + LEAST;
    // Some servers read no version but a number, whatever their contract says of the field.
    let tags = [format!("\"{number}\""), format!("\"{}-stale\"", trigger_context.mark), number.to_string()];
    let is_allowed = |tag: &String| parameter.is_none_or(|parameter| trigger_context.parameter_allows(parameter, &Value::from(tag.as_str())));
    let Some(tag) = tags.into_iter().find(is_allowed) else { return Vec::new() };
    let mut request = trigger_context.base.request.clone();
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(IF_MATCH));
    request.headers.push((IF_MATCH.to_ascii_lowercase(), tag.clone()));
    vec![Mutation::fault(request, Place::Header(IF_MATCH.to_owned()), format!("{IF_MATCH} is {tag}"))]
}
