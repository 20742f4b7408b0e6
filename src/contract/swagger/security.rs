//! Converts the security schemes of Swagger 2.0.

use serde_json::{Map, Value, json};

/// A scheme in the form of OpenAPI 3.0.
pub(super) fn scheme(scheme: Value) -> Value {
    let text = |name: &str| scheme.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    match text("type").as_str() {
        "basic" => {
            let mut new = json!({"type": "http", "scheme": "basic"});
            if let Some(description) = scheme.get("description") {
                new["description"] = description.clone();
            }
            new
        }
        "oauth2" => {
            let name = match text("flow").as_str() {
                "application" => "clientCredentials",
                "accessCode" => "authorizationCode",
                "password" => "password",
                _ => "implicit",
            };
            let mut flow = Map::new();
            for member in ["authorizationUrl", "tokenUrl"] {
                if let Some(address) = scheme.get(member) {
                    flow.insert(member.to_owned(), address.clone());
                }
            }
            flow.insert("scopes".to_owned(), scheme.get("scopes").cloned().unwrap_or_else(|| json!({})));
            json!({"type": "oauth2", "flows": {name: flow}})
        }
        _ => scheme,
    }
}
