//! Puts the user's own requests in the place of those that a contract shows.

use serde_json::Value;

use crate::model::contract::{Contract, Operation};
use crate::model::own_request::{OwnParts, OwnValues};
use crate::model::suite::Suite;

/// Lets the valid requests that a suite names go before those that the contract shows.
///
/// # Errors
/// An operation takes no body in JSON although one is named for it, or has no parameter of a name.
pub fn use_own_requests(contract: &mut Contract, suite: &Suite) -> Result<(), String> {
    for (name, request) in &suite.requests {
        let own = contract.operations.iter_mut().find(|operation| operation.id == *name);
        let Some(operation) = own else { continue };
        operation.own = Some(values(operation, &request.parts(), suite.bodies.get(name)).map_err(|reason| format!("requests: {name}: {reason}"))?);
    }
    Ok(())
}

fn values(operation: &Operation, parts: &OwnParts, body: Option<&Value>) -> Result<OwnValues, String> {
    let takes_json = operation.request_body.iter().flat_map(|body| &body.content).any(|media| media.name.contains("json"));
    if body.is_some() && !takes_json {
        return Err("it takes no body in JSON; name parameters alone".to_owned());
    }
    let known = |name: &String| operation.parameters.iter().any(|parameter| parameter.name == *name);
    if let Some(name) = parts.parameters.keys().find(|name| !known(name)) {
        let names: Vec<&str> = operation.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        let has = if names.is_empty() { "it has none".to_owned() } else { format!("its parameters are {}", names.join(", ")) };
        return Err(format!("it has no parameter {name}; {has}"));
    }
    Ok(OwnValues { body: body.cloned(), parameters: parts.parameters.clone(), confidential: parts.confidential, bound: false })
}
