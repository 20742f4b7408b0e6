//! Trigger: the id in the body differs from the id in the path.

use super::repeated_ids::same_id;
use super::{Mutation, Trigger, TriggerContext};
use crate::model::plan::{Place, RequestTemplate};
use crate::model::trigger_name::TriggerName;
use crate::plan::values::unknown_id;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::ID_MISMATCH,
    about: "the id in the body is not the one in the path",
    needs: "id in the body that repeats the one in the path",
    source: "JSON:API, Updating Resources, 409 Conflict",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let path: Vec<_> = trigger_context.base.needs.iter().filter(|need| matches!(need.place, Place::Path(_))).collect();
    let repeated = trigger_context.base.needs.iter().filter_map(|need| match &need.place {
        Place::Body(at) if path.iter().any(|own| own.resource.kind == need.resource.kind && same_id(&own.example, &need.example)) => Some((at, need)),
        _ => None,
    });
    let other = |at: &str, example| unknown_id(example, trigger_context.mark, |value| trigger_context.body_allows(at, value));
    let marked: Vec<Mutation> = repeated.filter_map(|(at, need)| trigger_context.with_value(at, other(at, &need.example)?)).collect();
    if !marked.is_empty() {
        return marked;
    }
    let filled = filled_like_path(&trigger_context.base.request).filter_map(|at| Some((at, trigger_context.body_value()?.pointer(at)?)));
    filled.filter_map(|(at, example)| trigger_context.with_value(at, other(at, example)?)).collect()
}

/// Places of the body that are filled with what the path names last.
fn filled_like_path(request: &RequestTemplate) -> impl Iterator<Item = &str> {
    let named = request.fillings.iter().rfind(|binding| matches!(binding.place, Place::Path(_))).map(|binding| &binding.slot);
    request.fillings.iter().filter(move |binding| named == Some(&binding.slot)).filter_map(|binding| match &binding.place {
        Place::Body(at) => Some(at.as_str()),
        _ => None,
    })
}
