//! Converts a Swagger 2.0 document to OpenAPI 3.0.

mod parameters;
mod responses;
mod security;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::document_walk::{NodeKind, PointerTrail, schemas_mut};
use super::pointer::{append, unescape};

/// Methods of a path item in Swagger 2.0.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// Members of the document that go elsewhere.
const MOVED: [&str; 10] =
    ["swagger", "host", "basePath", "schemes", "consumes", "produces", "definitions", "parameters", "responses", "securityDefinitions"];

/// What operations share: the document's own parameters, responses and media types.
struct GlobalDefinitions {
    parameters: Value,
    responses: Value,
    consumes: Vec<String>,
    produces: Vec<String>,
}

/// The document in the form of OpenAPI 3.0.
pub(super) fn converted(document: Value) -> Value {
    let Value::Object(mut old) = document else { return document };
    let servers = servers(&old);
    let shared = GlobalDefinitions {
        parameters: old.get("parameters").cloned().unwrap_or_default(),
        responses: old.get("responses").cloned().unwrap_or_default(),
        consumes: names(old.get("consumes")),
        produces: names(old.get("produces")),
    };
    let mut components = match old.shift_remove("components") {
        Some(Value::Object(components)) => components,
        _ => Map::new(),
    };
    if let Some(Value::Object(schemas)) = old.shift_remove("definitions") {
        components.insert("schemas".to_owned(), Value::Object(schemas));
    }
    if let Some(Value::Object(schemes)) = old.shift_remove("securityDefinitions") {
        let schemes: Map<String, Value> = schemes.into_iter().map(|(name, scheme)| (name, security::scheme(scheme))).collect();
        components.insert("securitySchemes".to_owned(), Value::Object(schemes));
    }
    let mut new = Map::from_iter([("openapi".to_owned(), Value::from("3.0.3"))]);
    if let Some(Value::Object(paths)) = old.shift_remove("paths") {
        let paths: Map<String, Value> = paths.into_iter().map(|(path, item)| (path, path_item(item, &shared))).collect();
        new.insert("paths".to_owned(), Value::Object(paths));
    }
    new.extend(old.into_iter().filter(|(name, _)| !MOVED.contains(&name.as_str()) && name != "openapi"));
    new.insert("servers".to_owned(), servers);
    new.insert("components".to_owned(), Value::Object(components));
    let mut new = Value::Object(new);
    schemas_mut(&mut new, NodeKind::Plain, &mut PointerTrail::default(), &mut |_, schema| rewrite(schema));
    new
}

/// `host`, `basePath` and `schemes` as addresses.
fn servers(document: &Map<String, Value>) -> Value {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    let base = text("basePath").trim_end_matches('/');
    if text("host").is_empty() {
        return json!([{"url": if base.is_empty() { "/" } else { base }}]);
    }
    let mut schemes = names(document.get("schemes"));
    schemes.retain(|scheme| scheme == "http" || scheme == "https");
    if schemes.is_empty() {
        schemes.push("https".to_owned());
    }
    let host = text("host");
    Value::Array(schemes.iter().map(|scheme| json!({"url": format!("{scheme}://{host}{base}")})).collect())
}

fn path_item(item: Value, shared: &GlobalDefinitions) -> Value {
    let Value::Object(mut item) = item else { return item };
    let of_all = taken_parameters(&mut item, shared);
    for method in METHODS {
        if let Some(Value::Object(operation)) = item.get_mut(method) {
            self::operation(operation, &of_all, shared);
        }
    }
    Value::Object(item)
}

/// The parameters of a path or of an operation, references resolved; they are taken out of it.
fn taken_parameters(holder: &mut Map<String, Value>, shared: &GlobalDefinitions) -> Vec<Value> {
    let written = holder.shift_remove("parameters");
    let written = written.as_ref().and_then(Value::as_array).into_iter().flatten();
    written.map(|parameter| resolve_reference(parameter, &shared.parameters, "parameters")).collect()
}

fn operation(operation: &mut Map<String, Value>, of_all: &[Value], shared: &GlobalDefinitions) {
    let own = |name: &str, general: &[String]| match operation.get(name) {
        Some(Value::Array(_)) => names(operation.get(name)),
        _ => general.to_vec(),
    };
    let (consumes, produces) = (own("consumes", &shared.consumes), own("produces", &shared.produces));
    let own = taken_parameters(operation, shared);
    let key = |parameter: &Value| (parameter.get("name").cloned(), parameter.get("in").cloned());
    let inherited = of_all.iter().filter(|parameter| own.iter().all(|other| key(other) != key(parameter)));
    let all: Vec<Value> = inherited.chain(&own).cloned().collect();
    let (parameters, body) = parameters::converted(all, &consumes);
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(parameters));
    }
    if let Some(body) = body {
        operation.insert("requestBody".to_owned(), body);
    }
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        for (code, response) in responses.iter_mut().filter(|(code, _)| !code.starts_with("x-")) {
            let own = resolve_reference(response, &shared.responses, "responses");
            *response = responses::converted(own, &produces, code);
        }
    }
    for name in ["consumes", "produces", "schemes"] {
        operation.shift_remove(name);
    }
}

/// What a reference to one of the document's own parameters or responses stands for.
fn resolve_reference(value: &Value, known: &Value, section: &str) -> Value {
    let mut value = value;
    for _ in 0..8 {
        let name = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix(&format!("#/{section}/")));
        match name.and_then(|name| known.pointer(&append("", &unescape(name)))) {
            Some(found) => value = found,
            None => break,
        }
    }
    value.clone()
}

/// A list of texts.
fn names(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What Swagger 2.0 writes differently in a schema.
fn rewrite(schema: &mut Map<String, Value>) {
    if let Some(Value::String(reference)) = schema.get_mut("$ref")
        && let Some(name) = reference.strip_prefix("#/definitions/")
    {
        *reference = format!("#/components/schemas/{name}");
    }
    if let Some(Value::String(member)) = schema.get("discriminator") {
        let discriminator = json!({"propertyName": member});
        schema.insert("discriminator".to_owned(), discriminator);
    }
    if let Some(nullable) = schema.get("x-nullable").or_else(|| schema.get("x-isnullable")).filter(|value| value.is_boolean()).cloned() {
        schema.entry("nullable").or_insert(nullable);
    }
    if schema.get("type").is_some_and(|name| name == "file") {
        schema.insert("type".to_owned(), Value::from("string"));
        schema.insert("format".to_owned(), Value::from("binary"));
    }
    schema.shift_remove("collectionFormat");
}
