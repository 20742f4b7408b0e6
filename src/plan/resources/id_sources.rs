//! Finds the operations whose answers hold the ids that other requests need.

use serde_json::Value;

use super::named_by_request::named_by_request;
use crate::contract::schema::is_part;
use crate::contract::{makes, member_named_like};
use crate::model::contract::{Contract, Location, Operation, Response, Status};
use crate::model::text::without_separators;

/// An operation whose answer holds ids of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct IdSource {
    /// The operation.
    pub operation: String,
    /// Kind of resource.
    pub kind: String,
    /// Runtime expression that finds the id (OpenAPI, Link Object).
    pub expression: String,
    /// Whether the operation makes the resource, or only finds it.
    pub makes: bool,
    /// What each resource of one request looks like, as far as the contract tells: one for a single resource, several
    /// for an array; one for a list that is only read.
    pub items: Vec<Value>,
    /// Whether nothing but names says that it is an id of the kind.
    pub guessed: bool,
}

impl IdSource {
    /// Whether one of its resources has this part.
    pub fn has_part(&self, like: &Value) -> bool {
        self.items.iter().any(|item| is_part(like, item))
    }
}

/// Every feed of a contract, from its links.
pub fn linked_id_sources(contract: &Contract) -> Vec<IdSource> {
    let mut feeds: Vec<IdSource> = Vec::new();
    for operation in &contract.operations {
        for response in operation.successes() {
            for link in &response.links {
                let Some(target) = contract.operation(&link.operation) else { continue };
                for (name, expression) in &link.parameters {
                    let name = name.split_once('.').map_or(name.as_str(), |(_, name)| name);
                    let parameter = [Location::Path, Location::Query].into_iter().find_map(|location| target.parameter(location, name));
                    if let Some(need) = parameter.and_then(|parameter| parameter.resource.as_ref()) {
                        add(&contract.document, &mut feeds, operation, response, &need.kind, expression);
                    }
                }
            }
        }
    }
    let by_key: Vec<IdSource> = contract.operations.iter().filter_map(|operation| at_a_key(&feeds, operation)).collect();
    feeds.extend(by_key);
    let is_made = |kind: &str| feeds.iter().any(|id_source| id_source.makes && id_source.kind == kind);
    let by_name = named_by_request(contract, is_made).into_iter().map(|named| {
        let expression = format!("$request.body#/{}", named.member);
        IdSource { operation: named.operation, kind: named.kind, expression, makes: true, items: vec![Value::Null], guessed: true }
    });
    let by_name: Vec<IdSource> = by_name.collect();
    feeds.extend(by_name);
    let elsewhere = contract.operations.iter().filter_map(|reader| told_elsewhere(contract, &feeds, reader)).collect::<Vec<_>>();
    for id_source in elsewhere {
        if feeds.iter().all(|known| known.kind != id_source.kind) {
            feeds.push(id_source);
        }
    }
    feeds
}

/// The answer to a POST on another path may name what nothing else tells of, such as a job (RFC 9110, section 15.3.3): in a
/// member that is called like the parameter. That the request made it is not known, so it counts as found.
fn told_elsewhere(contract: &Contract, feeds: &[IdSource], reader: &Operation) -> Option<IdSource> {
    let parameter = reader.item_parameter().filter(|_| reader.method.is_get() && !contract.inferred.annotated)?;
    let kind = parameter.resource.as_ref()?.kind.clone();
    let name = without_separators(&parameter.name);
    // `id` is what everything calls its own.
    let tells = ["id", "uuid", "guid", "number", "token"].iter().any(|end| name.len() > end.len() && name.ends_with(end));
    if !tells || feeds.iter().any(|id_source| id_source.kind == kind) {
        return None;
    }
    let document = &contract.document;
    // What the request itself names is repeated.
    let repeats = |operation: &Operation| {
        let content = operation.request_body.iter().flat_map(|body| &body.content).cloned().collect::<Vec<_>>();
        let named = without_separators(&sent(operation).to_string()).contains(&name)
            || operation.parameters.iter().any(|own| without_separators(&own.name) == name);
        named || member_named_like(document, &content, &parameter.name, true).is_some()
    };
    let posts = contract.operations.iter().filter(|operation| operation.method.is_post() && !repeats(operation));
    let mut told = posts.filter_map(|operation| {
        let place = operation.successes().find_map(|response| member_named_like(document, &response.content, &parameter.name, false))?;
        let expression = format!("$response.body#{place}");
        Some(IdSource { operation: operation.id.clone(), kind: kind.clone(), expression, makes: false, items: vec![Value::Null], guessed: true })
    });
    told.next()
}

/// PUT makes something at a key that the client chooses where 201 is documented and nothing else makes it (RFC 9110, section
/// 9.3.4).
fn at_a_key(feeds: &[IdSource], operation: &Operation) -> Option<IdSource> {
    let parameter = operation.item_parameter().filter(|_| operation.method.is_put() && operation.response(Status(201)).is_some())?;
    let kind = parameter.resource.as_ref()?.kind.clone();
    let known = feeds.iter().any(|id_source| id_source.makes && id_source.kind == kind);
    let expression = format!("$request.path.{}", parameter.name);
    (!known).then(|| IdSource { operation: operation.id.clone(), kind, expression, makes: true, items: vec![sent(operation)], guessed: false })
}

/// What the contract's example of a request says of the resource.
fn sent(operation: &Operation) -> Value {
    let sent = operation.request_body.as_ref().and_then(|body| body.content.first()).and_then(|media| media.examples.first());
    sent.map(|example| primary_resource(&example.value)).unwrap_or_default()
}

fn add(document: &Value, feeds: &mut Vec<IdSource>, operation: &Operation, response: &Response, kind: &str, expression: &str) {
    let known = feeds.iter().any(|id_source| id_source.operation == operation.id && id_source.kind == kind);
    // An operation that asks for an id of the kind in its own path tells nothing new.
    let asks = operation
        .parameters
        .iter()
        .any(|parameter| parameter.location == Location::Path && parameter.resource.as_ref().is_some_and(|need| need.kind == kind));
    if known || (asks && expression.starts_with("$response.body")) {
        return;
    }
    let (makes, items) = id_shape_in_answer(document, operation, response, expression);
    feeds.push(IdSource { operation: operation.id.clone(), kind: kind.to_owned(), expression: expression.to_owned(), makes, items, guessed: false });
}

/// Whether an answer holds what the request made, and what it looks like.
fn id_shape_in_answer(document: &Value, operation: &Operation, response: &Response, expression: &str) -> (bool, Vec<Value>) {
    let sent = sent(operation);
    let shown = response.content.iter().find_map(|media| media.examples.first());
    let shown = shown.map(|example| primary_resource(&example.value)).unwrap_or_default();
    let many = expression.split(['#', '/']).any(|token| token.parse::<usize>().is_ok());
    let makes = makes(document, operation, expression);
    let items = match (&sent, many && makes) {
        (Value::Array(items), true) => items.iter().enumerate().map(|(index, item)| overlaid(shown.get(index), item)).collect(),
        (Value::Array(items), false) if makes => items.iter().take(1).map(|item| overlaid(Some(&shown), item)).collect(),
        _ if makes => vec![overlaid(Some(&shown), &sent)],
        _ => match shown {
            Value::Array(items) => items,
            other => vec![other],
        },
    };
    (makes, items)
}

/// The part of a document that holds the resource: `data` where there is one (JSON:API), else the document.
fn primary_resource(document: &Value) -> Value {
    document.get("data").unwrap_or(document).clone()
}

/// What the server shows, with what was sent laid over it.
fn overlaid(shown: Option<&Value>, sent: &Value) -> Value {
    match (shown, sent) {
        (Some(Value::Object(shown)), Value::Object(sent)) => {
            let mut whole = shown.clone();
            for (name, value) in sent {
                let value = overlaid(whole.get(name), value);
                whole.insert(name.clone(), value);
            }
            Value::Object(whole)
        }
        (_, Value::Null) => shown.cloned().unwrap_or_default(),
        (_, sent) => sent.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::contract::{bundle, read};

    /// The feeds of a contract in which `POST /exports` takes and answers such bodies, and `/jobs/{parameter}` is read.
    fn found(parameter: &str, sent: Value, came: Value) -> Vec<String> {
        let content = |schema: Value| json!({"application/json": {"schema": {"type": "object", "properties": schema}}});
        let start = json!({"operationId": "start", "requestBody": {"content": content(sent)}, "responses": {"202": {"description": "", "content": content(came)}}});
        let named = json!([{"name": parameter, "in": "path", "required": true, "schema": {"type": "string"}}]);
        let poll = json!({"operationId": "poll", "parameters": named, "responses": {"200": {"description": ""}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "paths": {"/exports": {"post": start}, format!("/jobs/{{{parameter}}}"): {"get": poll}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        linked_id_sources(&contract)
            .into_iter()
            .map(|id_source| format!("{} {} {} {}", id_source.operation, id_source.kind, id_source.expression, id_source.makes))
            .collect()
    }

    #[test]
    fn what_an_answer_on_another_path_names_is_found_there() {
        assert_eq!(found("jobId", json!({}), json!({"job_id": {}})), ["start jobs $response.body#/job_id false"]);
        assert_eq!(found("jobId", json!({}), json!({"data": {"properties": {"jobId": {}}}})), ["start jobs $response.body#/data/jobId false"]);
        assert_eq!(found("jobId", json!({"jobId": {}}), json!({"jobId": {}})), Vec::<String>::new(), "it only repeats what was sent");
        assert_eq!(found("id", json!({}), json!({"id": {}})), Vec::<String>::new(), "it may be the id of anything");
    }
}
