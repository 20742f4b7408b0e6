//! Trigger: the job has finished.

use super::{Ground, Setting, Trigger, Variation};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "finished",
    about: "a valid request, after the job has finished",
    needs: "",
    source: "JSON:API recommendations, Asynchronous Processing; RFC 9110, section 15.4.4",
    vary: |ground: &Ground<'_>| vec![Variation::in_setting(ground.base.request.clone(), Setting::Finished, None)],
};
