//! Trigger: the account is known to the server but lacks the permission.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::plan::Credentials;
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::LIMITED_CREDENTIALS,
    about: "the account has no permission",
    needs: "security requirement",
    source: "RFC 9110, section 15.5.4",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    trigger_context.as_account(Credentials::Limited, TRIGGER.about).into_iter().collect()
}
