//! Trigger: the resource is in a state that does not allow the operation.

use super::{Mutation, Precondition, Trigger, TriggerContext};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "wrong-state",
    about: "the resource is not in a state that allows it",
    needs: "",
    source: "the contract",
    vary: |trigger_context: &TriggerContext<'_>| {
        let precondition = Precondition::After(trigger_context.condition.by.clone());
        vec![Mutation::in_setting(trigger_context.base.request.clone(), precondition, Some("the resource is not in a state that allows it"))]
    },
};
