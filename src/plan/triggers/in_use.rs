//! Trigger: another resource still refers to the resource that is to be deleted.

use super::{Mutation, Precondition, Trigger, TriggerContext};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "in-use",
    about: "something still refers to the resource",
    needs: "",
    source: "the contract",
    vary: |trigger_context: &TriggerContext<'_>| {
        let precondition = Precondition::Referred(trigger_context.condition.by.clone());
        vec![Mutation::in_setting(trigger_context.base.request.clone(), precondition, Some("something still refers to the resource"))]
    },
};
