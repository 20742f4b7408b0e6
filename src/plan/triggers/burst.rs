//! Trigger: one request more than the rate limit allows.

use super::{Ground, Setting, Trigger, Variation};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "burst",
    about: "one request more than the rate limit allows",
    needs: "",
    source: "RFC 6585, section 4",
    vary: |ground: &Ground<'_>| vec![Variation::in_setting(ground.base.request.clone(), Setting::Exhausted, Some("the rate limit has been used up"))],
};
