//! Switches off what acts by itself, such as automations and schedules, where its body has a member for it.

use serde_json::Value;

use crate::contract::schema::{follow_references, property};
use crate::contract::{append, get_mut};
use crate::model::contract::{Contract, MediaType, Operation};
use crate::model::text::words_of_name;

/// Things that act without being asked: on events, at times, or towards other servers.
const ACTING: [&str; 12] =
    ["alarm", "alert", "automation", "cron", "hook", "monitor", "schedule", "subscription", "trigger", "watch", "webhook", "workflow"];

/// Members that switch a thing on, and members that switch it off.
const SWITCHES: [(&str, bool); 12] = [
    ("active", false),
    ("activated", false),
    ("enabled", false),
    ("is_active", false),
    ("is_enabled", false),
    ("isActive", false),
    ("isEnabled", false),
    ("disabled", true),
    ("is_disabled", true),
    ("is_paused", true),
    ("paused", true),
    ("suspended", true),
];

/// The body of a write, switched off: a thing that acts by itself would act on what is not the run's own, and on the server
/// itself, from the moment at which it is made until it is removed.
pub fn switched_off(contract: &Contract, operation: &Operation, media: &MediaType, body: Value, fits: impl Fn(&Value) -> bool) -> Value {
    let Some(schema) = media.schema.as_ref().filter(|_| makes_what_acts(operation)) else { return body };
    let mut off = body;
    for (at, schema) in objects(&contract.document, &schema.0, &off) {
        for (name, value) in SWITCHES {
            let is_switch = property(&contract.document, &schema, name).is_some_and(|at| is_boolean(&contract.document, &at));
            let mut other = off.clone();
            if let Some(members) = get_mut(&mut other, &at).and_then(Value::as_object_mut).filter(|_| is_switch) {
                members.insert(name.to_owned(), Value::Bool(value));
            }
            if fits(&other) {
                off = other;
            }
        }
    }
    off
}

fn makes_what_acts(operation: &Operation) -> bool {
    let collection = operation.segments().rfind(|segment| !segment.starts_with('{')).map(words_of_name).unwrap_or_default();
    let is_of = |last: &str, kind: &str| last.strip_prefix(kind).is_some_and(|end| ["", "s", "es"].contains(&end));
    collection.last().is_some_and(|last| ACTING.iter().any(|kind| is_of(last, kind)))
}

/// The objects of a body that may be what is made, each with its schema: the body, its items, and `attributes` (JSON:API).
fn objects(document: &Value, schema: &str, body: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let (Value::Array(items), Some((at, _))) = (body, follow_references(document, schema)) {
        found.extend((0..items.len()).map(|index| (format!("/{index}"), format!("{at}/items"))));
    } else {
        found.push((String::new(), schema.to_owned()));
        let data = property(document, schema, "data").filter(|_| body.get("data").is_some());
        let attributes = data.and_then(|data| property(document, &data, "attributes"));
        found.extend(attributes.map(|attributes| (append("/data", "attributes"), attributes)));
    }
    found
}

fn is_boolean(document: &Value, schema: &str) -> bool {
    follow_references(document, schema).is_some_and(|(_, schema)| schema.get("type").is_some_and(|kind| kind == "boolean"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use crate::contract::{Schemas, bundle, read};
    use crate::model::plan::Body;
    use crate::plan::values::valid;

    /// The body of a request by this method to this path, whose schema is that.
    fn sent(method: &str, path: &str, schema: &Value) -> Value {
        let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        let body = json!({"required": true, "content": {"application/json": {"schema": schema}}});
        let mut operation = json!({"requestBody": body, "responses": {"200": {"description": "d"}}});
        if path.contains("{id}") {
            operation["parameters"] = id;
        }
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {path: {method: operation}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        match valid(&contract, &Schemas::new(&contract), &contract.operations[0], false).unwrap().request.body {
            Body::Json(body) => body,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_acts_by_itself_is_made_switched_off() {
        let object = |switch: Value| json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "enabled": switch}});
        let (on, paused) = (json!({"type": "boolean", "default": true}), json!({"type": "object", "properties": {"paused": {"type": "boolean"}}}));
        for (method, path) in
            [("post", "/automations"), ("post", "/webhooks/"), ("patch", "/automations/{id}"), ("put", "/alert-rules/{id}/schedules")]
        {
            assert_eq!(sent(method, path, &object(on.clone()))["enabled"], json!(false), "{method} {path}");
        }
        assert_eq!(sent("post", "/watches", &paused)["paused"], json!(true));
        let many = json!({"type": "array", "minItems": 1, "items": object(on.clone())});
        assert_eq!(sent("post", "/schedules", &many)[0]["enabled"], json!(false));
        let resource = json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "object", "required": ["attributes"], "properties": {"attributes": object(on.clone())}}}});
        assert_eq!(sent("post", "/webhooks", &resource)["data"]["attributes"]["enabled"], json!(false));
        // What does not act is left as it is, and so is what is no switch, and what may not be off.
        assert_ne!(sent("post", "/users", &object(on)).get("enabled"), Some(&json!(false)));
        assert_ne!(sent("post", "/webhooks", &object(json!({"type": "string"}))).get("enabled"), Some(&json!(false)));
        assert_ne!(sent("post", "/webhooks", &object(json!({"type": "boolean", "const": true}))).get("enabled"), Some(&json!(false)));
    }
}
