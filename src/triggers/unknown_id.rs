//! The id in the path names nothing.

use serde_json::Value;

use super::{Ground, Trigger, Variation};
use crate::domain::contract::{Location, Parameter};
use crate::generate::unknown_id;

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
        let unknown = unknown_id(&Value::String(example.clone()), |value| ground.parameter_allows(parameter, value))?;
        let mut variation = ground.with_path_value(&parameter.name, unknown.as_str()?)?;
        follow_in_body(ground, &parameter.name, &unknown, &mut variation);
        Some(variation)
    });
    varied.collect()
}

/// An id in the body that repeats the one in the path follows it, or there would be two faults.
fn follow_in_body(ground: &Ground<'_>, parameter: &str, unknown: &Value, variation: &mut Variation) {
    use crate::domain::plan::{Body, Place};
    let path = Place::Path(parameter.to_owned());
    let Some(own) = ground.base.needs.iter().find(|need| need.place == path) else { return };
    let Body::Json(body) = &mut variation.request.body else { return };
    for need in ground.base.needs.iter().filter(|need| need.place != path && need.resource.kind == own.resource.kind && need.example == own.example) {
        if let Place::Body(at) = &need.place
            && let Some(value) = body.pointer_mut(at)
        {
            *value = if value.is_number() {
                unknown.as_str().and_then(|text| text.parse::<i64>().ok()).map_or_else(|| unknown.clone(), Value::from)
            } else {
                unknown.clone()
            };
            variation.request.fillings.retain(|filling| filling.place != need.place);
        }
    }
}
