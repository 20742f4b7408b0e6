//! Trigger: the request has a body and no Content-Type.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::plan::Place;
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::MISSING_CONTENT_TYPE,
    about: "Content-Type is left out",
    needs: "body with a Content-Type",
    source: "RFC 9110, sections 8.3 and 15.5.16",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let mut request = trigger_context.base.request.clone();
    let before = request.headers.len();
    request.headers.retain(|(name, _)| name != "content-type");
    if request.headers.len() == before {
        return Vec::new();
    }
    vec![Mutation::fault(request, Place::Header("Content-Type".to_owned()), "Content-Type is left out")]
}
