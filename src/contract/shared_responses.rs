//! Adds the responses that hold for every operation to each operation.

use serde_json::{Map, Value};

const METHODS: [&str; 8] = ["get", "head", "options", "post", "put", "patch", "delete", "trace"];

/// The document with `x-probity-general-responses` spread over its operations, each status only where the operation does
/// not declare it itself: 415 where a request body is required, every other status everywhere.
pub fn spread_general_responses(mut document: Value) -> Value {
    let Some(Value::Object(general)) = document.get("x-probity-general-responses").cloned() else { return document };
    let items = document.get_mut("paths").and_then(Value::as_object_mut);
    for item in items.into_iter().flat_map(|paths| paths.values_mut()).filter_map(Value::as_object_mut) {
        for (_, operation) in item.iter_mut().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            if let Value::Object(operation) = operation {
                add_general_responses(operation, &general);
            }
        }
    }
    document
}

fn add_general_responses(operation: &mut Map<String, Value>, general: &Map<String, Value>) {
    let takes_body = operation.get("requestBody").is_some_and(|body| body.get("required") == Some(&Value::Bool(true)));
    let responses = operation.entry("responses").or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(responses) = responses else { return };
    for (status, response) in general {
        if (status != "415" || takes_body) && !responses.contains_key(status) {
            responses.insert(status.clone(), response.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_operation_gets_what_it_does_not_declare() {
        let document = spread_general_responses(json!({
            "x-probity-general-responses": {"401": {"description": "g"}, "415": {"description": "g"}},
            "paths": {"/a": {"parameters": [], "get": {"responses": {"401": {"description": "own"}}}, "post": {"requestBody": {"required": true}}}}
        }));
        assert_eq!(document["paths"]["/a"]["get"]["responses"], json!({"401": {"description": "own"}}));
        assert_eq!(document["paths"]["/a"]["post"]["responses"], json!({"401": {"description": "g"}, "415": {"description": "g"}}));
    }
}
