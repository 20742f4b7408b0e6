//! Builds the valid request of an operation from its examples.

use std::collections::BTreeMap;

use serde_json::Value;

use super::accept_header::accept;
use super::switched_off::switched_off;
use super::valid_body::{body_of, body_value, chosen, concrete_media_type, is_json, is_parts, is_valid};
use crate::contract::Schemas;
use crate::contract::annotations::{is_server_data, resource_needs, server_data};
use crate::contract::samples::samples;
use crate::contract::schema::follow_references;
use crate::model::assumption::Assumption;
use crate::model::contract::{Contract, Location, MediaType, Operation, Parameter, ResourceNeed, Status};
use crate::model::media_range::is_xml;
use crate::model::plan::{Body, Credentials, Place, RequestTemplate, Styled};
use crate::model::reason::NoRequest;
use crate::model::text::unquoted_text;

/// A valid request before it is known which resources it will name.
#[derive(Debug, Clone)]
pub struct ValidRequest {
    /// The request with the contract's example values.
    pub request: RequestTemplate,
    /// The places that must name a resource that exists.
    pub needs: Vec<NeededResource>,
    /// Index of the request's media type in the contract.
    pub media: Option<usize>,
    /// What in it is not certain: a value that is made from a schema may fit it and be refused all the same.
    pub unvouched: Option<Assumption>,
}

/// A place in a request that must name a resource that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct NeededResource {
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
pub fn valid(contract: &Contract, schemas: &Schemas, operation: &Operation, with_body: bool) -> Result<ValidRequest, NoRequest> {
    let mut base = without_body(contract, schemas, operation);
    let writes = operation.method.has_body();
    let body = operation.request_body.as_ref().filter(|body| (body.required || with_body || writes) && !body.content.is_empty());
    let Some(body) = body else { return Ok(base) };
    let (index, content) = chosen(contract, &body.content)?;
    let name = concrete_media_type(contract, content);
    base.media = Some(index);
    let own = operation.own.as_ref().filter(|own| own.body.is_some() && is_json(&name));
    let value = if let Some(value) = own.and_then(|own| own.body.clone()) {
        value
    } else {
        let (value, unvouched) = body_value(contract, schemas, content, &name)?;
        let foreign = server_data(contract, content, &value).map(|(at, _)| Assumption::ServerData(at));
        base.unvouched = unvouched.or(foreign).or(base.unvouched);
        let fits = |value: &Value| content.schema.as_ref().is_none_or(|schema| is_valid(schemas, schema, value));
        if operation.method.is_safe() { value } else { switched_off(contract, operation, content, value, fits) }
    };
    let in_xml = is_xml(&name) && !value.is_string();
    if own.is_none_or(|own| own.bound) && (is_json(&name) || is_parts(&name) || in_xml) {
        add_needs(contract, content, &value, &mut base);
        base.needs.extend(own_id(contract, operation, &value).filter(|need| base.needs.iter().all(|known| known.place != need.place)));
    }
    base.request.body = body_of(contract, content, &name, value);
    if !matches!(base.request.body, Body::Multipart(_)) {
        base.request.headers.push(("content-type".to_owned(), name));
    }
    Ok(base)
}

/// Adds the resources that a body names.
fn add_needs(contract: &Contract, media: &MediaType, body: &Value, base: &mut ValidRequest) {
    let needs = resource_needs(contract, media, body);
    base.needs.extend(needs.into_iter().map(|found| NeededResource { place: Place::Body(found.at), resource: found.what, example: found.value }));
}

/// The id in a body that says which item of a collection it replaces or changes, where the path does not, and no author marks
/// what names a resource.
fn own_id(contract: &Contract, operation: &Operation, body: &Value) -> Option<NeededResource> {
    if contract.inferred.annotated || !(operation.method.is_put() || operation.method.is_patch()) || operation.item_parameter().is_some() {
        return None;
    }
    let item = contract.items_in(&operation.path).find_map(|other| other.item_parameter()?.resource.clone())?;
    let at = ["/id", "/data/id"].into_iter().find(|at| body.pointer(at).is_some())?;
    Some(NeededResource { place: Place::Body(at.to_owned()), resource: item, example: body.pointer(at)?.clone() })
}

/// The media type that the body of an operation is sent as.
pub(super) fn chosen_media<'a>(contract: &Contract, operation: &'a Operation) -> Option<&'a MediaType> {
    chosen(contract, &operation.request_body.as_ref()?.content).ok().map(|(_, media)| media)
}

/// A value for a parameter that is added.
pub(super) fn parameter_sample(contract: &Contract, parameter: &Parameter) -> Value {
    let made =
        || parameter.schema.as_ref().map_or_else(|| Value::from("probity"), |schema| crate::contract::samples::sample(&contract.document, &schema.0));
    parameter.example.clone().unwrap_or_else(made)
}

fn without_body(contract: &Contract, schemas: &Schemas, operation: &Operation) -> ValidRequest {
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
        styled: Vec::new(),
    };
    let mut base = ValidRequest { request, needs: Vec::new(), media: None, unvouched: None };
    let own = |parameter: &Parameter| operation.own.as_ref().and_then(|own| own.parameters.get(&parameter.name));
    let sent = |parameter: &&Parameter| parameter.required || parameter.sent || own(parameter).is_some() || is_demanded(operation, parameter);
    for parameter in operation.parameters.iter().filter(sent) {
        if let Some(value) = own(parameter) {
            put_parameter(&mut base.request, parameter, value);
            continue;
        }
        let (value, vouched) = parameter_value(contract, schemas, parameter);
        let place = put_parameter(&mut base.request, parameter, &value);
        if parameter.schema.as_ref().is_some_and(|schema| is_server_data(&contract.document, schema)) {
            base.unvouched = Some(Assumption::ServerData(parameter.name.clone()));
        }
        match (&parameter.resource, place) {
            (Some(resource), Some(place)) => base.needs.push(NeededResource { place, resource: resource.clone(), example: value }),
            _ if vouched => {}
            _ => base.unvouched = Some(Assumption::MadeParameter(parameter.name.clone())),
        }
    }
    if let Some(own) = &operation.own {
        base.unvouched = Some(if own.bound { Assumption::FoundRequest } else { Assumption::SuiteRequest });
    }
    base.request.headers.push(("accept".to_owned(), accept(operation)));
    base
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
    let written = &parameter.serialization;
    match parameter.location {
        Location::Path => {
            let (before, text, encoded) = written.segment(&name, value);
            request.path_values.insert(name.clone(), text);
            let place = Place::Path(name);
            if encoded || !before.is_empty() {
                request.styled.push(Styled { place: place.clone(), before, encoded });
            }
            Some(place)
        }
        Location::Query => {
            for pair in written.pairs(&name, value) {
                if pair.encoded {
                    request.styled.push(Styled { place: Place::Query(pair.name.clone()), before: String::new(), encoded: true });
                }
                request.query.push((pair.name, pair.value));
            }
            Some(Place::Query(name))
        }
        Location::Header => {
            request.headers.push((name.clone(), written.field(value)));
            Some(Place::Header(name))
        }
        Location::Cookie => {
            let pairs = written.cookies(&name, value);
            // One field for all cookies (RFC 6265, section 5.4).
            match request.headers.iter_mut().find(|(field, _)| field == "cookie") {
                Some((_, cookies)) => *cookies = format!("{cookies}; {pairs}"),
                None => request.headers.push(("cookie".to_owned(), pairs)),
            }
            None
        }
    }
}

/// The value of a parameter, and whether it is certain: its example, or a schema that leaves little choice.
fn parameter_value(contract: &Contract, schemas: &Schemas, parameter: &Parameter) -> (Value, bool) {
    let reads = |value: &Value| {
        let text = unquoted_text(value);
        [Some(value.clone()), serde_json::from_str(&text).ok(), Some(Value::from(text))]
    };
    let allows = |value: &Value| {
        parameter.schema.as_ref().is_none_or(|schema| reads(value).into_iter().flatten().any(|value| is_valid(schemas, schema, &value)))
    };
    let made = || {
        let Some(schema) = &parameter.schema else { return Value::from("probity") };
        let mut ways = samples(&contract.document, &schema.0).peekable();
        let first = ways.peek().cloned().unwrap_or_default();
        ways.find(allows).unwrap_or(first)
    };
    let Some(example) = &parameter.example else {
        // Whatever is there will do (RFC 9110, section 13.1.1).
        let any = Value::from("*");
        if is_if_match(parameter) && parameter.schema.as_ref().is_none_or(|schema| is_valid(schemas, schema, &any)) {
            return (any, true);
        }
        let schema = parameter.schema.as_ref().and_then(|schema| follow_references(&contract.document, &schema.0)).map(|(_, schema)| schema);
        let certain = schema.is_some_and(|schema| {
            ["enum", "const", "default"].iter().any(|keyword| schema.get(*keyword).is_some()) || schema.get("type") == Some(&Value::from("boolean"))
        });
        return (made(), certain);
    };
    if allows(example) {
        return (example.clone(), true);
    }
    // What the schema of this very parameter forbids is not sent where something else can be.
    let made = made();
    (if allows(&made) { made } else { example.clone() }, false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{bundle, read};

    /// The If-Match of `PUT /things` with this parameter and these statuses, and why it is not certain.
    fn condition(parameter: &Value, statuses: &[&str]) -> (Option<String>, Option<Assumption>) {
        let responses: serde_json::Map<String, Value> = statuses.iter().map(|status| ((*status).to_owned(), json!({"description": "d"}))).collect();
        let mut header = json!({"name": "If-Match", "in": "header", "schema": {"type": "string"}});
        header.as_object_mut().unwrap().extend(parameter.as_object().unwrap().clone());
        let paths = json!({"/things": {"put": {"parameters": [header], "responses": responses}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let base = valid(&contract, &Schemas::new(&contract), &contract.operations[0], false).unwrap();
        (base.request.headers.into_iter().find(|(name, _)| name == "If-Match").map(|(_, value)| value), base.unvouched)
    }

    #[test]
    fn what_a_body_in_xml_names_has_to_be_there() {
        let content = json!({"application/xml": {"schema": {"type": "object", "required": ["petId"], "properties": {"petId": {"type": "integer"}}}}});
        let id = json!([{"name": "petId", "in": "path", "required": true, "schema": {"type": "integer"}}]);
        let paths = json!({"/orders": {"post": {"requestBody": {"required": true, "content": content}, "responses": {"201": {"description": "d"}}}},
            "/pets": {"post": {"responses": {"201": {"description": "d"}}}},
            "/pets/{petId}": {"get": {"parameters": id, "responses": {"200": {"description": "d"}}}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let base = valid(&contract, &Schemas::new(&contract), &contract.operations[0], false).unwrap();
        let needs: Vec<&Place> = base.needs.iter().map(|need| &need.place).collect();
        assert_eq!(needs, [&Place::Body("/petId".to_owned())]);
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
