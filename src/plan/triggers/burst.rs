//! Trigger: one request more than the rate limit allows.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::BURST,
    about: "one request more than the rate limit allows",
    needs: "",
    source: "RFC 6585, section 4",
    mutations: |trigger_context: &TriggerContext<'_>| {
        vec![Mutation::in_setting(trigger_context.base.request.clone(), Precondition::Exhausted, Some("the rate limit has been used up"))]
    },
};
