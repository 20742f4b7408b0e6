//! Trigger: the job has not finished.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::UNFINISHED,
    about: "the job has not finished",
    needs: "",
    source: "the contract",
    mutations: |trigger_context: &TriggerContext<'_>| {
        vec![Mutation::in_setting(trigger_context.base.request.clone(), Precondition::Unfinished, Some("the job has not finished"))]
    },
};
