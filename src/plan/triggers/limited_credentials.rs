//! Trigger: the account is known to the server but lacks the permission.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::plan::{Credentials, Place};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::LIMITED_CREDENTIALS,
    about: "the account has no permission",
    needs: "security requirement",
    source: "RFC 9110, section 15.5.4",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    if trigger_context.base.request.credentials == Credentials::None {
        return Vec::new();
    }
    let mut request = trigger_context.base.request.clone();
    request.credentials = Credentials::Limited;
    vec![Mutation::fault(request, Place::Credentials, "the account has no permission")]
}
