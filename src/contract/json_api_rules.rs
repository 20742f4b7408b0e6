//! Adds what JSON:API demands to the conditions and responses of a contract.

use serde_json::Value;

use super::schema::{follow_references, property};
use crate::model::certainty::Certainty;
use crate::model::contract::{Condition, JSON_API, MediaType, Operation, Response, Status};
use crate::model::media_range::is_json_api;
use crate::model::trigger_name::TriggerName;

/// Where a document says by what it is to be understood.
const STATEMENTS: [&str; 5] = ["/info/title", "/info/description", "/info/summary", "/externalDocs/url", "/externalDocs/description"];

/// What the standard is called, with its colon: any API of JSON is a JSON API.
const NAMES: [&str; 2] = ["jsonapi.org", "json:api"];

/// Statuses that JSON:API demands, with the section that does.
const DEMANDED: [(u16, &str); 5] = [
    (400, "Query Parameters, Inclusion of Related Resources and Sorting"),
    (404, "Creating Resources and Updating Resources"),
    (406, "Content Negotiation, Server Responsibilities"),
    (409, "Creating Resources and Updating Resources"),
    (415, "Content Negotiation, Server Responsibilities"),
];

/// Adds what JSON:API demands a status for, whatever else the contract means by it, to the usual conditions. Each of these rules
/// is one of its own.
///
/// Sources: JSON:API 1.1, "Content Negotiation", "Inclusion of Related Resources", "Sorting", "Query Parameters", "Creating
/// Resources", "Updating Resources", "Updating To-Many Relationships".
pub(super) fn add_rules(document: &Value, operation: &Operation, status: Status, conditions: &mut Vec<Condition>) {
    let takes = operation.request_body.iter().flat_map(|body| &body.content).any(is_json_api);
    let mut answers = operation.successes().flat_map(|response| &response.content).peekable();
    let answers = answers.peek().is_some() && answers.all(is_json_api);
    let rule = |trigger: TriggerName| Condition { each: true, ..Condition::of_trigger(trigger) };
    let added =
        |name: &str| Condition { at: Some(name.to_owned()), value: Some(Value::from("probity")), ..rule(TriggerName::UNDOCUMENTED_PARAMETER) };
    let first = operation.successes().next().is_some_and(|response| response.status == status);
    match status.0 {
        200 if first && answers && operation.method.is_get() && !operation.path.contains('{') => {
            let value = Some(Value::from(format!("{JSON_API}; profile=\"https://profile.invalid/probity\"")));
            conditions.push(Condition { value, ..rule(TriggerName::NOT_ACCEPTABLE) });
        }
        200..=299 if first && takes && changes_members(document, operation) => {
            let or = operation.successes().map(|response| response.status).filter(|other| *other != status).collect();
            conditions.push(Condition { or, ..rule(TriggerName::DUPLICATE) });
        }
        400 if operation.method.is_get() && answers => {
            // The name of a parameter of one's own has more than small letters in it.
            conditions.extend(["include", "probity"].map(added));
            conditions.extend((is_about_resources(operation) && lists(document, operation)).then(|| added("sort")));
        }
        404 if takes && !operation.method.is_delete() => add_or_mark(conditions, TriggerName::UNKNOWN_REFERENCE),
        406 if answers => {
            let value = Some(Value::from(format!("{JSON_API}; probity=unknown")));
            *conditions = vec![Condition { value, ..rule(TriggerName::NOT_ACCEPTABLE) }];
        }
        409 if takes && is_about_resources(operation) => {
            for trigger in [TriggerName::WRONG_TYPE, TriggerName::ID_MISMATCH] {
                add_or_mark(conditions, trigger);
            }
        }
        415 if takes => conditions.push(rule(TriggerName::MEDIA_TYPE_PARAMETER)),
        _ => {}
    }
}

/// Makes a condition a rule of its own, whether or not it is there already.
fn add_or_mark(conditions: &mut Vec<Condition>, trigger: TriggerName) {
    match conditions.iter_mut().find(|condition| condition.trigger == trigger) {
        Some(known) => known.each = true,
        None => conditions.push(Condition { each: true, ..Condition::of_trigger(trigger) }),
    }
}

/// The responses that JSON:API demands of an operation and its contract does not list, where the contract says that it follows
/// JSON:API.
pub(super) fn left_out(document: &Value, operation: &Operation) -> Vec<Response> {
    if !is_followed(document) {
        return Vec::new();
    }
    let in_range = |status: Status| operation.fallbacks.iter().any(|fallback| fallback.class == Some(status.class()));
    let listed = |status: Status| operation.response(status).is_some() || in_range(status);
    let response = |(code, section): (u16, &str)| {
        let mut conditions = Vec::new();
        add_rules(document, operation, Status(code), &mut conditions);
        (!conditions.is_empty() && !listed(Status(code))).then(|| Response {
            status: Status(code),
            description: "JSON:API demands it".to_owned(),
            headers: Vec::new(),
            content: Vec::new(),
            conditions,
            links: Vec::new(),
            source: format!("JSON:API 1.1, {section}"),
            place: operation.place.clone(),
            general: false,
            certainty: Certainty::default(),
            alternative_to: None,
        })
    };
    DEMANDED.into_iter().filter_map(response).collect()
}

/// Whether a document says that what it describes follows JSON:API.
fn is_followed(document: &Value) -> bool {
    STATEMENTS.iter().filter_map(|at| document.pointer(at)?.as_str()).any(|text| {
        let text = text.to_ascii_lowercase();
        NAMES.iter().any(|name| text.contains(name))
    })
}

/// Whether an operation is about resources, not about what a relationship holds.
fn is_about_resources(operation: &Operation) -> bool {
    !operation.method.is_delete() && !operation.path.contains("/relationships/")
}

/// Whether an operation adds members to a relationship or takes them out. Who adds what is there, and takes out what is not, is to
/// be answered with success.
fn changes_members(document: &Value, operation: &Operation) -> bool {
    let method = operation.method.is_post() || operation.method.is_delete();
    method
        && operation.path.contains("/relationships/")
        && operation.request_body.iter().flat_map(|body| &body.content).any(|media| is_list(document, media))
}

/// Whether the primary data of an answer are a list.
fn lists(document: &Value, operation: &Operation) -> bool {
    operation.successes().flat_map(|response| &response.content).any(|media| is_list(document, media))
}

fn is_list(document: &Value, media: &MediaType) -> bool {
    let data = || follow_references(document, &property(document, &media.schema.as_ref()?.0, "data")?);
    data().is_some_and(|(_, schema)| schema.get("items").is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::contract::{bundle, read};
    use crate::model::contract::{Contract, JSON_API};

    /// A contract with a list and a create that answers with these statuses.
    fn contract(description: &str, statuses: &[&str], marked: bool) -> Contract {
        let one = json!({"type": "object", "properties": {"type": {"const": "books"}, "id": {"type": "string"}}});
        let content = |data: Value| json!({JSON_API: {"schema": {"type": "object", "properties": {"data": data}}}});
        let list = json!({"responses": {"200": {"description": "", "content": content(json!({"type": "array", "items": one}))}}});
        let mut responses = json!({"201": {"description": "", "content": content(one.clone())}});
        for status in statuses {
            responses[status] = json!({"description": ""});
        }
        let mut create = json!({"requestBody": {"content": content(one.clone())}, "responses": responses});
        if marked {
            create["requestBody"]["content"][JSON_API]["schema"]["properties"]["data"]["x-probity-resource"] = json!("books");
        }
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1", "description": description},
            "paths": {"/books": {"get": list, "post": create}}});
        read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap()
    }

    /// The refusals of an operation with the conditions of each that are rules of their own.
    fn rules(contract: &Contract, operation: &str) -> Vec<String> {
        let refusals = contract.operation(operation).unwrap().responses.iter().filter(|response| response.status.class() == 4);
        let rules = refusals.map(|response| {
            let own = response.conditions.iter().filter(|condition| condition.each);
            let words = own.map(|condition| format!("{} {}", condition.trigger, condition.at.as_deref().unwrap_or_default()).trim().to_owned());
            format!("{}: {}", response.status, words.collect::<Vec<_>>().join(", "))
        });
        rules.collect()
    }

    #[test]
    fn a_status_is_due_to_what_json_api_demands_it_for() {
        let contract = contract("", &["409", "415"], false);
        assert_eq!(rules(&contract, "POST /books"), ["409: wrong-type, id-mismatch", "415: media-type-parameter"]);
        assert_eq!(rules(&contract, "GET /books"), [""; 0], "what is not documented is not demanded");
    }

    #[test]
    fn what_follows_json_api_owes_the_statuses_that_it_does_not_list() {
        for said in ["Follows JSON:API 1.1.", "See https://jsonapi.org/format/", "A JSON:API v1.0 server"] {
            let contract = contract(said, &["409"], false);
            assert_eq!(
                rules(&contract, "GET /books"),
                ["400: undocumented-parameter include, undocumented-parameter probity, undocumented-parameter sort", "406: not-acceptable"]
            );
            assert_eq!(
                rules(&contract, "POST /books"),
                ["404: unknown-reference", "406: not-acceptable", "409: wrong-type, id-mismatch", "415: media-type-parameter"]
            );
        }
        for said in ["", "A JSON API for books"] {
            assert_eq!(rules(&contract(said, &[], false), "GET /books"), [""; 0], "{said}");
        }
    }

    #[test]
    fn an_author_who_marks_resources_says_what_is_demanded() {
        assert_eq!(rules(&contract("Follows JSON:API 1.1.", &["409"], true), "POST /books"), ["409: "]);
    }
}
