//! Finds operations that no request tells apart: their paths differ in nothing but the names of parameters.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::schema::follow_references;
use crate::model::contract::{Location, Method, Operation};
use crate::model::issue::DocumentIssue;
use crate::model::path::parameter_of;

/// Keywords by which the values of a parameter of a path may differ from those of another one.
const TELLING: [&str; 9] = ["type", "format", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum"];

/// Notes of each operation which one before it has the same route (OpenAPI, Paths Object: such paths are identical); the issues.
pub(super) fn note(document: &Value, operations: &mut [Operation]) -> Vec<DocumentIssue> {
    let mut first: HashMap<(Method, String), (String, String)> = HashMap::new();
    let mut issues = Vec::new();
    for operation in operations {
        let known = first.entry((operation.method.clone(), route(document, operation)));
        let (path, other) = known.or_insert_with(|| (operation.path.clone(), operation.id.clone()));
        // Forms of one path are told apart by what they send.
        if *path != operation.path {
            let what = format!("requests to {} cannot be told from those to {other}, whose path differs in nothing but names", operation.id);
            issues.push(DocumentIssue::new(
                operation.place.as_str(),
                what,
                "which of the two a server answers is not known, so this one is not asked for",
            ));
            operation.same_route = Some(other.clone());
        }
    }
    issues
}

/// A path with what is known of the values of its parameters in place of their names.
fn route(document: &Value, operation: &Operation) -> String {
    let segments = operation.path.split('/').map(|segment| match parameter_of(segment) {
        Some(name) => format!("{{{}}}", values(document, operation, name)),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

fn values(document: &Value, operation: &Operation, name: &str) -> String {
    let schema = operation.parameter(Location::Path, name).and_then(|parameter| parameter.schema.as_ref());
    let found = schema.and_then(|schema| follow_references(document, &schema.0)).and_then(|(_, schema)| schema.as_object());
    let telling: Map<String, Value> = TELLING.iter().filter_map(|keyword| Some(((*keyword).to_owned(), found?.get(*keyword)?.clone()))).collect();
    Value::Object(telling).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::contract::{bundle, read};

    #[test]
    fn paths_that_differ_in_names_alone_are_one_route() {
        let get = |id: &str, name: &str, schema: Value| json!({"get": {"operationId": id, "parameters": [{"name": name, "in": "path", "required": true, "schema": schema}], "responses": {"200": {"description": ""}}}});
        let text = || json!({"type": "string", "description": "any"});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {
            "/v1/{project}/topics": get("a", "project", json!({"type": "string"})), "/v1/{topic}/topics": get("b", "topic", text()),
            "/v1/{number}/topics": get("c", "number", json!({"type": "integer"})), "/v1/{topic}/others": get("d", "topic", text())}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let same: Vec<_> = contract.operations.iter().map(|operation| operation.same_route.as_deref()).collect();
        assert_eq!(same, [None, Some("a"), None, None]);
        assert_eq!(contract.issues.len(), 1, "{:?}", contract.issues);
        assert!(contract.issues[0].what.starts_with("requests to b cannot be told from those to a"), "{:?}", contract.issues);
    }
}
