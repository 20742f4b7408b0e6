//! Trigger: a required query parameter is left out.

use super::{Ground, Trigger, Variation};
use crate::model::contract::{Location, Parameter};
use crate::model::plan::Place;

pub(super) const TRIGGER: Trigger = Trigger {
    name: "missing-query-parameter",
    about: "a required query parameter is left out",
    needs: "required query parameter",
    source: "OpenAPI, Parameter Object: required",
    vary,
};

fn vary(ground: &Ground<'_>) -> Vec<Variation> {
    let chosen = ground.condition.at.as_ref();
    let documented = ground.operation.parameters.iter().filter(|parameter| parameter.location == Location::Query && parameter.required);
    let required = documented.filter(|parameter| chosen.is_none_or(|chosen| *chosen == parameter.name));
    required.filter_map(|parameter| left_out(ground, parameter)).collect()
}

fn left_out(ground: &Ground<'_>, parameter: &Parameter) -> Option<Variation> {
    let name = &parameter.name;
    let mut request = ground.base.request.clone();
    let before = request.query.len();
    request.query.retain(|(known, _)| !ground.is_pair_of(parameter, known));
    request.fillings.retain(|filling| filling.place != Place::Query(name.to_owned()));
    let words = format!("the query parameter {name} is left out");
    (request.query.len() < before).then(|| Variation::fault(request, Place::Query(name.to_owned()), words))
}
