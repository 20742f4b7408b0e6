//! Which operations yield the ids that others need.

use serde_json::Value;

use crate::contract::makes;
use crate::contract::schema::is_part;
use crate::domain::contract::{Contract, Location, Operation, Response, Status};

/// An operation whose answer holds ids of a kind.
#[derive(Debug, Clone)]
pub struct Feed {
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
}

impl Feed {
    /// Whether one of its resources has this part.
    pub fn offers(&self, like: &Value) -> bool {
        self.items.iter().any(|item| is_part(like, item))
    }
}

/// Every feed of a contract, from its links.
pub fn feeds(contract: &Contract) -> Vec<Feed> {
    let mut feeds: Vec<Feed> = Vec::new();
    for operation in &contract.operations {
        for response in operation.successes() {
            for link in &response.links {
                let Some(target) = contract.operation(&link.operation) else { continue };
                for (name, expression) in &link.parameters {
                    let name = name.split_once('.').map_or(name.as_str(), |(_, name)| name);
                    let parameter = [Location::Path, Location::Query].into_iter().find_map(|location| target.parameter(location, name));
                    if let Some(need) = parameter.and_then(|parameter| parameter.resource.as_ref()) {
                        add(&mut feeds, operation, response, &need.kind, expression);
                    }
                }
            }
        }
    }
    let by_key: Vec<Feed> = contract.operations.iter().filter_map(|operation| at_a_key(&feeds, operation)).collect();
    feeds.extend(by_key);
    feeds
}

/// PUT makes something at a key that the client chooses where 201 is documented and nothing else makes it (RFC 9110, section
/// 9.3.4).
fn at_a_key(feeds: &[Feed], operation: &Operation) -> Option<Feed> {
    let parameter = operation.item_parameter().filter(|_| operation.method.0 == "PUT" && operation.response(Status(201)).is_some())?;
    let kind = parameter.resource.as_ref()?.kind.clone();
    let known = feeds.iter().any(|feed| feed.makes && feed.kind == kind);
    let expression = format!("$request.path.{}", parameter.name);
    (!known).then(|| Feed { operation: operation.id.clone(), kind, expression, makes: true, items: vec![sent(operation)] })
}

/// What the contract's example of a request says of the resource.
fn sent(operation: &Operation) -> Value {
    let sent = operation.request_body.as_ref().and_then(|body| body.content.first()).and_then(|media| media.examples.first());
    sent.map(|example| primary(&example.value)).unwrap_or_default()
}

fn add(feeds: &mut Vec<Feed>, operation: &Operation, response: &Response, kind: &str, expression: &str) {
    let known = feeds.iter().any(|feed| feed.operation == operation.id && feed.kind == kind);
    // An operation that asks for an id of the kind in its own path tells nothing new.
    let asks = operation
        .parameters
        .iter()
        .any(|parameter| parameter.location == Location::Path && parameter.resource.as_ref().is_some_and(|need| need.kind == kind));
    if known || (asks && expression.starts_with("$response.body")) {
        return;
    }
    let (makes, items) = yields(operation, response, expression);
    feeds.push(Feed { operation: operation.id.clone(), kind: kind.to_owned(), expression: expression.to_owned(), makes, items });
}

/// Whether an answer holds what the request made, and what it looks like.
fn yields(operation: &Operation, response: &Response, expression: &str) -> (bool, Vec<Value>) {
    let sent = sent(operation);
    let shown = response.content.iter().find_map(|media| media.examples.first());
    let shown = shown.map(|example| primary(&example.value)).unwrap_or_default();
    let many = expression.split(['#', '/']).any(|token| token.parse::<usize>().is_ok());
    let makes = makes(operation, expression);
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
fn primary(document: &Value) -> Value {
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
