//! Finds the places of a request body of which the contract, or what they are called, says something.

use std::collections::HashSet;

use serde_json::Value;

use super::inferred::{is_name, may_be_reference, numbered_reference, reference};
use super::resource_identifiers::ResourceIdentifiers;
use super::schema::{follow_references, resource_need, visit};
use crate::model::contract::{Contract, MediaType, ResourceNeed, SchemaRef};

/// An annotation of a schema that holds for one place of a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation<T> {
    /// JSON Pointer into the value.
    pub at: String,
    /// What stands there.
    pub value: Value,
    /// What the schema says of it.
    pub what: T,
}

/// Places of a request body that hold ids of other resources (`x-probity-resource`, resource identifiers of JSON:API, or what
/// their names tell).
pub fn resource_needs(contract: &Contract, media: &MediaType, body: &Value) -> Vec<Annotation<ResourceNeed>> {
    let mut found: Vec<Annotation<ResourceNeed>> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    let Some(schema) = &media.schema else { return found };
    let identifiers = ResourceIdentifiers::of(contract, media, body);
    let identified = |at: &str| identifiers.as_ref()?.need(at);
    visit(contract, schema, body, &mut |at, schema, value| {
        let annotated = || schema.get("x-probity-resource").and_then(resource_need);
        if (value.is_string() || value.is_number() || value.is_null())
            && let Some(mut need) = annotated().or_else(|| identified(at)).or_else(|| by_name(contract, at, value))
            && known.insert(at.to_owned())
        {
            need.fallback = is_marked(schema).then(|| value.clone());
            found.push(Annotation { at: at.to_owned(), value: value.clone(), what: need });
        }
    });
    found
}

/// Whether what a schema describes is data of the server that other servers may not have (`x-probity-server-data`).
pub fn is_server_data(document: &Value, schema: &SchemaRef) -> bool {
    follow_references(document, &schema.0).is_some_and(|(_, schema)| is_marked(schema))
}

/// Whether a schema itself says so.
fn is_marked(schema: &Value) -> bool {
    schema.get("x-probity-server-data") == Some(&Value::Bool(true))
}

/// The first place of a request body that holds data of the server which other servers may not have
/// (`x-probity-server-data`), with the value.
pub fn server_data(contract: &Contract, media: &MediaType, body: &Value) -> Option<(String, Value)> {
    all_server_data(contract, media, body).into_iter().next()
}

/// All such places of a request body, with their values.
pub fn all_server_data(contract: &Contract, media: &MediaType, body: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let Some(schema) = &media.schema else { return found };
    visit(contract, schema, body, &mut |at, schema, value| {
        if is_marked(schema) && !value.is_null() {
            found.push((at.to_owned(), value.clone()));
        }
    });
    found
}

/// Places of a request body that may hold ids of other resources: those of [`resource_needs`], and whole numbers in members
/// that are called like things of several kinds.
pub fn possible_references(contract: &Contract, media: &MediaType, body: &Value) -> Vec<String> {
    let mut places: Vec<String> = resource_needs(contract, media, body).into_iter().map(|need| need.at).collect();
    let Some(schema) = &media.schema else { return places };
    visit(contract, schema, body, &mut |at, _, value| {
        if (value.is_i64() || value.is_u64()) && may_be_reference(&contract.inferred, at) && !places.iter().any(|known| known == at) {
            places.push(at.to_owned());
        }
    });
    places
}

fn by_name(contract: &Contract, at: &str, value: &Value) -> Option<ResourceNeed> {
    let numbered = || (value.is_i64() || value.is_u64()).then(|| numbered_reference(&contract.inferred, at)).flatten();
    reference(&contract.inferred, at).or_else(numbered).filter(|_| !value.is_null())
}

/// Places of a request body that carry the mark of the run (`x-probity-mark`, or what their names tell).
pub fn marks(contract: &Contract, media: &MediaType, body: &Value) -> Vec<Annotation<()>> {
    let mut found: Vec<Annotation<()>> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    let Some(schema) = &media.schema else { return found };
    visit(contract, schema, body, &mut |at, schema, value| {
        // Words of a list name no single thing.
        let marked = schema.get("x-probity-mark") == Some(&Value::Bool(true)) || (is_name(&contract.inferred, at) && schema.get("enum").is_none());
        if marked && value.is_string() && known.insert(at.to_owned()) {
            found.push(Annotation { at: at.to_owned(), value: value.clone(), what: () });
        }
    });
    found
}
