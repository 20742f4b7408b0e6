//! Trigger: the job has finished.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::FINISHED,
    about: "a valid request, after the job has finished",
    needs: "",
    source: "JSON:API recommendations, Asynchronous Processing; RFC 9110, section 15.4.4",
    mutations: |trigger_context: &TriggerContext<'_>| vec![Mutation::in_setting(trigger_context.base.request.clone(), Precondition::Finished, None)],
};
