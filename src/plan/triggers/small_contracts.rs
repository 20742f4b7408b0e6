//! Small contracts for the tests of triggers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Mutation, TriggerContext, by_trigger_name};
use crate::contract::{Schemas, bundle, read};
use crate::model::contract::Operation;
use crate::model::trigger_name::TriggerName;
use crate::plan::values::valid;

/// What a trigger makes wrong in the valid request of an operation with this path, for the condition that the standards put behind
/// a status; everything else of the contract stands in `paths`.
pub fn faults(trigger: &str, asked: (&str, &str, u16), operation: &Value, paths: &Value) -> Vec<String> {
    mutations(trigger, asked, operation, paths).into_iter().filter_map(|mutation| Some(mutation.fault?.words)).collect()
}

/// The values of a header field in each request that a trigger makes of the valid one.
pub fn fields(trigger: &str, asked: (&str, &str, u16), operation: &Value, field: &str) -> Vec<Vec<String>> {
    let named = |mutation: Mutation| mutation.request.headers.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case(field));
    mutations(trigger, asked, operation, &json!({})).into_iter().map(|mutation| named(mutation).map(|(_, value)| value).collect()).collect()
}

fn mutations(trigger: &str, (path, method, status): (&str, &str, u16), operation: &Value, paths: &Value) -> Vec<Mutation> {
    let mut document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths});
    document["paths"][path][method] = operation.clone();
    let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
    let schemas = Schemas::new(&contract);
    let is_asked = |operation: &&Operation| operation.path == path && operation.method.as_str().eq_ignore_ascii_case(method);
    let operation = contract.operations.iter().find(is_asked).unwrap();
    let base = valid(&contract, &schemas, operation, false).unwrap();
    let response = operation.responses.iter().find(|response| response.status.0 == status).unwrap();
    let conditions = response.conditions.iter().filter(|condition| condition.trigger.as_str() == trigger);
    let variations = conditions.flat_map(|condition| {
        (by_trigger_name(&TriggerName::from_text(trigger)).unwrap().mutations)(&TriggerContext {
            contract: &contract,
            schemas: &schemas,
            operation,
            condition,
            base: &base,
            mark: "mark",
        })
    });
    variations.collect()
}
