//! Trigger: the credentials carry a wrong secret.

use super::{Ground, Trigger, Variation};
use crate::model::plan::{Credentials, Place};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "wrong-secret",
    about: "the secret is another",
    needs: "security requirement without exceptions",
    source: "RFC 9110, section 15.5.2",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    // Where any client may ask, no account is needed.
    if !ground.operation.needs_credentials() {
        return Vec::new();
    }
    let mut request = ground.base.request.clone();
    request.credentials = Credentials::WrongSecret;
    vec![Variation::fault(request, Place::Credentials, "the secret is wrong")]
}
