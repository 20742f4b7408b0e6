//! Trigger: the resource has expired.

use super::{Ground, Setting, Trigger, Variation};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "expired",
    about: "the resource has expired",
    needs: "",
    source: "RFC 9110, section 15.5.11",
    vary: |ground: &Ground<'_>| {
        vec![Variation::in_setting(ground.base.request.clone(), Setting::Given("expired".to_owned()), Some("the resource has expired"))]
    },
};
