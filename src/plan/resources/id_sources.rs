//! Finds the operations whose answers hold the ids that other requests need.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::named_by_request::named_by_request;
use crate::contract::schema::is_part;
use crate::contract::{has_member_named_like, makes, structured_form, wrapped_members};
use crate::model::contract::{Contract, Location, Operation, Parameter, Response, Status};
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
    let mut known: HashSet<(&str, &str)> = HashSet::new();
    for operation in &contract.operations {
        for response in operation.successes() {
            for link in &response.links {
                let Some(target) = contract.operation(&link.operation) else { continue };
                for (name, expression) in &link.parameters {
                    let name = name.split_once('.').map_or(name.as_str(), |(_, name)| name);
                    let parameter = [Location::Path, Location::Query].into_iter().find_map(|location| target.parameter(location, name));
                    if let Some(need) = parameter.and_then(|parameter| parameter.resource.as_ref())
                        && !known.contains(&(operation.id.as_str(), need.kind.as_str()))
                        && let Some(id_source) = id_source(&contract.document, operation, response, &need.kind, expression)
                    {
                        known.insert((&operation.id, &need.kind));
                        feeds.push(id_source);
                    }
                }
            }
        }
    }
    let mut made: HashSet<String> = feeds.iter().filter(|id_source| id_source.makes).map(|id_source| id_source.kind.clone()).collect();
    let by_key: Vec<IdSource> = contract.operations.iter().filter_map(|operation| at_a_key(&made, operation)).collect();
    made.extend(by_key.iter().map(|id_source| id_source.kind.clone()));
    feeds.extend(by_key);
    let by_name = named_by_request(contract, |kind| made.contains(kind)).into_iter().map(|named| {
        let expression = format!("$request.body#/{}", named.member);
        IdSource { operation: named.operation, kind: named.kind, expression, makes: true, items: vec![Value::Null], guessed: true }
    });
    let by_name: Vec<IdSource> = by_name.collect();
    feeds.extend(by_name);
    let mut kinds: HashSet<String> = feeds.iter().map(|id_source| id_source.kind.clone()).collect();
    let readers = contract.operations.iter().filter_map(|reader| unfed_parameter(contract, &kinds, reader)).collect::<Vec<_>>();
    let answers = if readers.is_empty() { Vec::new() } else { answers_to_posts(contract) };
    let mut by_member: HashMap<&str, Vec<(&Operation, &str)>> = HashMap::new();
    for (operation, members) in &answers {
        for (name, place) in members {
            by_member.entry(name).or_default().push((operation, place));
        }
    }
    for parameter in readers {
        let Some(kind) = parameter.resource.as_ref().map(|need| need.kind.clone()).filter(|kind| !kinds.contains(kind)) else { continue };
        let name = without_separators(&parameter.name);
        let told = by_member.get(name.as_str()).into_iter().flatten();
        let told = told.into_iter().find(|(operation, _)| !repeats(contract, operation, parameter));
        if let Some((operation, place)) = told {
            let expression = format!("$response.body#{place}");
            kinds.insert(kind.clone());
            feeds.push(IdSource { operation: operation.id.clone(), kind, expression, makes: false, items: vec![Value::Null], guessed: true });
        }
    }
    feeds
}

/// The parameter of a GET that no answer feeds although its name is that of an id: the answer to a POST on another path may name
/// it, such as a job (RFC 9110, section 15.3.3), in a member that is called like the parameter. That the request made it is not
/// known, so it counts as found.
fn unfed_parameter<'a>(contract: &Contract, kinds: &HashSet<String>, reader: &'a Operation) -> Option<&'a Parameter> {
    let parameter = reader.item_parameter().filter(|_| reader.method.is_get() && !contract.inferred.annotated)?;
    let name = without_separators(&parameter.name);
    // `id` is what everything calls its own.
    let tells = ["id", "uuid", "guid", "number", "token"].iter().any(|end| name.len() > end.len() && name.ends_with(end));
    (tells && !kinds.contains(&parameter.resource.as_ref()?.kind)).then_some(parameter)
}

/// The members of the answers to each POST with their places, by their names without separators.
fn answers_to_posts(contract: &Contract) -> Vec<(&Operation, Vec<(String, String)>)> {
    // Many answers share a schema.
    let mut by_schema: HashMap<&str, Vec<(String, String)>> = HashMap::new();
    let mut answers = Vec::new();
    for operation in contract.operations.iter().filter(|operation| operation.method.is_post()) {
        let mut members: Vec<(String, String)> = Vec::new();
        for schema in operation.successes().filter_map(|response| structured_form(&response.content)?.schema.as_ref()) {
            let shown = by_schema.entry(&schema.0).or_insert_with(|| wrapped_members(&contract.document, &schema.0));
            let more: Vec<_> = shown.iter().filter(|(name, _)| members.iter().all(|(known, _)| known != name)).cloned().collect();
            members.extend(more);
        }
        answers.push((operation, members));
    }
    answers
}

/// Whether a request itself names what a parameter does: the answer then repeats it.
fn repeats(contract: &Contract, operation: &Operation, parameter: &Parameter) -> bool {
    let name = without_separators(&parameter.name);
    let content = operation.request_body.as_ref().map_or(&[][..], |body| &body.content);
    without_separators(&sent(operation).to_string()).contains(&name)
        || operation.parameters.iter().any(|own| without_separators(&own.name) == name)
        || has_member_named_like(&contract.document, content, &parameter.name)
}

/// PUT makes something at a key that the client chooses where 201 is documented and nothing else makes it (RFC 9110, section
/// 9.3.4).
fn at_a_key(made: &HashSet<String>, operation: &Operation) -> Option<IdSource> {
    let parameter = operation.item_parameter().filter(|_| operation.method.is_put() && operation.response(Status(201)).is_some())?;
    let kind = parameter.resource.as_ref()?.kind.clone();
    let known = made.contains(&kind);
    let expression = format!("$request.path.{}", parameter.name);
    (!known).then(|| IdSource { operation: operation.id.clone(), kind, expression, makes: true, items: vec![sent(operation)], guessed: false })
}

/// What the contract's example of a request says of the resource.
fn sent(operation: &Operation) -> Value {
    let sent = operation.request_body.as_ref().and_then(|body| body.content.first()).and_then(|media| media.examples.first());
    sent.map(|example| primary_resource(&example.value)).unwrap_or_default()
}

/// What an answer tells of ids of a kind.
fn id_source(document: &Value, operation: &Operation, response: &Response, kind: &str, expression: &str) -> Option<IdSource> {
    // An operation that asks for an id of the kind in its own path tells nothing new.
    let asks = operation
        .parameters
        .iter()
        .any(|parameter| parameter.location == Location::Path && parameter.resource.as_ref().is_some_and(|need| need.kind == kind));
    if asks && expression.starts_with("$response.body") {
        return None;
    }
    let (makes, items) = id_shape_in_answer(document, operation, response, expression);
    Some(IdSource { operation: operation.id.clone(), kind: kind.to_owned(), expression: expression.to_owned(), makes, items, guessed: false })
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
        let in_xml = found_in("application/xml", parameter, sent.clone(), came.clone());
        assert_eq!(in_xml, found_in("application/json", parameter, sent, came));
        in_xml
    }

    fn found_in(media: &str, parameter: &str, sent: Value, came: Value) -> Vec<String> {
        let content = |schema: Value| json!({media: {"schema": {"type": "object", "properties": schema}}});
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

    #[test]
    fn each_source_is_found_once() {
        let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        let link = json!({"read": {"operationId": "read", "parameters": {"id": "$response.body#/id"}}});
        let made = json!({"description": "", "links": link, "content": {"application/json": {"schema": {"properties": {"id": {}}}}}});
        let job = |operation: &str| json!({"operationId": operation, "parameters": [{"name": "jobId", "in": "path", "required": true, "schema": {}}], "responses": {"200": {"description": ""}}});
        let told = json!({"content": {"application/json": {"schema": {"properties": {"jobId": {}}}}}, "description": ""});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {
            "/things": {"post": {"operationId": "make", "responses": {"200": made, "201": made}}},
            "/things/{id}": {"parameters": id, "get": {"operationId": "read", "responses": {"200": {"description": ""}}},
                "put": {"operationId": "put", "requestBody": {"content": {"application/json": {}}}, "responses": {"200": {"description": ""}, "201": {"description": ""}}}},
            "/exports": {"post": {"operationId": "start", "responses": {"202": told}}},
            "/jobs/{jobId}": {"get": job("poll")}, "/v2/jobs/{jobId}": {"get": job("poll2")}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let mut found: Vec<String> = linked_id_sources(&contract).into_iter().map(|found| format!("{} {}", found.operation, found.kind)).collect();
        found.sort();
        let mut once = found.clone();
        once.dedup();
        assert_eq!(found, once);
        assert!(found.iter().any(|found| found.starts_with("make ")) && found.iter().any(|found| found.starts_with("start ")), "{found:?}");
        assert!(!found.iter().any(|found| found.starts_with("put ")), "POST makes it already: {found:?}");
    }
}
