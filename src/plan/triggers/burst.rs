//! Trigger: one request more than the rate limit allows.

use super::{Mutation, Precondition, Trigger, TriggerContext};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "burst",
    about: "one request more than the rate limit allows",
    needs: "",
    source: "RFC 6585, section 4",
    vary: |trigger_context: &TriggerContext<'_>| {
        vec![Mutation::in_setting(trigger_context.base.request.clone(), Precondition::Exhausted, Some("the rate limit has been used up"))]
    },
};
