//! Trigger: the id in the path names a resource that was deleted.

use super::{Ground, Setting, Trigger, Variation};

pub(super) const TRIGGER: Trigger = Trigger {
    name: "deleted-resource",
    about: "the id in the path names what was deleted",
    needs: "",
    source: "RFC 9110, section 15.5.5",
    vary: |ground: &Ground<'_>| vec![Variation::in_setting(ground.base.request.clone(), Setting::Deleted, Some("the resource has been deleted"))],
};
