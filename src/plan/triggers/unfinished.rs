//! Trigger: the job has not finished.

use super::{Ground, Setting, Trigger, Variation};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "unfinished",
    about: "the job has not finished",
    needs: "",
    source: "the contract",
    vary: |ground: &Ground<'_>| vec![Variation::in_setting(ground.base.request.clone(), Setting::Unfinished, Some("the job has not finished"))],
};
