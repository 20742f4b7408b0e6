//! Trigger: the id in the path names nothing.

use serde_json::Value;

use super::repeated_ids::{repeat, repeat_filled};
use super::{Mutation, Trigger, TriggerContext};
use crate::model::contract::{Location, Parameter};
use crate::model::plan::Place;
use crate::model::trigger_name::TriggerName;
use crate::plan::values::unknown_id;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::UNKNOWN_ID,
    about: "the id in the path names nothing",
    needs: "id in the path whose form leaves room for one that is sure to name nothing",
    source: "RFC 9110, section 15.5.5; JSON:API, Fetching Resources, 404 Not Found",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let chosen = trigger_context.condition.at.as_ref();
    let mut parameters: Vec<&Parameter> =
        trigger_context.operation.parameters.iter().filter(|parameter| parameter.location == Location::Path).collect();
    parameters.retain(|parameter| match chosen {
        Some(chosen) => parameter.name == *chosen,
        None => parameter.resource.is_some(),
    });
    parameters.sort_by_key(|parameter| {
        trigger_context.condition.kind.is_some() && parameter.resource.as_ref().map(|need| &need.kind) != trigger_context.condition.kind.as_ref()
    });
    let varied = parameters.into_iter().filter_map(|parameter| {
        let example = trigger_context.base.request.path_values.get(&parameter.name)?;
        let unknown = unknown_id(&Value::String(example.clone()), trigger_context.mark, |value| trigger_context.parameter_allows(parameter, value))?;
        let mut mutation = trigger_context.with_path_value(&parameter.name, unknown.as_str()?)?;
        let place = Place::Path(parameter.name.clone());
        if let Some(own) = trigger_context.base.needs.iter().find(|need| need.place == place) {
            repeat(trigger_context, own, &unknown, &mut mutation);
        }
        repeat_filled(trigger_context, &place, &unknown, &mut mutation);
        Some(mutation)
    });
    varied.collect()
}
