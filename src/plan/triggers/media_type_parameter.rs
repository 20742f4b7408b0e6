//! Trigger: the media type has a parameter that its definition does not allow.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::plan::Place;
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::MEDIA_TYPE_PARAMETER,
    about: "the media type carries an unknown parameter",
    needs: "body with a Content-Type",
    source: "JSON:API, Content Negotiation, Server Responsibilities",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let mut request = trigger_context.base.request.clone();
    let Some((_, value)) = request.headers.iter_mut().find(|(name, _)| name == "content-type") else { return Vec::new() };
    value.push_str("; probity=unknown");
    let words = format!("Content-Type is {value}");
    vec![Mutation::fault(request, Place::Header("Content-Type".to_owned()), words)]
}
