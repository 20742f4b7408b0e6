//! Trigger: the valid request, which the contract says is accepted.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::SUCCESS,
    about: "a valid request",
    needs: "",
    source: "RFC 9110, section 15.3",
    mutations: |trigger_context: &TriggerContext<'_>| vec![Mutation::in_setting(trigger_context.base.request.clone(), Precondition::Plain, None)],
};
