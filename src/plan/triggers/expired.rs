//! Trigger: the resource has expired.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::EXPIRED,
    about: "the resource has expired",
    needs: "",
    source: "RFC 9110, section 15.5.11",
    mutations: |trigger_context: &TriggerContext<'_>| {
        vec![Mutation::in_setting(trigger_context.base.request.clone(), Precondition::Given("expired".to_owned()), Some("the resource has expired"))]
    },
};
