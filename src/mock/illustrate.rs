//! Gives a contract the examples that its author left out, so that everything else can start from examples.

use std::sync::Arc;

use serde_json::Value;

use super::request::is_json;
use crate::domain::contract::{Contract, Example, Location, MediaType, Parameter};
use crate::generate::{sample, specimens};

/// The contract with an example of every JSON body that a success may have, and of every parameter of a path. Those of
/// parameters are the ones that a run asks for when nothing else is known.
pub(crate) fn illustrated(contract: Arc<Contract>) -> Arc<Contract> {
    let answers = contract.operations.iter().flat_map(|operation| operation.successes()).flat_map(|response| &response.content);
    let parameters = contract.operations.iter().flat_map(|operation| &operation.parameters);
    if answers.into_iter().all(|media| !is_bare(media)) && parameters.into_iter().all(|parameter| !is_nameless(parameter)) {
        return contract;
    }
    let mut illustrated = Contract::clone(&contract);
    for operation in &mut illustrated.operations {
        for parameter in operation.parameters.iter_mut().filter(|parameter| is_nameless(parameter)) {
            parameter.example = parameter.schema.as_ref().map(|schema| sample(&contract.document, &schema.0));
        }
        let classes = operation.fallbacks.iter_mut().map(|fallback| &mut fallback.response);
        let successes = operation.responses.iter_mut().chain(classes).filter(|response| response.status.is_success());
        for media in successes.flat_map(|response| &mut response.content).filter(|media| is_bare(media)) {
            let drawn = media.schema.as_ref().and_then(|schema| specimens(&contract.document, &schema.0).next());
            media.examples.extend(drawn.filter(|value| !value.is_null()).map(|value: Value| Example { name: String::new(), value }));
        }
    }
    Arc::new(illustrated)
}

fn is_bare(media: &MediaType) -> bool {
    media.examples.is_empty() && media.schema.is_some() && is_json(&media.name)
}

fn is_nameless(parameter: &Parameter) -> bool {
    parameter.location == Location::Path && parameter.example.is_none() && parameter.schema.is_some()
}
