//! Trigger: a required query parameter is left out.

use super::{Mutation, Trigger, TriggerContext};
use crate::model::contract::{Location, Parameter};
use crate::model::plan::Place;
use crate::model::trigger_name::TriggerName;

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::MISSING_QUERY_PARAMETER,
    about: "a required query parameter is left out",
    needs: "required query parameter",
    source: "OpenAPI, Parameter Object: required",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let chosen = trigger_context.condition.at.as_ref();
    let documented = trigger_context.operation.parameters.iter().filter(|parameter| parameter.location == Location::Query && parameter.required);
    let required = documented.filter(|parameter| chosen.is_none_or(|chosen| *chosen == parameter.name));
    required.filter_map(|parameter| without_parameter(trigger_context, parameter)).collect()
}

fn without_parameter(trigger_context: &TriggerContext<'_>, parameter: &Parameter) -> Option<Mutation> {
    let name = &parameter.name;
    let mut request = trigger_context.base.request.clone();
    let before = request.query.len();
    request.query.retain(|(known, _)| !trigger_context.is_pair_of(parameter, known));
    request.fillings.retain(|binding| binding.place != Place::Query(name.to_owned()));
    let words = format!("the query parameter {name} is left out");
    (request.query.len() < before).then(|| Mutation::fault(request, Place::Query(name.to_owned()), words))
}
