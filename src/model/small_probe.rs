//! A small probe for tests, in which a test names only what it is about.

use serde_json::{Value, json};

use crate::model::plan::Probe;

/// A valid request that needs, makes and removes nothing, with these members in the place of its own; those of `request` one by
/// one. Written as JSON, as a plan has it, so that a member which is added to a probe changes this file alone.
pub fn probe(more: &Value) -> Probe {
    serde_json::from_value(probe_json(more)).unwrap()
}

/// The same as JSON.
pub fn probe_json(more: &Value) -> Value {
    let mut probe = json!({
        "id": "p", "operation": "things.get", "trigger": "success", "status": 200, "purpose": "probe", "stage": "read",
        "request": {
            "method": "GET", "path": "/things", "path_values": {}, "query": [], "headers": [], "body": "empty", "credentials": "none",
            "fillings": []
        },
        "fault": null, "allowed": [200], "control": null, "needs": [], "consumes": [], "captures": [], "after": [], "repeat": "once",
        "also": [], "assumed": null
    });
    for (name, value) in more.as_object().unwrap() {
        match (&mut probe[name], value) {
            (Value::Object(members), Value::Object(values)) if name == "request" => {
                members.extend(values.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            (member, value) => *member = value.clone(),
        }
    }
    probe
}
