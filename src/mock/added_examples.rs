//! Adds examples to a contract where its author left them out.

use std::sync::Arc;

use serde_json::{Value, json};

use super::request::is_structured;
use crate::contract::samples::{answer_samples, sample};
use crate::contract::schema::follow_references;
use crate::contract::xml_value;
use crate::model::contract::{Contract, Example, JSON_API, Location, MediaType, Operation, Parameter};
use crate::model::contract_document::Document;
use crate::model::media_range::{essence, is_xml};

/// The contract with an example of every body in JSON or XML that a success may have, and of every parameter of a path. Those of
/// parameters are the ones that a run asks for when nothing else is known.
pub(crate) fn illustrated(contract: Arc<Contract>) -> Arc<Contract> {
    let answers = contract.operations.iter().flat_map(Operation::successes).flat_map(|response| &response.content);
    let parameters = contract.operations.iter().flat_map(|operation| &operation.parameters);
    let is_whole = |media: &MediaType| !is_bare(media) && !takes_all(media) && !is_xml(&media.name);
    if answers.into_iter().all(is_whole) && parameters.into_iter().all(|parameter| !is_nameless(parameter)) {
        return contract;
    }
    let mut illustrated = Contract::clone(&contract);
    for operation in &mut illustrated.operations {
        for parameter in operation.parameters.iter_mut().filter(|parameter| is_nameless(parameter)) {
            let drawn = parameter.schema.as_ref().map(|schema| sample(&contract.document, &schema.0));
            // What is in the path and not declared may be any text.
            parameter.example = drawn.or_else(|| Some(Value::from("probity")));
        }
        let classes = operation.fallbacks.iter_mut().map(|fallback| &mut fallback.response);
        let successes = operation.responses.iter_mut().chain(classes).filter(|response| response.status.is_success());
        for response in successes {
            for media in response.content.iter_mut().filter(|media| takes_all(media)) {
                "application/json".clone_into(&mut media.name);
            }
            for media in response.content.iter_mut().filter(|media| is_xml(&media.name)) {
                read_examples(&contract.document, media);
            }
            let ids: Vec<String> = response.links.iter().flat_map(|link| link.parameters.values()).filter_map(|at| in_body(at)).collect();
            for media in response.content.iter_mut().filter(|media| is_bare(media)) {
                let drawn = media.schema.as_ref().and_then(|schema| drawn(&contract.document, &schema.0, &ids));
                let drawn = drawn.filter(|value| !value.is_null()).map(|value| without_pages(value, &required(&contract.document, media)));
                let drawn = drawn.map(|value| if is_json_api(&media.name) { with_identities(value, &contract.document, media) } else { value });
                media.examples.extend(drawn.map(|value: Value| Example { name: String::new(), value }));
            }
        }
    }
    Arc::new(illustrated)
}

/// Turns the examples of a media type that are XML texts into what they stand for, where that is certain.
fn read_examples(document: &Value, media: &mut MediaType) {
    let Some(schema) = &media.schema else { return };
    for example in &mut media.examples {
        if let Some(Ok(value)) = example.value.as_str().map(|text| xml_value(document, &schema.0, text)) {
            example.value = value;
        }
    }
}

/// A body, if possible one that holds the ids that links look for in it.
fn drawn(document: &Document, schema: &str, ids: &[String]) -> Option<Value> {
    let holds = |value: &Value| ids.iter().all(|at| value.pointer(at).is_some());
    answer_samples(document, schema).find(holds).or_else(|| answer_samples(document, schema).next())
}

/// The document with resources that have a type, and none of them twice (JSON:API, Resource Object Identification and
/// Compound Documents): the least that a schema asks for may be too little, and values that are made are alike. What the
/// schema has no place for is taken away again when the answer is made.
fn with_identities(mut value: Value, document: &Value, media: &MediaType) -> Value {
    let data = media
        .schema
        .as_ref()
        .and_then(|schema| follow_references(document, &format!("{}/properties/data", follow_references(document, &schema.0)?.0)));
    let fewest = data.and_then(|(_, schema)| schema.get("minItems")?.as_u64()).unwrap_or(0);
    match value.get_mut("data") {
        Some(Value::Array(items)) => {
            let mut known: Vec<Value> = Vec::new();
            items.iter_mut().for_each(identify);
            items.retain(|item| {
                let name = json!([item["type"], item["id"]]);
                let is_new = !known.contains(&name);
                known.push(name);
                is_new || u64::try_from(known.len()).is_ok_and(|count| count <= fewest)
            });
        }
        Some(data) => identify(data),
        None => {}
    }
    value
}

/// Gives a resource that has no type one, and an id.
fn identify(resource: &mut Value) {
    let Value::Object(members) = resource else { return };
    if !members.contains_key("type") {
        members.insert("type".to_owned(), Value::from("probity"));
        members.entry("id").or_insert_with(|| Value::from("1"));
    }
}

/// The value without addresses of other pages, which are nothing but a made word. Where one has to be there, it is empty.
fn without_pages(mut value: Value, required: &[String]) -> Value {
    for holder in ["", "/links", "/meta"] {
        let Some(Value::Object(members)) = value.pointer_mut(holder) else { continue };
        for name in ["next", "prev", "previous"] {
            if members.get(name).is_some_and(Value::is_string) {
                if required.iter().any(|known| known == name) {
                    members.insert(name.to_owned(), Value::from(""));
                } else {
                    members.shift_remove(name);
                }
            }
        }
    }
    value
}

/// Names of members that the schema of a body, or of an object in it, requires.
fn required(document: &Value, media: &MediaType) -> Vec<String> {
    let Some((at, whole)) = media.schema.as_ref().and_then(|schema| follow_references(document, &schema.0)) else { return Vec::new() };
    let inner = ["links", "meta"].iter().filter_map(|name| follow_references(document, &format!("{at}/properties/{name}")));
    let lists = std::iter::once(whole).chain(inner.map(|(_, schema)| schema)).filter_map(|schema| schema.get("required")?.as_array());
    lists.flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn in_body(expression: &str) -> Option<String> {
    expression.strip_prefix("$response.body#").map(str::to_owned)
}

/// Whether any media type will do for what a schema describes; JSON is one.
fn takes_all(media: &MediaType) -> bool {
    media.name == "*/*" && media.schema.is_some()
}

/// Whether a media type is the one of JSON:API, whatever its parameters.
fn is_json_api(name: &str) -> bool {
    essence(name) == JSON_API
}

fn is_bare(media: &MediaType) -> bool {
    media.examples.is_empty() && media.schema.is_some() && is_structured(&media.name)
}

fn is_nameless(parameter: &Parameter) -> bool {
    parameter.location == Location::Path && parameter.example.is_none()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::contract::{bundle, read};

    /// The example that is made of a JSON:API document whose `data` has this schema.
    fn data(schema: &Value) -> Value {
        let schema = json!({"type": "object", "required": ["data"], "properties": {"data": schema}});
        let get = json!({"operationId": "list", "responses": {"200": {"description": "d", "content": {format!("{JSON_API}; charset=utf-8"): {"schema": schema}}}}});
        let document = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/things": {"get": get}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        illustrated(Arc::new(contract)).operations[0].responses[0].content[0].examples[0].value["data"].clone()
    }

    #[test]
    fn each_resource_of_a_json_api_document_has_a_type_and_an_id_of_its_own() {
        let item = json!({"type": "object", "required": ["type", "id"], "properties": {"type": {"enum": ["thing", "other"]}, "id": {"type": "string", "pattern": "^[1-9]\\d*$"}}});
        let list = data(&json!({"type": "array", "items": item}));
        assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
        assert_eq!(data(&json!({"type": "array", "items": item, "minItems": 2})).as_array().map(Vec::len), Some(2));
        let untyped = data(&json!({"type": "object"}));
        assert!(untyped["type"].is_string() && untyped["id"].is_string(), "{untyped}");
        let optional = data(&json!({"type": "object", "properties": {"type": {"enum": ["thing"]}, "id": {"type": "string"}}, "required": []}));
        assert_eq!(optional["type"], "thing", "{optional}");
    }
}
