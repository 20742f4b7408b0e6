//! Trigger: the id in the path names a resource that was deleted.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::DELETED_RESOURCE,
    about: "the id in the path names what was deleted",
    needs: "",
    source: "RFC 9110, section 15.5.5",
    mutations: |trigger_context: &TriggerContext<'_>| {
        vec![Mutation::in_setting(trigger_context.base.request.clone(), Precondition::Deleted, Some("the resource has been deleted"))]
    },
};
