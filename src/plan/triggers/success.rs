//! Trigger: the valid request, which the contract says is accepted.

use super::{Ground, Setting, Trigger, Variation};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "success",
    about: "a valid request",
    needs: "",
    source: "RFC 9110, section 15.3",
    vary: |ground: &Ground<'_>| vec![Variation::in_setting(ground.base.request.clone(), Setting::Plain, None)],
};
