//! The valid request of an operation, from its examples.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{sample, samples};
use crate::contract::Schemas;
use crate::contract::schema::{follow, is_server_data, resource_needs, server_data};
use crate::domain::contract::{Contract, Location, MediaType, Operation, Parameter, ResourceNeed, Response, SchemaRef, Status};
use crate::domain::plan::{Body, Credentials, Part, Place, RequestTemplate};

/// A valid request before it is known which resources it will name.
#[derive(Debug, Clone)]
pub struct Base {
    /// The request with the contract's example values.
    pub request: RequestTemplate,
    /// The places that must name a resource that exists.
    pub needs: Vec<Need>,
    /// Index of the request's media type in the contract.
    pub media: Option<usize>,
    /// What in it nobody vouches for: a value that is made from a schema may fit it and be refused all the same.
    pub unvouched: Option<String>,
}

/// A place in a request that must name a resource that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// The place.
    pub place: Place,
    /// What the resource must be.
    pub resource: ResourceNeed,
    /// The contract's example value; equal values within a request mean the same resource.
    pub example: Value,
}

/// Builds the valid request of an operation. An optional body is sent only when `with_body`, and wherever a method without
/// one makes little sense: many authors forget to say that it is required.
///
/// # Errors
/// Why no valid request can be made.
pub fn valid(contract: &Contract, schemas: &Schemas, operation: &Operation, with_body: bool) -> Result<Base, String> {
    let mut base = without_body(contract, schemas, operation);
    let writes = matches!(operation.method.0.as_str(), "POST" | "PUT" | "PATCH");
    let body = operation.request_body.as_ref().filter(|body| (body.required || with_body || writes) && !body.content.is_empty());
    let Some(body) = body else { return Ok(base) };
    let (index, content) = chosen(contract, &body.content)?;
    let (value, unvouched) = body_value(contract, schemas, content);
    base.media = Some(index);
    let foreign = server_data(contract, content, &value).map(|(at, _)| unknown_data(&at));
    base.unvouched = unvouched.or(foreign).or(base.unvouched);
    if is_json(&content.name) || is_parts(&content.name) {
        let needs = resource_needs(contract, content, &value);
        base.needs.extend(needs.into_iter().map(|found| Need { place: Place::Body(found.at), resource: found.what, example: found.value }));
    }
    base.request.body = body_of(contract, content, value);
    if !matches!(base.request.body, Body::Multipart(_)) {
        base.request.headers.push(("content-type".to_owned(), content.name.clone()));
    }
    Ok(base)
}

fn without_body(contract: &Contract, schemas: &Schemas, operation: &Operation) -> Base {
    let credentials = if operation.security.iter().any(|alternative| !alternative.is_empty()) { Credentials::Full } else { Credentials::None };
    let request = RequestTemplate {
        method: operation.method.clone(),
        path: operation.path.clone(),
        path_values: BTreeMap::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::Empty,
        credentials,
        fillings: Vec::new(),
    };
    let mut base = Base { request, needs: Vec::new(), media: None, unvouched: None };
    for parameter in operation.parameters.iter().filter(|parameter| parameter.required || parameter.sent || is_demanded(operation, parameter)) {
        let (value, vouched) = parameter_value(contract, schemas, parameter);
        let place = put_parameter(&mut base.request, parameter, &value);
        if parameter.schema.as_ref().is_some_and(|schema| is_server_data(&contract.document, schema)) {
            base.unvouched = Some(unknown_data(&parameter.name));
        }
        match (&parameter.resource, place) {
            (Some(resource), Some(place)) => base.needs.push(Need { place, resource: resource.clone(), example: value }),
            _ if vouched => {}
            _ => base.unvouched = Some(format!("the value of {} was made from its schema, for want of an example", parameter.name)),
        }
    }
    base.request.headers.push(("accept".to_owned(), accept(operation)));
    base
}

/// What is said of data that the server under test need not have, or may have in another form.
fn unknown_data(at: &str) -> String {
    let at = if at.is_empty() { "the body" } else { at };
    format!("{at} is data of the server: nobody vouches that this one has it, takes it, or is licensed for it")
}

/// Whether a server takes no request without this parameter though its author calls it optional: 428 says that requests have
/// to be conditional (RFC 6585, section 3).
fn is_demanded(operation: &Operation, parameter: &Parameter) -> bool {
    is_if_match(parameter) && operation.response(Status(428)).is_some()
}

fn is_if_match(parameter: &Parameter) -> bool {
    parameter.location == Location::Header && parameter.name.eq_ignore_ascii_case("if-match")
}

/// Writes a parameter into a request; where it may be filled in later.
fn put_parameter(request: &mut RequestTemplate, parameter: &Parameter, value: &Value) -> Option<Place> {
    let name = parameter.name.clone();
    match parameter.location {
        Location::Path => {
            request.path_values.insert(name.clone(), plain(value));
            Some(Place::Path(name))
        }
        Location::Query => {
            match value {
                Value::Array(items) if parameter.explode => request.query.extend(items.iter().map(|item| (name.clone(), plain(item)))),
                _ => request.query.push((name.clone(), plain(value))),
            }
            Some(Place::Query(name))
        }
        Location::Header => {
            request.headers.push((name.clone(), plain(value)));
            Some(Place::Header(name))
        }
        Location::Cookie => {
            let pair = format!("{name}={}", plain(value));
            // One field for all cookies (RFC 6265, section 5.4).
            match request.headers.iter_mut().find(|(field, _)| field == "cookie") {
                Some((_, cookies)) => *cookies = format!("{cookies}; {pair}"),
                None => request.headers.push(("cookie".to_owned(), pair)),
            }
            None
        }
    }
}

/// What the answers of an operation are made of: `Accept` holds for errors as well (RFC 9110, section 12.5.1), and a server
/// that honours it writes them in another form where theirs is left out. Those of successes come first; where these have
/// none, any form is taken.
fn accept(operation: &Operation) -> String {
    let mut names: Vec<&str> = Vec::new();
    operation.successes().for_each(|response| ask_for(&mut names, response));
    if names.is_empty() {
        return "*/*".to_owned();
    }
    let fallbacks = operation.fallbacks.iter().map(|fallback| &fallback.response);
    operation.responses.iter().chain(fallbacks).for_each(|response| ask_for(&mut names, response));
    names.join(", ")
}

/// Adds the forms of a response. Of one that comes in several forms the one is asked for that can be looked into.
fn ask_for<'a>(names: &mut Vec<&'a str>, response: &'a Response) {
    let readable = response.content.iter().any(|media| is_json(&media.name));
    let asked = response.content.iter().filter(|media| !readable || is_json(&media.name) || !is_alike(&media.name));
    for media in asked {
        if !names.contains(&media.name.as_str()) {
            names.push(&media.name);
        }
    }
}

fn is_json(name: &str) -> bool {
    name.contains("json")
}

/// Whether a media type is another way to write what JSON writes.
fn is_alike(name: &str) -> bool {
    name.contains("xml") || name.contains("yaml")
}

/// The value of a parameter, and whether somebody vouches for it: its example, or a schema that leaves little choice.
fn parameter_value(contract: &Contract, schemas: &Schemas, parameter: &Parameter) -> (Value, bool) {
    let made = || parameter.schema.as_ref().map_or_else(|| Value::from("probity"), |schema| sample(&contract.document, &schema.0));
    let Some(example) = &parameter.example else {
        // Whatever is there will do (RFC 9110, section 13.1.1).
        let any = Value::from("*");
        if is_if_match(parameter) && parameter.schema.as_ref().is_none_or(|schema| is_valid(schemas, schema, &any)) {
            return (any, true);
        }
        let schema = parameter.schema.as_ref().and_then(|schema| follow(&contract.document, &schema.0)).map(|(_, schema)| schema);
        let certain = schema.is_some_and(|schema| {
            ["enum", "const", "default"].iter().any(|keyword| schema.get(*keyword).is_some()) || schema.get("type") == Some(&Value::from("boolean"))
        });
        return (made(), certain);
    };
    let text = plain(example);
    let reads = [Some(example.clone()), serde_json::from_str(&text).ok(), Some(Value::from(text))];
    let fit = parameter.schema.as_ref().is_none_or(|schema| reads.into_iter().flatten().any(|value| is_valid(schemas, schema, &value)));
    (example.clone(), fit)
}

/// A parameter value as text (OpenAPI, `style: simple` and `form` for plain values and arrays).
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The media type that the body is sent as: JSON where there is one, else the first that can be written.
fn chosen<'a>(contract: &Contract, content: &'a [MediaType]) -> Result<(usize, &'a MediaType), String> {
    let writable = |media: &MediaType| {
        let typed = media.schema.as_ref().and_then(|schema| follow(&contract.document, &schema.0)).and_then(|(_, schema)| schema.get("type"));
        let text = media.examples.first().map_or_else(|| typed.is_none_or(|kind| kind == "string"), |example| example.value.is_string());
        text || is_json(&media.name) || is_parts(&media.name) || is_form(&media.name)
    };
    let position = content.iter().position(|media| is_json(&media.name)).or_else(|| content.iter().position(writable));
    position.and_then(|index| Some((index, content.get(index)?))).ok_or_else(|| {
        let names: Vec<&str> = content.iter().map(|media| media.name.as_str()).collect();
        format!("no valid body can be made from the schema of {}; an example in the contract would do", names.join(" or "))
    })
}

fn is_parts(name: &str) -> bool {
    name.starts_with("multipart/form-data")
}

fn is_form(name: &str) -> bool {
    name.starts_with("application/x-www-form-urlencoded")
}

/// The first example that fits its schema, else a value made from the schema; and why nobody vouches for it.
fn body_value(contract: &Contract, schemas: &Schemas, media: &MediaType) -> (Value, Option<String>) {
    let readable = is_json(&media.name) || is_parts(&media.name) || is_form(&media.name);
    let schema = media.schema.as_ref().filter(|_| readable);
    let fits = |value: &Value| schema.is_none_or(|schema| is_valid(schemas, schema, value));
    if let Some(example) = media.examples.iter().find(|example| fits(&example.value)) {
        return (example.value.clone(), None);
    }
    let made = media.schema.as_ref().and_then(|schema| {
        let mut ways = samples(&contract.document, &schema.0).peekable();
        let first = ways.peek().cloned();
        ways.find(&fits).or(first)
    });
    let made = made.unwrap_or_default();
    match media.examples.first() {
        Some(_) if fits(&made) => (made, Some("the contract's example of the body does not fit its schema, so one was made".to_owned())),
        Some(example) => (example.value.clone(), Some("the contract's example of the body does not fit its schema".to_owned())),
        None if fits(&made) => (made, Some("the body was made from its schema, for want of an example".to_owned())),
        None => (made, Some("no body could be made that fits the schema; an example in the contract would do".to_owned())),
    }
}

/// Whether a value breaks no rule; a schema that cannot be compiled has none.
fn is_valid(schemas: &Schemas, schema: &SchemaRef, value: &Value) -> bool {
    schemas.breaches(schema, value).map_or(true, |breaches| breaches.is_empty())
}

fn body_of(contract: &Contract, media: &MediaType, value: Value) -> Body {
    if is_parts(&media.name) {
        return Body::Multipart(parts(contract, media, &value));
    }
    if is_json(&media.name) {
        return Body::Json(value);
    }
    match &value {
        Value::Object(members) if is_form(&media.name) => {
            let pairs = members.iter().map(|(name, value)| (name, plain(value)));
            Body::Text(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
        }
        _ => Body::Text(plain(&value)),
    }
}

fn parts(contract: &Contract, media: &MediaType, value: &Value) -> Vec<Part> {
    let members = value.as_object().into_iter().flatten();
    members
        .map(|(name, content)| {
            let schema = media.schema.as_ref().and_then(|schema| follow(&contract.document, &schema.0));
            let schema = schema.and_then(|(at, _)| follow(&contract.document, &crate::contract::append(&format!("{at}/properties"), name)));
            let text = |key: &str| schema.as_ref().and_then(|(_, schema)| schema.get(key)).and_then(Value::as_str);
            let is_file = text("contentMediaType").is_some() || text("format") == Some("binary");
            let media_type = text("contentMediaType").map(str::to_owned).or_else(|| (!content.is_string()).then(|| "application/json".to_owned()));
            Part { name: name.clone(), media_type, file_name: is_file.then(|| "probity.txt".to_owned()), content: content.clone() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{bundle, read};

    /// What `GET /things` asks for when it has these responses.
    fn asked(responses: &Value) -> String {
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/things": {"get": {"responses": responses}}}});
        accept(&read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap().operations[0])
    }

    fn of(names: &[&str]) -> Value {
        let content: serde_json::Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        json!({"description": "d", "content": content})
    }

    #[test]
    fn the_forms_of_all_answers_are_asked_for_those_of_successes_first() {
        let json = "application/json";
        let problem = "application/problem+json";
        assert_eq!(asked(&json!({"400": of(&[problem]), "200": of(&[json])})), "application/json, application/problem+json");
        assert_eq!(asked(&json!({"200": of(&[json, "application/xml"]), "404": of(&[json])})), json);
        assert_eq!(
            asked(&json!({"200": of(&["text/csv"]), "5XX": of(&["text/plain"]), "default": of(&[problem])})),
            "text/csv, text/plain, application/problem+json"
        );
    }

    #[test]
    fn where_a_success_has_no_form_any_is_taken() {
        assert_eq!(asked(&json!({"204": of(&[]), "404": of(&["application/problem+json"])})), "*/*");
    }

    /// The If-Match of `PUT /things` with this parameter and these statuses, and why nobody vouches for it.
    fn condition(parameter: &Value, statuses: &[&str]) -> (Option<String>, Option<String>) {
        let responses: serde_json::Map<String, Value> = statuses.iter().map(|status| ((*status).to_owned(), json!({"description": "d"}))).collect();
        let mut header = json!({"name": "If-Match", "in": "header", "schema": {"type": "string"}});
        header.as_object_mut().unwrap().extend(parameter.as_object().unwrap().clone());
        let paths = json!({"/things": {"put": {"parameters": [header], "responses": responses}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let base = valid(&contract, &Schemas::new(&contract).unwrap(), &contract.operations[0], false).unwrap();
        (base.request.headers.into_iter().find(|(name, _)| name == "If-Match").map(|(_, value)| value), base.unvouched)
    }

    #[test]
    fn a_request_that_has_to_be_conditional_holds_whatever_is_there() {
        let any = (Some("*".to_owned()), None);
        assert_eq!(condition(&json!({"required": true}), &["200", "412"]), any);
        assert_eq!(condition(&json!({}), &["200", "428"]), any);
        assert_eq!(condition(&json!({}), &["200", "412"]), (None, None));
        assert_eq!(condition(&json!({"required": true, "example": "\"7\""}), &["200"]).0.as_deref(), Some("\"7\""));
        let versions = condition(&json!({"required": true, "schema": {"type": "integer"}}), &["200"]);
        assert!(versions.0.as_deref() == Some("1") && versions.1.is_some(), "{versions:?}");
    }
}
