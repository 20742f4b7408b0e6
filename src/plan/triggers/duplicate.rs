//! Trigger: the request makes a resource whose unique value exists already.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::DUPLICATE,
    about: "the same thing is made a second time",
    needs: "",
    source: "RFC 9110, section 15.5.10; JSON:API, Creating Resources, 409 Conflict, and Updating To-Many Relationships",
    mutations: |trigger_context: &TriggerContext<'_>| {
        let condition = trigger_context.condition;
        let precondition = if condition.each { Precondition::Repeated } else { Precondition::Again(condition.at.clone()) };
        vec![Mutation::in_setting(trigger_context.base.request.clone(), precondition, Some("the same was made before"))]
    },
};
