//! Trigger: the resource belongs to another account than the one that asks.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::plan::Credentials;
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::OTHER_OWNER,
    about: "the resource belongs to another account",
    needs: "security requirement",
    source: "RFC 9110, section 15.5.4",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    trigger_context
        .as_account(Credentials::Other, TRIGGER.about)
        .map(|mutation| Mutation { precondition: Precondition::Own, ..mutation })
        .into_iter()
        .collect()
}
