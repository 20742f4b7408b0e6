//! The valid request of an operation, from its examples.

use std::collections::BTreeMap;

use serde_json::Value;

use super::sample;
use crate::contract::schema::{marks, resource_needs};
use crate::domain::contract::{Contract, Location, MediaType, Operation, Parameter, ResourceNeed};
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

/// Builds the valid request of an operation. An optional body is sent only when `with_body`.
pub fn valid(contract: &Contract, operation: &Operation, with_body: bool) -> Base {
    let mut needs = Vec::new();
    let mut path_values = BTreeMap::new();
    let mut query = Vec::new();
    let mut headers = Vec::new();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.required || parameter.sent) {
        let value = parameter_value(contract, parameter);
        let place = match parameter.location {
            Location::Path => {
                path_values.insert(parameter.name.clone(), plain(&value));
                Place::Path(parameter.name.clone())
            }
            Location::Query => {
                query.push((parameter.name.clone(), plain(&value)));
                Place::Query(parameter.name.clone())
            }
            Location::Header => {
                headers.push((parameter.name.clone(), plain(&value)));
                Place::Header(parameter.name.clone())
            }
            Location::Cookie => {
                headers.push(("cookie".to_owned(), format!("{}={}", parameter.name, plain(&value))));
                continue;
            }
        };
        if let Some(resource) = &parameter.resource {
            needs.push(Need { place, resource: resource.clone(), example: value });
        }
    }
    let accepted: Vec<&str> = operation.successes().flat_map(|response| &response.content).map(|media| media.name.as_str()).collect();
    headers.push(("accept".to_owned(), accept(&accepted)));
    let mut request = RequestTemplate {
        method: operation.method.clone(),
        path: operation.path.clone(),
        path_values,
        query,
        headers,
        body: Body::Empty,
        credentials: if operation.security.iter().any(|alternative| !alternative.is_empty()) { Credentials::Full } else { Credentials::None },
        fillings: Vec::new(),
    };
    let mut media = None;
    if let Some(body) = operation.request_body.as_ref().filter(|body| body.required || with_body) {
        let chosen = body.content.iter().position(|media| media.name.contains("json")).unwrap_or(0);
        if let Some(content) = body.content.get(chosen) {
            media = Some(chosen);
            request.body = body_of(contract, content);
            if !matches!(request.body, Body::Multipart(_)) {
                request.headers.push(("content-type".to_owned(), content.name.clone()));
            }
            needs.extend(body_needs(contract, content, &request.body));
        }
    }
    Base { request, needs, media }
}

fn body_needs(contract: &Contract, media: &MediaType, body: &Body) -> Vec<Need> {
    let Body::Json(value) = body else { return Vec::new() };
    let found = resource_needs(contract, media, value).into_iter();
    found.map(|found| Need { place: Place::Body(found.at), resource: found.what, example: found.value }).collect()
}

fn accept(accepted: &[&str]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in accepted {
        if !names.contains(name) {
            names.push(name);
        }
    }
    if names.is_empty() { "*/*".to_owned() } else { names.join(", ") }
}

fn parameter_value(contract: &Contract, parameter: &Parameter) -> Value {
    parameter.example.clone().unwrap_or_else(|| match &parameter.schema {
        Some(schema) => sample(&contract.document, &schema.0),
        None => Value::String("probity".to_owned()),
    })
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

fn body_of(contract: &Contract, media: &MediaType) -> Body {
    let example = media.examples.first().map(|example| example.value.clone());
    let value = example.unwrap_or_else(|| media.schema.as_ref().map_or(Value::Null, |schema| sample(&contract.document, &schema.0)));
    if media.name == "multipart/form-data" {
        return Body::Multipart(parts(contract, media, &value));
    }
    if media.name.contains("json") {
        return Body::Json(value);
    }
    Body::Text(plain(&value))
}

fn parts(contract: &Contract, media: &MediaType, value: &Value) -> Vec<Part> {
    let members = value.as_object().into_iter().flatten();
    members
        .map(|(name, content)| {
            let schema = media.schema.as_ref().and_then(|schema| crate::contract::schema::follow(&contract.document, &schema.0));
            let schema = schema
                .and_then(|(at, _)| crate::contract::schema::follow(&contract.document, &crate::contract::append(&format!("{at}/properties"), name)));
            let text = |key: &str| schema.as_ref().and_then(|(_, schema)| schema.get(key)).and_then(Value::as_str);
            let is_file = text("contentMediaType").is_some() || text("format") == Some("binary");
            let media_type = text("contentMediaType").map(str::to_owned).or_else(|| (!content.is_string()).then(|| "application/json".to_owned()));
            Part { name: name.clone(), media_type, file_name: is_file.then(|| "probity.txt".to_owned()), content: content.clone() }
        })
        .collect()
}

/// Makes what the request creates recognisable and unique: every marked value carries `mark`.
pub fn marked(contract: &Contract, operation: &Operation, base: &mut Base, mut mark: impl FnMut() -> String) {
    let Some(media) = base.media.and_then(|index| operation.request_body.as_ref()?.content.get(index)) else { return };
    let Body::Json(body) = &mut base.request.body else { return };
    for found in marks(contract, media, body) {
        if let (Some(Value::String(text)), mark) = (body.pointer_mut(&found.at), mark()) {
            *text = with_mark(text, &mark);
        }
    }
}

fn with_mark(text: &str, mark: &str) -> String {
    if let Some((local, domain)) = text.split_once('@') {
        return format!("{local}.{mark}@{domain}");
    }
    // A file name keeps its extension, by which its kind is told.
    if let Some((stem, extension)) = text.rsplit_once('.')
        && (1..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        return format!("{}.{extension}", with_mark(stem, mark));
    }
    let separator = if text.contains(' ') {
        ' '
    } else if text.contains('-') {
        '-'
    } else {
        '_'
    };
    let mark = if separator == '_' { mark.replace('-', "_") } else { mark.to_owned() };
    format!("{text}{separator}{mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_fit_the_text_they_are_put_on() {
        assert_eq!(with_mark("Sample Client", "probity-1"), "Sample Client probity-1");
        assert_eq!(with_mark("some_key", "probity-1"), "some_key_probity_1");
        assert_eq!(with_mark("notes.txt", "probity-1"), "notes_probity_1.txt");
        assert_eq!(with_mark("me@example.com", "probity-1"), "me.probity-1@example.com");
    }
}
