//! Trigger: the resource is in a state that does not allow the operation.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::WRONG_STATE,
    about: "the resource is not in a state that allows it",
    needs: "",
    source: "the contract",
    mutations: |trigger_context: &TriggerContext<'_>| {
        let precondition = Precondition::After(trigger_context.condition.by.clone());
        vec![Mutation::in_setting(trigger_context.base.request.clone(), precondition, Some("the resource is not in a state that allows it"))]
    },
};
