//! Trigger: the resource belongs to another account than the one that asks.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::plan::{Credentials, Place};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::OTHER_OWNER,
    about: "the resource belongs to another account",
    needs: "security requirement",
    source: "RFC 9110, section 15.5.4",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    if trigger_context.base.request.credentials == Credentials::None {
        return Vec::new();
    }
    let mut request = trigger_context.base.request.clone();
    request.credentials = Credentials::Other;
    vec![Mutation { precondition: Precondition::Own, ..Mutation::fault(request, Place::Credentials, "the resource belongs to another account") }]
}
