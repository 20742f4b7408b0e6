//! Trigger: another resource still refers to the resource that is to be deleted.

use super::{Ground, Setting, Trigger, Variation};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "in-use",
    about: "something still refers to the resource",
    needs: "",
    source: "the contract",
    vary: |ground: &Ground<'_>| {
        let setting = Setting::Referred(ground.condition.by.clone());
        vec![Variation::in_setting(ground.base.request.clone(), setting, Some("something still refers to the resource"))]
    },
};
