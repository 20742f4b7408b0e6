//! Trigger: the resource is in a state that does not allow the operation.

use super::{Ground, Setting, Trigger, Variation};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "wrong-state",
    about: "the resource is not in a state that allows it",
    needs: "",
    source: "the contract",
    vary: |ground: &Ground<'_>| {
        let setting = Setting::After(ground.condition.by.clone());
        vec![Variation::in_setting(ground.base.request.clone(), setting, Some("the resource is not in a state that allows it"))]
    },
};
