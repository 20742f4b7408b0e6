//! Trigger: another resource still refers to the resource that is to be deleted.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::IN_USE,
    about: "something still refers to the resource",
    needs: "",
    source: "the contract",
    mutations: |trigger_context: &TriggerContext<'_>| {
        let precondition = Precondition::Referred(trigger_context.condition.by.clone());
        vec![Mutation::in_setting(trigger_context.base.request.clone(), precondition, Some("something still refers to the resource"))]
    },
};
