//! Trigger: the credentials are left out.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::plan::{Credentials, Place};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::NO_CREDENTIALS,
    about: "credentials are left out",
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
    request.credentials = Credentials::None;
    vec![Mutation::fault(request, Place::Credentials, "there are no credentials")]
}
