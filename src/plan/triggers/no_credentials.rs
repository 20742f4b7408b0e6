//! Trigger: the credentials are left out.

use super::{Ground, Trigger, Variation};
use crate::model::plan::{Credentials, Place};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "no-credentials",
    about: "credentials are left out",
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
    request.credentials = Credentials::None;
    vec![Variation::fault(request, Place::Credentials, "there are no credentials")]
}
