//! Trigger: the job has not finished.

use super::{Mutation, Precondition, Trigger, TriggerContext};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "unfinished",
    about: "the job has not finished",
    needs: "",
    source: "the contract",
    vary: |trigger_context: &TriggerContext<'_>| {
        vec![Mutation::in_setting(trigger_context.base.request.clone(), Precondition::Unfinished, Some("the job has not finished"))]
    },
};
