//! What the client has already is asked for only if it has changed since.

use super::{Mutation, Precondition, Trigger, TriggerContext};
use crate::model::contract::Location;
use crate::model::plan::Place;
use crate::model::trigger_name::TriggerName;

/// A condition on an answer, and the field of an earlier answer that it is made from: the stronger one first (RFC 9110, section
/// 8.8).
const CONDITIONS: [(&str, &str); 2] = [("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")];

pub(super) const TRIGGER: Trigger = Trigger {
    name: TriggerName::UNMODIFIED,
    about: "a read on condition that something has changed since the server said how it is",
    needs: "",
    source: "RFC 9110, sections 13.1.2, 13.1.3 and 15.4.5",
    mutations,
};

fn mutations(trigger_context: &TriggerContext<'_>) -> Vec<Mutation> {
    let operation = trigger_context.operation;
    let is_told = |(condition, validator): &(&str, &str)| {
        let mut answered = operation.successes().flat_map(|response| &response.headers);
        let mut asked = operation.parameters.iter().filter(|parameter| parameter.location == Location::Header);
        answered.any(|rule| rule.name.eq_ignore_ascii_case(validator)) || asked.any(|parameter| parameter.name.eq_ignore_ascii_case(condition))
    };
    let documented = CONDITIONS.into_iter().find(is_told);
    let (condition, validator) = documented.unwrap_or(CONDITIONS[0]);
    let mut request = trigger_context.base.request.clone();
    let name = condition.to_ascii_lowercase();
    // Where both are sent the weaker one is not looked at (RFC 9110, section 13.1.3).
    request.headers.retain(|(known, _)| CONDITIONS.iter().all(|(other, _)| !known.eq_ignore_ascii_case(other)));
    request.headers.push((name.clone(), "\"probity\"".to_owned()));
    let words = format!("{condition} is the {validator} of the answer before");
    let precondition = Precondition::Unmodified { condition: name, validator: validator.to_owned() };
    vec![Mutation { precondition, ..Mutation::fault(request, Place::Header(condition.to_owned()), words) }]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::plan::triggers::small_contracts::{faults, fields};

    /// An operation with 304 whose success has these header fields, and that takes these.
    fn operation(answered: &[&str], taken: &[&str]) -> Value {
        let text = json!({"type": "string"});
        let headers: serde_json::Map<String, Value> = answered.iter().map(|name| ((*name).to_owned(), json!({"schema": text}))).collect();
        let parameters: Vec<Value> = taken.iter().map(|name| json!({"name": name, "in": "header", "required": true, "schema": text})).collect();
        json!({"parameters": parameters, "responses": {"200": {"description": "", "headers": headers}, "304": {"description": ""}}})
    }

    #[test]
    fn the_condition_is_the_one_that_the_contract_tells_of_and_stands_alone() {
        let asked = |operation: &Value, field| fields("unmodified", ("/a", "get", 304), operation, field);
        for (known, condition, other) in [
            (operation(&[], &[]), "If-None-Match", "If-Modified-Since"),
            (operation(&["ETag", "Last-Modified"], &[]), "If-None-Match", "If-Modified-Since"),
            (operation(&["Last-Modified"], &[]), "If-Modified-Since", "If-None-Match"),
            (operation(&[], &["If-Modified-Since"]), "If-Modified-Since", "If-None-Match"),
            (operation(&["ETag"], &["If-Modified-Since"]), "If-None-Match", "If-Modified-Since"),
        ] {
            assert_eq!(asked(&known, condition).iter().map(Vec::len).collect::<Vec<_>>(), [1], "{known}");
            assert_eq!(asked(&known, other), [Vec::<String>::new()], "{known}");
        }
        // What writes has no answer that can be left out (RFC 9110, section 15.4.5).
        assert_eq!(faults("unmodified", ("/a", "put", 304), &operation(&["ETag"], &[]), &json!({})), Vec::<String>::new());
    }
}
