//! Trigger: the JSON body is cut off before its end.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::plan::{Body, Place};
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::MALFORMED_JSON,
    about: "the JSON body is cut off before its end",
    needs: "JSON body",
    source: "RFC 9110, section 15.5.1; RFC 8259, section 2",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let Some(body) = trigger_context.json() else { return Vec::new() };
    let mut request = trigger_context.base.request.clone();
    request.body = Body::CutJson(body.clone());
    vec![Mutation::fault(request, Place::Body(String::new()), "the JSON body is cut off before its end")]
}
