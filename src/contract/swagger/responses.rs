//! Converts the responses of Swagger 2.0, whose body is described once for every media type.

use serde_json::{Map, Value};

use super::parameters::parameter;

/// Members of a header that say nothing of its values.
const BESIDE: [&str; 1] = ["description"];

/// A response in the form of OpenAPI 3.0.
pub(super) fn converted(response: Value, produces: &[String], code: &str) -> Value {
    let Value::Object(mut members) = response else { return response };
    let schema = members.shift_remove("schema");
    let examples = match members.shift_remove("examples") {
        Some(Value::Object(examples)) => examples,
        _ => Map::new(),
    };
    if let Some(Value::Object(headers)) = members.get_mut("headers") {
        for header in headers.values_mut() {
            *header = self::header(header.take());
        }
    }
    // Neither has a body (RFC 9110, sections 15.3.5 and 15.4.5).
    let bodiless = matches!(code, "204" | "304");
    if let Some(schema) = schema.filter(|_| !bodiless) {
        let mut media: Vec<String> =
            if produces.is_empty() { examples.keys().filter(|name| name.contains('/')).cloned().collect() } else { produces.to_vec() };
        if media.is_empty() {
            media.push("*/*".to_owned());
        }
        let content: Map<String, Value> = media
            .into_iter()
            .map(|media| {
                let mut content = Map::from_iter([("schema".to_owned(), schema.clone())]);
                if let Some(example) = examples.get(&media) {
                    content.insert("example".to_owned(), example.clone());
                }
                (media, Value::Object(content))
            })
            .collect();
        members.insert("content".to_owned(), Value::Object(content));
    }
    Value::Object(members)
}

fn header(header: Value) -> Value {
    let Value::Object(members) = header else { return header };
    let (beside, of_schema): (Map<String, Value>, Map<String, Value>) = members.into_iter().partition(|(name, _)| BESIDE.contains(&name.as_str()));
    let mut whole = parameter(Value::Object(of_schema));
    if let Value::Object(whole) = &mut whole {
        whole.extend(beside);
    }
    whole
}
