//! Tests of the conversion of each part of a Swagger 2.0 document.

use std::collections::BTreeMap;

use super::*;
use crate::contract::{bundle, read};
use crate::model::contract::{Contract, Location, Operation, SecurityScheme};

fn contract(document: &Value) -> Contract {
    read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document.clone())])).unwrap()).unwrap()
}

fn document(paths: &Value) -> Value {
    json!({"swagger": "2.0", "info": {"title": "T", "version": "1"}, "consumes": ["application/json"], "produces": ["application/json"], "paths": paths,
        "definitions": {"Pet": {"type": "object", "required": ["name"], "discriminator": "kind",
            "properties": {"name": {"type": "string", "x-nullable": true}, "size": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}}}},
        "parameters": {"Limit": {"name": "limit", "in": "query", "type": "integer"}, "Pet": {"name": "pet", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Pet"}}},
        "responses": {"Pet": {"description": "a pet", "schema": {"$ref": "#/definitions/Pet"}, "examples": {"application/json": {"$ref": "#/no/reference"}}}},
        "securityDefinitions": {"b": {"type": "basic"}, "k": {"type": "apiKey", "in": "header", "name": "X-Key"}, "o": {"type": "oauth2", "flow": "application", "tokenUrl": "https://a.example/t", "scopes": {}}}})
}

fn only(operation: &Value) -> Operation {
    contract(&document(&json!({"/a": {"post": operation}}))).operations.remove(0)
}

#[test]
fn a_body_takes_the_media_types_that_are_no_forms() {
    let operation = only(
        &json!({"consumes": ["application/xml", "application/json", "multipart/form-data"], "parameters": [{"$ref": "#/parameters/Pet"}], "responses": {"204": {"description": ""}}}),
    );
    let body = operation.request_body.unwrap();
    let names: Vec<&str> = body.content.iter().map(|media| media.name.as_str()).collect();
    assert_eq!((body.required, names), (true, vec!["application/xml", "application/json"]));
    assert!(operation.parameters.is_empty());
}

#[test]
fn fields_of_a_form_make_one_body() {
    let fields = json!([{"name": "a", "in": "formData", "type": "string", "required": true}, {"name": "f", "in": "formData", "type": "file"}]);
    let contract = contract(&document(&json!({"/a": {"post": {"parameters": fields, "responses": {"200": {"description": ""}}}}})));
    let body = contract.operations[0].request_body.clone().unwrap();
    assert_eq!((body.content.len(), body.content[0].name.as_str(), body.required), (1, "multipart/form-data", true));
    let schema = contract.schema(body.content[0].schema.as_ref().unwrap()).unwrap();
    assert_eq!(schema["required"], json!(["a"]));
    assert_eq!(schema["properties"]["f"], json!({"type": "string", "format": "binary"}));
    let plain = json!([{"name": "a", "in": "formData", "type": "string"}]);
    let operation = only(&json!({"consumes": ["application/x-www-form-urlencoded"], "parameters": plain, "responses": {"200": {"description": ""}}}));
    assert_eq!(operation.request_body.unwrap().content[0].name, "application/x-www-form-urlencoded");
}

#[test]
fn lists_in_parameters_are_joined_unless_they_say_otherwise() {
    let list =
        |name: &str, format: Value| json!({"name": name, "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": format});
    let operation = only(
        &json!({"parameters": [list("a", json!("csv")), list("b", json!("multi")), list("c", Value::Null)], "responses": {"200": {"description": ""}}}),
    );
    let explode: Vec<bool> = operation.parameters.iter().map(|parameter| parameter.serialization.explode).collect();
    assert_eq!(explode, [false, true, false]);
}

#[test]
fn parameters_of_a_path_are_those_of_each_operation() {
    let item = json!({"parameters": [{"$ref": "#/parameters/Limit"}, {"name": "id", "in": "path", "required": true, "type": "string"}],
        "get": {"parameters": [{"name": "limit", "in": "query", "type": "string", "required": true}], "responses": {"200": {"description": ""}}}});
    let contract = contract(&document(&json!({"/a/{id}": item})));
    let found = &contract.operations[0].parameters;
    assert_eq!(found.len(), 2);
    assert!(contract.operations[0].parameter(Location::Query, "limit").unwrap().required);
    assert!(contract.issues.is_empty(), "{:?}", contract.issues);
}

#[test]
fn a_response_has_its_schema_in_each_media_type_and_its_example() {
    let contract = contract(&document(
        &json!({"/a": {"get": {"produces": ["application/json", "text/xml"], "responses": {"200": {"$ref": "#/responses/Pet"}, "204": {"description": "", "schema": {}},
        "default": {"description": "e", "headers": {"X-N": {"type": "integer", "description": "n"}}}}}}}),
    ));
    let operation = &contract.operations[0];
    let media: Vec<(&str, usize)> = operation.responses[0].content.iter().map(|media| (media.name.as_str(), media.examples.len())).collect();
    assert_eq!(media, [("application/json", 1), ("text/xml", 0)]);
    assert_eq!(operation.responses[0].description, "a pet");
    assert!(operation.responses[1].content.is_empty());
    let header = operation.fallbacks[0].response.headers[0].schema.as_ref().and_then(|schema| contract.schema(schema));
    assert_eq!(header, Some(&json!({"type": "integer"})));
    assert!(contract.issues.is_empty(), "{:?}", contract.issues);
}

#[test]
fn schemas_and_security_are_those_of_openapi_3() {
    let contract = contract(&document(&json!({"/a": {"get": {"responses": {"200": {"description": ""}}}}})));
    let pet = contract.document.pointer("/components/schemas/Pet").unwrap();
    assert_eq!(
        pet["properties"],
        json!({"name": {"type": ["string", "null"], "x-nullable": true}, "size": {"type": "integer", "exclusiveMinimum": 0}})
    );
    assert_eq!(pet["discriminator"], json!({"propertyName": "kind"}));
    let schemes: Vec<&SecurityScheme> = contract.security_schemes.values().collect();
    assert_eq!(schemes, [&SecurityScheme::Basic, &SecurityScheme::Header("X-Key".to_owned()), &SecurityScheme::Bearer]);
}

#[test]
fn addresses_come_of_host_base_path_and_schemes() {
    let servers = |document: Value| super::servers(document.as_object().unwrap());
    assert_eq!(servers(json!({"host": "a.example", "basePath": "/v1/", "schemes": ["https", "ws"]})), json!([{"url": "https://a.example/v1"}]));
    assert_eq!(servers(json!({"basePath": "/v1"})), json!([{"url": "/v1"}]));
    assert_eq!(servers(json!({})), json!([{"url": "/"}]));
}
