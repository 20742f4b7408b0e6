//! Trigger: the credentials carry a wrong secret.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::plan::{Credentials, Place};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::WRONG_SECRET,
    about: "the secret is another",
    needs: "security requirement without exceptions",
    source: "RFC 9110, section 15.5.2",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    // Where any client may ask, no account is needed.
    if !trigger_context.operation.needs_credentials() {
        return Vec::new();
    }
    let mut request = trigger_context.base.request.clone();
    request.credentials = Credentials::WrongSecret;
    vec![Mutation::fault(request, Place::Credentials, "the secret is wrong")]
}
