//! The condition that leads to each status, where the contract leaves it to the standards.

use serde_json::Value;

use super::schema::follow_references;
use crate::model::contract::{Condition, Location, Operation, Parameter, Status};
use crate::model::trigger_name::TriggerName;

/// Requests that a server cannot read, and such as it can and refuses all the same.
const REFUSED: &[TriggerName] = &[
    TriggerName::MALFORMED_JSON,
    TriggerName::MISSING_DATA,
    TriggerName::MISSING_ATTRIBUTE,
    TriggerName::WRONG_ATTRIBUTE_TYPE,
    TriggerName::BAD_ENUM,
    TriggerName::BAD_QUERY_PARAMETER,
    TriggerName::MISSING_QUERY_PARAMETER,
];

/// What a server can read, and forbid whoever asks: all of these but the first.
const FORBIDDEN: &[TriggerName] = REFUSED.split_at(1).1;

/// What a request cannot be read for: 400 by the standard, though some servers make no difference.
const UNREADABLE: &[TriggerName] = &[TriggerName::MALFORMED_JSON, TriggerName::BAD_QUERY_PARAMETER, TriggerName::MISSING_QUERY_PARAMETER];

/// Triggers that a status stands for when the contract does not say.
///
/// Sources: RFC 9110, section 15, for 304, 400, 401, 403, 404, 405, 406, 410, 412, 415, 422; RFC 6585, section 4, for 429; JSON:API,
/// "Updating Resources" and "Creating Resources", for 409.
pub fn defaults(document: &Value, operation: &Operation, status: Status, json_api: bool) -> Vec<Condition> {
    let has_path_id = operation.parameters.iter().any(|parameter| parameter.location == Location::Path);
    let triggers: &[TriggerName] = match status.0 {
        200..=299 => &[TriggerName::SUCCESS],
        // An operation that does nothing but send elsewhere.
        301 | 302 | 303 | 307 | 308 if operation.successes().next().is_none() => &[TriggerName::SUCCESS],
        // Where the contract says that a job ends so.
        _ if operation.done.as_ref().is_some_and(|done| done.status.contains(&status)) => &[TriggerName::SUCCESS],
        400 | 422 => REFUSED,
        304 if operation.method.is_safe() => &[TriggerName::UNMODIFIED],
        401 => &[TriggerName::NO_CREDENTIALS, TriggerName::WRONG_SECRET, TriggerName::MISSING_HEADER],
        403 if operation.needs_credentials() => &[TriggerName::LIMITED_CREDENTIALS],
        403 => FORBIDDEN,
        404 if has_path_id => &[TriggerName::UNKNOWN_ID, TriggerName::DELETED_RESOURCE],
        404 => &[TriggerName::UNKNOWN_REFERENCE],
        405 => &[TriggerName::UNSUPPORTED_METHOD],
        406 => &[TriggerName::NOT_ACCEPTABLE],
        409 if json_api => &[TriggerName::WRONG_TYPE, TriggerName::ID_MISMATCH],
        410 => &[TriggerName::EXPIRED],
        412 => &[TriggerName::STALE_VALIDATOR],
        415 => &[TriggerName::WRONG_CONTENT_TYPE],
        429 => &[TriggerName::BURST],
        _ => &[],
    };
    let mut conditions: Vec<Condition> = triggers.iter().cloned().map(Condition::of_trigger).collect();
    order_and_soften(operation, status, &mut conditions);
    if matches!(status.0, 400 | 422) && operation.parameters.iter().any(|parameter| has_form(document, parameter)) {
        // What has not the form of an id names nothing, so a server that says no more than that is right, too.
        let or = [Status(400), Status(404), Status(422)].into_iter().filter(|other| *other != status).collect();
        conditions.push(Condition { or, ..Condition::of_trigger(TriggerName::MALFORMED_ID) });
    }
    conditions
}

/// Puts first what shows a status best, and adds the other statuses that are as right for a condition.
fn order_and_soften(operation: &Operation, status: Status, conditions: &mut [Condition]) {
    let has_path_id = operation.parameters.iter().any(|parameter| parameter.location == Location::Path);
    let documented = |class: u16| operation.responses.iter().map(|response| response.status).filter(move |status| status.class() == class);
    if status.0 == 422 && documented(4).any(|other| other == Status(400)) {
        // What can be read and is wrong goes before what cannot be read, and is 400 (RFC 9110, section 15.5.21): of two that
        // either may be answered to, each is shown by what it is for.
        conditions.sort_by_key(|condition| (UNREADABLE.contains(&condition.trigger), condition.trigger == TriggerName::MISSING_DATA));
    }
    if status.0 == 422 {
        // Its content can be read (RFC 9110, section 15.5.21), so what cannot be read may be 400 whatever the contract lists.
        for condition in conditions.iter_mut().filter(|condition| UNREADABLE.contains(&condition.trigger)) {
            condition.or = vec![Status(400)];
        }
    }
    // Content has no generally defined meaning there (RFC 9110, section 9.3.5), so that a server need not look at its type. What
    // is preferred may be disregarded (section 12.5.1), and what has not changed may be sent again (section 15.4.5).
    if (status.0 == 415 && operation.method.is_delete()) || matches!(status.0, 304 | 406) {
        let successes: Vec<Status> = operation.successes().map(|response| response.status).collect();
        for condition in &mut *conditions {
            condition.or.clone_from(&successes);
        }
    }
    if status.0 == 403 && !operation.needs_credentials() {
        // Whoever asks, so it is about what is asked; for what of it, no document says.
        for condition in &mut *conditions {
            condition.or =
                [Status(400), Status(422)].into_iter().chain(documented(2)).chain(documented(4).filter(|other| *other != status)).collect();
        }
    }
    if matches!(status.0, 400 | 422) && !has_path_id && documented(4).any(|other| other == Status(404)) {
        // Nothing else of the request can name what is not there, such as a page.
        conditions
            .iter_mut()
            .filter(|condition| condition.trigger == TriggerName::BAD_QUERY_PARAMETER)
            .for_each(|condition| condition.or.push(Status(404)));
    }
}

/// Whether a parameter of the path takes only values of a form: numbers, or identifiers of a standard.
fn has_form(document: &Value, parameter: &Parameter) -> bool {
    let schema = parameter.schema.as_ref().filter(|_| parameter.location == Location::Path);
    schema.and_then(|schema| follow_references(document, &schema.0)).is_some_and(|(_, schema)| {
        let is = |keyword: &str, value: &str| schema.get(keyword).is_some_and(|found| found == value);
        is("type", "integer") || is("type", "number") || is("format", "uuid")
    })
}

/// Reads one `x-probity-when` list: trigger names, or maps with the members of [`Condition`].
///
/// # Errors
/// What is wrong with the list, in words.
pub fn read_list(value: &Value) -> Result<Vec<Condition>, String> {
    let Value::Array(entries) = value else { return Err("x-probity-when must be a list of triggers".to_owned()) };
    entries
        .iter()
        .map(|entry| match entry {
            Value::String(trigger) => Ok(Condition::of_trigger(TriggerName::from_text(trigger))),
            map => serde_json::from_value(map.clone()).map_err(|error| format!("an entry of x-probity-when is no condition: {error}")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::contract::{bundle, read};
    use crate::model::contract::{Condition, Status};

    /// The conditions of a status of `GET` on a path that documents these, with a number in its query.
    fn conditions(path: &str, documented: &[u16], status: u16, security: &Value) -> Vec<Condition> {
        let responses: serde_json::Map<String, Value> = documented.iter().map(|code| (code.to_string(), json!({"description": ""}))).collect();
        let id = path.contains('{').then(|| json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}));
        let page = json!({"name": "page", "in": "query", "schema": {"type": "integer"}});
        let parameters: Vec<Value> = id.into_iter().chain([page]).collect();
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "security": security,
            "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
            "paths": {path: {"get": {"parameters": parameters, "responses": responses}}}});
        let contract = read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap();
        contract.operations[0].response(Status(status)).unwrap().conditions.clone()
    }

    #[test]
    fn a_page_that_is_not_there_is_answered_like_a_page_that_is_none() {
        let or = |path: &str, documented: &[u16]| {
            let conditions = conditions(path, documented, 400, &json!([]));
            conditions.into_iter().find(|condition| condition.trigger.as_str() == "bad-query-parameter").unwrap().or
        };
        assert_eq!(or("/books", &[200, 400, 404]), [Status(404)]);
        assert_eq!(or("/books", &[200, 400]), []);
        assert_eq!(or("/books/{id}", &[200, 400, 404]), [], "404 is about the book");
    }

    #[test]
    fn what_is_read_and_wrong_goes_before_what_cannot_be_read_where_both_have_a_status() {
        let first = |documented: &[u16], status: u16| {
            let found = conditions("/books", documented, status, &json!([]));
            [0, found.len() - 1].map(|at| found[at].trigger.to_string())
        };
        assert_eq!(first(&[200, 400, 422], 422)[0], "missing-attribute");
        assert_eq!(first(&[200, 400, 422], 400)[0], "malformed-json");
        assert_eq!(first(&[200, 422], 422)[0], "malformed-json");
    }

    #[test]
    fn a_403_that_no_credentials_help_against_is_about_what_is_asked() {
        let of = |security: &Value| conditions("/books", &[200, 403, 415], 403, security);
        assert_eq!(of(&json!([{"key": []}])).iter().map(|condition| condition.trigger.as_str()).collect::<Vec<_>>(), ["limited-credentials"]);
        let open = of(&json!([]));
        assert!(open.iter().any(|condition| condition.trigger.as_str() == "bad-query-parameter"));
        assert!(open.iter().all(|condition| condition.trigger.as_str() != "malformed-json"), "what cannot be read is not forbidden");
        let or = [400, 422, 200, 415].map(Status);
        assert!(open.iter().all(|condition| condition.or == or), "no document says what it is about: {open:?}");
    }
}
