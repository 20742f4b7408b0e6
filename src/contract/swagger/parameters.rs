//! Converts the parameters of Swagger 2.0; those in a body or a form become a request body.

use serde_json::{Map, Value, json};

/// Members of a parameter that describe its values.
const OF_SCHEMA: [&str; 19] = [
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
    "x-nullable",
    "title",
    "collectionFormat",
];

const MULTIPART: &str = "multipart/form-data";
const URLENCODED: &str = "application/x-www-form-urlencoded";

/// Parameters in the form of OpenAPI 3.0, and the body that the others make.
pub(super) fn converted(parameters: Vec<Value>, consumes: &[String]) -> (Vec<Value>, Option<Value>) {
    let (mut kept, mut fields, mut body) = (Vec::new(), Vec::new(), None);
    for parameter in parameters {
        match parameter.get("in").and_then(Value::as_str) {
            Some("body") => body = body.or(Some(self::body(&parameter, consumes))),
            Some("formData") => fields.push(parameter),
            _ => kept.push(self::parameter(parameter)),
        }
    }
    let body = body.or_else(|| (!fields.is_empty()).then(|| form(&fields, consumes)));
    (kept, body)
}

fn is_form(media: &str) -> bool {
    media.starts_with(MULTIPART) || media.starts_with(URLENCODED)
}

/// A body in every media type that is taken, but for forms, which have fields instead.
fn body(parameter: &Value, consumes: &[String]) -> Value {
    let schema = parameter.get("schema").cloned().unwrap_or_else(|| json!({}));
    let mut media: Vec<&str> = consumes.iter().map(String::as_str).filter(|media| !is_form(media)).collect();
    if media.is_empty() {
        media.push("application/json");
    }
    let examples = parameter.get("x-examples").or_else(|| parameter.get("x-example")).and_then(Value::as_object);
    let content = media.into_iter().map(|media| {
        let mut content = Map::from_iter([("schema".to_owned(), schema.clone())]);
        if let Some(example) = examples.and_then(|examples| examples.get(media)) {
            content.insert("example".to_owned(), example.clone());
        }
        (media.to_owned(), Value::Object(content))
    });
    with_remaining_members(parameter, content.collect())
}

/// The fields of a form as one object.
fn form(fields: &[Value], consumes: &[String]) -> Value {
    let (mut properties, mut required, mut encoding, mut files) = (Map::new(), Vec::new(), Map::new(), false);
    for field in fields {
        let Some(name) = field.get("name").and_then(Value::as_str) else { continue };
        let mut schema = schema(field);
        for member in ["description", "example"] {
            if let Some(value) = field.get(member) {
                schema.insert(member.to_owned(), value.clone());
            }
        }
        files |= field.get("type").is_some_and(|name| name == "file");
        if field.get("type").is_some_and(|name| name == "array") {
            let explode = field.get("collectionFormat").is_some_and(|format| format == "multi");
            encoding.insert(name.to_owned(), json!({"style": "form", "explode": explode}));
        }
        if field.get("required") == Some(&Value::Bool(true)) {
            required.push(Value::from(name));
        }
        properties.insert(name.to_owned(), Value::Object(schema));
    }
    let mut whole = Map::from_iter([("type".to_owned(), Value::from("object")), ("properties".to_owned(), Value::Object(properties))]);
    let demanded = !required.is_empty();
    if demanded {
        whole.insert("required".to_owned(), Value::Array(required));
    }
    let mut media: Vec<&str> = consumes.iter().map(String::as_str).filter(|media| is_form(media)).collect();
    if files {
        media.retain(|media| media.starts_with(MULTIPART));
    }
    if media.is_empty() {
        media.push(if files { MULTIPART } else { URLENCODED });
    }
    let content: Map<String, Value> = media
        .into_iter()
        .map(|media| {
            let mut content = json!({"schema": whole});
            if !encoding.is_empty() {
                content["encoding"] = Value::Object(encoding.clone());
            }
            (media.to_owned(), content)
        })
        .collect();
    json!({"required": demanded, "content": content})
}

fn with_remaining_members(parameter: &Value, content: Map<String, Value>) -> Value {
    let mut body = Map::new();
    for (name, value) in parameter.as_object().into_iter().flatten() {
        if name == "description" || name == "required" || name.starts_with("x-probity-") {
            body.insert(name.clone(), value.clone());
        }
    }
    body.insert("content".to_owned(), Value::Object(content));
    Value::Object(body)
}

/// What a parameter says of its values.
fn schema(parameter: &Value) -> Map<String, Value> {
    let members = parameter.as_object().into_iter().flatten();
    members.filter(|(name, _)| OF_SCHEMA.contains(&name.as_str())).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A parameter with a schema of its own, and how a list is written in it.
pub(super) fn parameter(parameter: Value) -> Value {
    if parameter.get("schema").is_some() || parameter.get("$ref").is_some() {
        return parameter;
    }
    let schema = schema(&parameter);
    let Value::Object(mut members) = parameter else { return parameter };
    if members.get("type").is_some_and(|name| name == "array") {
        let location = members.get("in").and_then(Value::as_str).unwrap_or_default();
        let listed = matches!(location, "query" | "cookie");
        let (style, explode) = match members.get("collectionFormat").and_then(Value::as_str) {
            Some("multi") if listed => ("form", true),
            Some("ssv") if listed => ("spaceDelimited", false),
            Some("pipes") if listed => ("pipeDelimited", false),
            _ if listed => ("form", false),
            _ => ("simple", false),
        };
        members.insert("style".to_owned(), Value::from(style));
        members.insert("explode".to_owned(), Value::from(explode));
    }
    members.retain(|name, _| !OF_SCHEMA.contains(&name.as_str()));
    if let Some(example) = members.get("x-example").cloned() {
        members.entry("example").or_insert(example);
    }
    members.insert("schema".to_owned(), Value::Object(schema));
    Value::Object(members)
}
