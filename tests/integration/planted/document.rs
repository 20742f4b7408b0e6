//! Builds the OpenAPI document of some shapes.

use serde_json::{Map, Value, json};

use crate::planted::shape::{Route, Shape};

/// One document for all of them.
pub fn document(shapes: &[&Shape]) -> Value {
    let mut paths = Map::new();
    for shape in shapes {
        for route in shape.routes.iter().filter(|route| route.documented) {
            let item = paths.entry(route.path).or_insert_with(|| json!({}));
            item[route.method.to_lowercase()] = operation(shape, route);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Planted", "version": "1"},
        "security": [{"token": []}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    })
}

fn operation(shape: &Shape, route: &Route) -> Value {
    let mut found = json!({"operationId": id(route), "parameters": parameters(shape, route), "responses": responses(route)});
    if !route.body.is_empty() {
        let example = parsed(route.body);
        found["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema(&example, true), "example": example}}});
    }
    found
}

/// `things.id.archive.post` for POST /things/{id}/archive.
fn id(route: &Route) -> String {
    let segments = route.path.split('/').map(|segment| segment.trim_matches(['{', '}'])).filter(|segment| !segment.is_empty());
    segments.chain([route.method.to_lowercase().as_str()]).collect::<Vec<_>>().join(".")
}

fn parameters(shape: &Shape, route: &Route) -> Value {
    let names = route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let mut all: Vec<Value> = names.map(|name| parameter(shape, name)).collect();
    if !route.parameters.is_empty() {
        all.extend(parsed(route.parameters).as_array().cloned().unwrap_or_default());
    }
    Value::Array(all)
}

fn parameter(shape: &Shape, name: &str) -> Value {
    let mut schema =
        shape.parameters.iter().find(|(known, _)| *known == name).map_or_else(|| json!({"type": "integer", "example": 1}), |(_, json)| parsed(json));
    let example = schema.as_object_mut().and_then(|members| members.shift_remove("example"));
    json!({"name": name, "in": "path", "required": true, "schema": schema, "example": example.expect("an example")})
}

fn responses(route: &Route) -> Value {
    let mut all = Map::new();
    for status in route.statuses {
        let mut response = json!({"description": "done"});
        if !route.answer.is_empty() {
            response["content"] = json!({"application/json": {"schema": schema(&parsed(route.answer), false)}});
        }
        if *status == 201 {
            response["headers"] = json!({"Location": {"schema": {"type": "string"}}});
        }
        all.insert(status.to_string(), response);
    }
    let refusals = [(400, true), (401, true), (403, true), (404, route.path.contains('{')), (405, true), (415, !route.body.is_empty())];
    for (status, _) in refusals.into_iter().filter(|(_, documented)| *documented) {
        all.insert(status.to_string(), json!({"description": "refused"}));
    }
    Value::Object(all)
}

/// What a value looks like, with all its members required or none.
fn schema(value: &Value, required: bool) -> Value {
    match value {
        Value::Object(members) => {
            let properties: Map<String, Value> = members.iter().map(|(name, member)| (name.clone(), schema(member, required))).collect();
            let names: Vec<&String> = members.keys().filter(|_| required).collect();
            json!({"type": "object", "properties": properties, "required": names})
        }
        Value::Array(items) => {
            items.first().map_or_else(|| json!({"type": "array"}), |item| json!({"type": "array", "items": schema(item, required)}))
        }
        Value::Number(_) => json!({"type": "integer"}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::String(_) | Value::Null => json!({"type": "string"}),
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
