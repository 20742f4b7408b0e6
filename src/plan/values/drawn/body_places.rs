//! Finds the places of a valid request at which a value can be drawn.

use serde_json::Value;

use crate::contract::annotations::{marks, resource_needs};
use crate::contract::schema::{follow_references, visit};
use crate::contract::{append, is_marked};
use crate::model::contract::{Contract, MediaType, Operation};
use crate::model::plan::{Body, Place};
use crate::plan::values::ValidRequest;

/// A place in the JSON body of a valid request.
#[derive(Debug, Clone)]
pub(super) struct BodyPlace<'a> {
    /// JSON Pointer into the body.
    pub at: String,
    /// The schemas that describe it, behind their references.
    pub schemas: Vec<&'a Value>,
    /// What stands there; `None` for a member that may be added.
    pub value: Option<&'a Value>,
    /// Whether it may be left out: its object has a list of required members without it.
    pub optional: bool,
    /// Whether it carries the mark of the run.
    pub marked: bool,
}

/// Every place at which a value may be drawn: no id of another resource, no `type` and `id` of a resource itself, nothing
/// that a condition of the contract speaks of, because more is known of it than its schema tells.
pub(super) fn body_places<'a>(contract: &'a Contract, operation: &'a Operation, base: &'a ValidRequest) -> Vec<BodyPlace<'a>> {
    let Some((media, body)) = json_body(operation, base) else { return Vec::new() };
    let Some(schema) = &media.schema else { return Vec::new() };
    let mut spots: Vec<BodyPlace<'a>> = Vec::new();
    visit(contract, schema, body, &mut |at, schema, value| {
        let optional = schema.get("required").and_then(Value::as_array);
        for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let Some(own) = dereference(contract, member) else { continue };
            let answers_only = is_marked(&contract.document, schema, name, "readOnly");
            let object = value.as_object().filter(|_| !answers_only);
            let Some(object) = object else { continue };
            let free = optional.is_some_and(|names| names.iter().all(|other| other != name));
            note(&mut spots, append(at, name), own, object.get(name), free);
        }
        if let (Some(items), Some(values)) = (schema.get("items").and_then(|items| dereference(contract, items)), value.as_array()) {
            for (index, value) in values.iter().enumerate() {
                note(&mut spots, append(at, &index.to_string()), items, Some(value), false);
            }
        }
    });
    let taken: Vec<String> = resource_needs(contract, media, body).into_iter().map(|need| need.at).collect();
    let ruled = places_of_conditions(operation);
    spots.retain(|spot| {
        let holds = |other: &String| other.starts_with(&spot.at);
        !names_resource(&spot.at) && !taken.iter().any(holds) && !ruled.iter().any(|at| same_place(at, &spot.at)) && !is_reference(spot)
    });
    let named: Vec<String> = marks(contract, media, body).into_iter().map(|mark| mark.at).collect();
    // A name keeps its mark, also within what holds it.
    spots.retain(|spot| !named.iter().any(|at| at.strip_prefix(&spot.at).is_some_and(|rest| rest.starts_with('/'))));
    for spot in &mut spots {
        spot.marked = named.contains(&spot.at);
    }
    spots
}

/// The JSON body of a request with the media type that describes it.
pub(super) fn json_body<'a>(operation: &'a Operation, base: &'a ValidRequest) -> Option<(&'a MediaType, &'a Value)> {
    let media = operation.request_body.as_ref()?.content.get(base.media?)?;
    match &base.request.body {
        Body::Json(body) => Some((media, body)),
        _ => None,
    }
}

/// A schema behind its reference.
pub(super) fn dereference<'a>(contract: &'a Contract, schema: &'a Value) -> Option<&'a Value> {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => follow_references(&contract.document, &decoded(reference.strip_prefix('#')?)).map(|(_, schema)| schema),
        None => Some(schema),
    }
}

fn decoded(pointer: &str) -> String {
    percent_encoding::percent_decode_str(pointer).decode_utf8_lossy().into_owned()
}

fn note<'a>(spots: &mut Vec<BodyPlace<'a>>, at: String, schema: &'a Value, value: Option<&'a Value>, optional: bool) {
    match spots.iter_mut().find(|spot| spot.at == at) {
        Some(spot) => {
            spot.schemas.push(schema);
            spot.optional &= optional;
        }
        None => spots.push(BodyPlace { at, schemas: vec![schema], value, optional, marked: false }),
    }
}

/// Whether a pointer leads to what says which resource is meant (JSON:API, "Resource Objects").
fn names_resource(at: &str) -> bool {
    let last = at.rsplit('/').next().unwrap_or_default();
    matches!(last, "type" | "id" | "data" | "attributes") || at.split('/').any(|token| token == "relationships")
}

fn is_reference(spot: &BodyPlace<'_>) -> bool {
    spot.schemas.iter().any(|schema| schema.get("x-probity-resource").is_some())
}

/// Places that conditions of the contract speak of.
fn places_of_conditions(operation: &Operation) -> Vec<&String> {
    let conditions = operation.responses.iter().flat_map(|response| &response.conditions);
    conditions.filter_map(|condition| condition.at.as_ref()).collect()
}

/// Whether two pointers are the same, whichever item of an array they are in.
fn same_place(one: &str, other: &str) -> bool {
    let index = |token: &str| token.parse::<usize>().is_ok();
    let (one, other): (Vec<&str>, Vec<&str>) = (one.split('/').collect(), other.split('/').collect());
    one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| one == other || (index(one) && index(other)))
}

/// Whether a place is filled in from another probe, or holds one that is.
pub(super) fn is_filled(base: &ValidRequest, at: &str) -> bool {
    base.request.fillings.iter().any(|binding| matches!(&binding.place, Place::Body(filled) if filled.starts_with(at)))
}
