//! Finds the id of a new resource in an answer, where the contract does not say where it stands.

use serde_json::Value;

use crate::contract::append;
use crate::model::contract::{Contract, Location, Operation};
use crate::model::effect::Provenance;
use crate::model::exchange::Answer;
use crate::model::plan::{Binding, Body, Capture, Place, Remover, RequestTemplate, SlotId};
use crate::plan::operation_effects::path_kind;

/// How deep an answer is looked into.
const DEEPEST: usize = 5;

/// The kind of thing that a request to a collection makes: what the item below it is called, else the collection.
pub fn kind_below(contract: &Contract, operation: &Operation) -> String {
    let item = items_below(contract, operation).find_map(path_kind).map(str::to_owned);
    item.or_else(|| operation.segments().rfind(|segment| !segment.starts_with('{')).map(str::to_owned)).unwrap_or_default()
}

/// Where an answer holds the id of what a request to a collection made: in a member that is called like the parameter of the
/// item, or like an id; else at the end of its Location. Of a list each item has one.
pub fn unlisted(contract: &Contract, operation: &Operation, answer: &Answer) -> Vec<Capture> {
    let parameter = items_below(contract, operation).find_map(Operation::item_parameter).map(|parameter| parameter.name.as_str());
    let kind = kind_below(contract, operation);
    let names = id_names(parameter.unwrap_or("id"), &kind);
    let capture = |expression: &str, nth| Capture { slot: SlotId::default(), expression: expression.to_owned(), like: Value::Null, nth, state: None };
    let found = answer.body.value().and_then(|body| names.iter().find_map(|name| place(body, name, "", 0)));
    let located = || answer.header("location").map(|_| "$response.header.location".to_owned());
    let Some(expression) = found.map(|at| format!("$response.body#{at}")).or_else(located) else { return Vec::new() };
    let many = expression.split('/').any(|token| token.parse::<usize>().is_ok());
    let items = answer.body.value().map_or(1, |body| longest_list(body, 0));
    (0..if many { items } else { 1 }).map(|nth| capture(&expression, nth)).collect()
}

/// How a thing of a kind is removed, below what the request that made it names; `None` where no operation does.
pub fn remover(contract: &Contract, kind: &str, maker: &RequestTemplate, slot: &SlotId) -> Option<Remover> {
    item_request(contract, "DELETE", kind, maker, slot)
}

/// How a thing of a kind is read, below what the request that made it names; `None` where no operation does.
pub fn reader(contract: &Contract, kind: &str, maker: &RequestTemplate, slot: &SlotId) -> Option<Remover> {
    item_request(contract, "GET", kind, maker, slot)
}

fn item_request(contract: &Contract, method: &str, kind: &str, maker: &RequestTemplate, slot: &SlotId) -> Option<Remover> {
    let fits = |operation: &&Operation| {
        let parameters = || operation.parameters.iter().filter(|parameter| parameter.required);
        operation.method.as_str() == method
            && operation.item_parameter().is_some()
            && operation.done.is_none()
            && path_kind(operation) == Some(kind)
            && operation.request_body.as_ref().is_none_or(|body| !body.required)
            && parameters().all(|parameter| matches!(parameter.location, Location::Path))
    };
    let operation = contract.operations.iter().find(fits)?;
    let own = operation.item_parameter()?.name.clone();
    let mut request = RequestTemplate {
        styled: Vec::new(),
        method: operation.method.clone(),
        path: operation.path.clone(),
        path_values: std::collections::BTreeMap::new(),
        query: Vec::new(),
        headers: maker.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type")).cloned().collect(),
        body: Body::Empty,
        credentials: maker.credentials.clone(),
        fillings: vec![Binding { place: Place::Path(own.clone()), slot: slot.to_owned() }],
    };
    for parameter in operation.parameters.iter().filter(|parameter| parameter.location == Location::Path) {
        let place = Place::Path(parameter.name.clone());
        let value = maker.path_values.get(&parameter.name).cloned();
        if parameter.name == own {
            request.path_values.insert(own.clone(), value.unwrap_or_default());
            continue;
        }
        request.path_values.insert(parameter.name.clone(), value?);
        request.fillings.extend(maker.fillings.iter().find(|binding| binding.place == place).cloned());
    }
    Some(Remover { operation: operation.id.clone(), request })
}

/// Operations on one item of a collection.
fn items_below<'c>(contract: &'c Contract, collection: &'c Operation) -> impl Iterator<Item = &'c Operation> {
    contract.operations.iter().filter(move |item| {
        item.item_parameter().is_some()
            && item.segments().count() == collection.segments().count() + 1
            && collection.segments().zip(item.segments()).all(|(one, other)| one == other)
    })
}

/// What an id may be called, the likeliest first, in lower case and without separators.
fn id_names(parameter: &str, kind: &str) -> Vec<String> {
    let bare = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect::<String>();
    let kind = bare(kind);
    let singular = kind.strip_suffix('s').unwrap_or(&kind);
    vec![bare(parameter), "id".to_owned(), format!("{singular}id"), "uuid".to_owned(), "guid".to_owned()]
}

/// The nearest member of a name, breadth first; of a list its first item counts.
fn place(value: &Value, name: &str, at: &str, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    if let Value::Array(items) = value {
        return place(items.first()?, name, &format!("{at}/0"), depth + 1);
    }
    let members = value.as_object()?;
    let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect::<String>();
    let own = members.iter().find(|(known, member)| bare(known) == name && (member.is_string() || member.is_number()));
    own.map(|(known, _)| append(at, known)).or_else(|| members.iter().find_map(|(known, member)| place(member, name, &append(at, known), depth + 1)))
}

/// The length of the longest list of a document.
fn longest_list(value: &Value, depth: usize) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(members) if depth < DEEPEST => members.values().map(|member| longest_list(member, depth + 1)).max().unwrap_or(0),
        _ => 0,
    }
}

/// How the value of a slot is known to a run: by its origin, and by whether the thing is proven to be the run's own.
pub fn provenance(origin: Provenance, proven: bool, invented: bool) -> Provenance {
    match origin {
        Provenance::Own if proven => Provenance::Own,
        Provenance::Own if invented => Provenance::Invented,
        Provenance::Own => Provenance::Found,
        other => other,
    }
}
