//! Trigger: the job has finished.

use super::{Mutation, Precondition, Trigger, TriggerContext};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "finished",
    about: "a valid request, after the job has finished",
    needs: "",
    source: "JSON:API recommendations, Asynchronous Processing; RFC 9110, section 15.4.4",
    vary: |trigger_context: &TriggerContext<'_>| vec![Mutation::in_setting(trigger_context.base.request.clone(), Precondition::Finished, None)],
};
