//! Finds every condition of the contract that one changed request meets, since an answer to any of them is right.

use crate::model::contract::Condition;
use crate::model::plan::Place;
use crate::model::trigger_name::TriggerName;
use crate::plan::triggers::{Mutation, TriggerContext};

/// Triggers that stand for any value that the schema forbids.
const FORBIDDEN: [TriggerName; 3] = [TriggerName::BAD_ENUM, TriggerName::WRONG_ATTRIBUTE_TYPE, TriggerName::OVER_LIMIT];

/// Whether a condition of any response is met by a change that was made for the condition of the ground.
pub fn is_met(other: &Condition, trigger_context: &TriggerContext<'_>, mutation: &Mutation) -> bool {
    is_same(other, trigger_context.condition, mutation)
        || (other.at.is_none() && FORBIDDEN.contains(&other.trigger) && is_forbidden(trigger_context, mutation))
}

/// Whether a condition of another response is about the same change in the request.
fn is_same(other: &Condition, condition: &Condition, mutation: &Mutation) -> bool {
    let kind = mutation.kind.as_ref();
    other.trigger == condition.trigger
        && other.by == condition.by
        && (other.at.is_none() || other.at == condition.at)
        && (other.value.is_none() || other.value == condition.value)
        && (other.kind.is_none() || kind.is_none() || other.kind.as_ref() == kind)
}

/// Whether a value that the contract names as bad is one that its schema forbids as well: a server that holds requests
/// against their schemas first never comes to the name.
fn is_forbidden(trigger_context: &TriggerContext<'_>, mutation: &Mutation) -> bool {
    let (Some(fault), Some(body)) = (&mutation.fault, mutation.request.body.value()) else { return false };
    match &fault.place {
        Place::Body(at) if trigger_context.condition.trigger == TriggerName::BAD_VALUE => {
            body.pointer(at).is_some_and(|value| !trigger_context.body_allows(at, value))
        }
        _ => false,
    }
}
