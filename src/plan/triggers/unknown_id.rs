//! Trigger: the id in the path names nothing.

use serde_json::Value;

use super::repeats::{repeat, repeat_filled};
use super::{Ground, Trigger, Variation};
use crate::model::contract::{Location, Parameter};
use crate::model::plan::Place;
use crate::plan::values::unknown_id;

pub(super) const TRIGGER: Trigger = Trigger {
    name: "unknown-id",
    about: "the id in the path names nothing",
    needs: "id in the path whose form leaves room for one that is sure to name nothing",
    source: "RFC 9110, section 15.5.5; JSON:API, Fetching Resources, 404 Not Found",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    let chosen = ground.condition.at.as_ref();
    let mut parameters: Vec<&Parameter> = ground.operation.parameters.iter().filter(|parameter| parameter.location == Location::Path).collect();
    parameters.retain(|parameter| match chosen {
        Some(chosen) => parameter.name == *chosen,
        None => parameter.resource.is_some(),
    });
    parameters.sort_by_key(|parameter| {
        ground.condition.kind.is_some() && parameter.resource.as_ref().map(|need| &need.kind) != ground.condition.kind.as_ref()
    });
    let varied = parameters.into_iter().filter_map(|parameter| {
        let example = ground.base.request.path_values.get(&parameter.name)?;
        let unknown = unknown_id(&Value::String(example.clone()), ground.mark, |value| ground.parameter_allows(parameter, value))?;
        let mut variation = ground.with_path_value(&parameter.name, unknown.as_str()?)?;
        let place = Place::Path(parameter.name.clone());
        if let Some(own) = ground.base.needs.iter().find(|need| need.place == place) {
            repeat(ground, own, &unknown, &mut variation);
        }
        repeat_filled(ground, &place, &unknown, &mut variation);
        Some(variation)
    });
    varied.collect()
}
