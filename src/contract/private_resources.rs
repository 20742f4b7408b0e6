//! Adds what a suite calls private to a contract: another account is answered 403 or 404.

use wildmatch::WildMatch;

use crate::model::contract::{Condition, Contract, Location, Operation, Status};
use crate::model::suite::Suite;
use crate::model::trigger_name::TriggerName;

/// How what is private is refused: it is forbidden, or hidden (RFC 9110, section 15.5.4).
const REFUSALS: [Status; 2] = [Status(404), Status(403)];

/// Adds the conditions; a sentence for each operation that is private and documents no such refusal.
///
/// # Errors
/// No operation is called so, or the suite names no other account.
pub fn use_private(contract: &mut Contract, suite: &Suite) -> Result<Vec<String>, String> {
    let called = |pattern: &String, operation: &Operation| WildMatch::new(pattern).matches(&operation.id);
    if let Some(pattern) = suite.private.iter().find(|pattern| !contract.operations.iter().any(|operation| called(pattern, operation))) {
        return Err(format!("private: no operation is called {pattern}; `probity list` shows all"));
    }
    if !suite.private.is_empty() && suite.accounts.other.is_empty() {
        return Err("private: `accounts` names no account `other` that these things are private from".to_owned());
    }
    let mut silent = Vec::new();
    for operation in &mut contract.operations {
        let names_one = operation.parameters.iter().any(|parameter| parameter.location == Location::Path && parameter.resource.is_some());
        let private = suite.private.iter().any(|pattern| called(pattern, operation));
        let written = || operation.responses.iter().flat_map(|response| &response.conditions).any(|known| known.trigger == TriggerName::OTHER_OWNER);
        if !private || !names_one || written() {
            continue;
        }
        let Some(status) = REFUSALS.into_iter().find(|status| operation.response(*status).is_some()) else {
            silent.push(format!("{} is private, and documents neither 403 nor 404: as another account it is not asked.", operation.id));
            continue;
        };
        let or = REFUSALS.into_iter().filter(|other| *other != status).collect();
        let told = operation.responses.iter_mut().filter(|response| response.status == status);
        told.for_each(|response| response.conditions.push(Condition { or: Clone::clone(&or), ..Condition::of_trigger(TriggerName::OTHER_OWNER) }));
    }
    Ok(silent)
}
