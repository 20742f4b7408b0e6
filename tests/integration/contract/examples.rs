//! Every body of the bundled contract has a schema and an example, and every example fits.

use std::collections::BTreeSet;

use probity::contract::Schemas;
use probity::model::contract::{MediaType, Operation, SchemaRef};
use serde_json::Value;

use crate::contract::{CONTRACT, walk};

/// What is missing of a body that is described.
fn missing(what: &str, content: &[MediaType], example: bool) -> Vec<String> {
    let mut missing = Vec::new();
    for media in content {
        if media.schema.is_none() {
            missing.push(format!("{what} {}: no schema", media.name));
        }
        if example && media.examples.is_empty() {
            missing.push(format!("{what} {}: no example", media.name));
        }
    }
    missing
}

fn incomplete(operation: &Operation) -> Vec<String> {
    let requests = operation.request_body.iter().flat_map(|body| {
        let none = body.content.is_empty().then(|| format!("{}: a body without content", operation.id));
        none.into_iter().chain(missing(&operation.id, &body.content, true))
    });
    let responses = operation
        .responses
        .iter()
        .flat_map(|response| missing(&format!("{} {}", operation.id, response.status), &response.content, response.status.is_success()));
    requests.chain(responses).collect()
}

#[test]
fn every_body_has_a_schema_and_requests_and_successes_an_example() {
    let found: Vec<String> = CONTRACT.operations.iter().flat_map(incomplete).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_example_of_an_operation_fits_its_schema() {
    let schemas = Schemas::new(&CONTRACT);
    let (mut found, mut held) = (Vec::new(), 0);
    for operation in &CONTRACT.operations {
        let requests = operation.request_body.iter().map(|body| ("request".to_owned(), &body.content));
        let responses = operation.responses.iter().map(|response| (response.status.to_string(), &response.content));
        for (place, content) in requests.chain(responses) {
            for media in content {
                for example in &media.examples {
                    held += 1;
                    found.extend(breaches(&schemas, media.schema.as_ref(), &example.value, &format!("{} {place} {}", operation.id, example.name)));
                }
            }
        }
    }
    assert!(held > CONTRACT.operations.len(), "only {held} examples were held against a schema");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn breaches(schemas: &Schemas, schema: Option<&SchemaRef>, value: &Value, place: &str) -> Vec<String> {
    let Some(schema) = schema else { return Vec::new() };
    let breaches = schemas.violations(schema, value).unwrap_or_else(|error| panic!("{place}: {error}"));
    breaches.iter().map(|breach| format!("{place} {}: {}", breach.at, breach.message)).collect()
}

/// Beyond what operations and their forms are made of: parameters, headers, and what surrounds the forms.
#[test]
fn every_example_of_the_document_fits_the_schema_beside_it() {
    let schemas = Schemas::new(&CONTRACT);
    let (mut found, mut held) = (Vec::new(), 0);
    walk(&CONTRACT.document, "", &mut |at, part| {
        let Some(members) = part.as_object().filter(|members| members.contains_key("schema")) else { return };
        let named = members.get("examples").and_then(Value::as_object).into_iter().flatten().filter_map(|(_, example)| example.get("value"));
        for value in members.get("example").into_iter().chain(named) {
            held += 1;
            found.extend(breaches(&schemas, Some(&SchemaRef(format!("{at}/schema"))), value, at));
        }
    });
    assert!(held > 0);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_example_of_a_schema_fits_it() {
    let schemas = Schemas::new(&CONTRACT);
    let mut found = Vec::new();
    let mut inside: BTreeSet<String> = BTreeSet::new();
    walk(&CONTRACT.document, "", &mut |at, part| {
        // Examples are values, in which a member `example` means nothing.
        if ["/example", "/examples"].iter().any(|end| at.ends_with(end)) || inside.iter().any(|value| at.starts_with(value)) {
            inside.insert(format!("{at}/"));
            return;
        }
        let examples = part.get("examples").and_then(Value::as_array).into_iter().flatten();
        let describes = ["type", "const", "enum", "allOf", "oneOf", "anyOf"].iter().any(|keyword| part.get(*keyword).is_some());
        for value in part.get("example").filter(|_| describes).into_iter().chain(examples) {
            found.extend(breaches(&schemas, Some(&SchemaRef(at.to_owned())), value, at));
        }
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}
