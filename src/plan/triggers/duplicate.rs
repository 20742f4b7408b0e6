//! Trigger: the request makes a resource whose unique value exists already.

use super::{Ground, Setting, Trigger, Variation};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "duplicate",
    about: "the same thing is made a second time",
    needs: "",
    source: "RFC 9110, section 15.5.10; JSON:API, Creating Resources, 409 Conflict",
    vary: |ground: &Ground<'_>| {
        let setting = Setting::Again(ground.condition.at.clone());
        vec![Variation::in_setting(ground.base.request.clone(), setting, Some("the same was made before"))]
    },
};
