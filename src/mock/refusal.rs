//! Builds the answers that refuse a request, in the form that the contract declares.

use serde_json::{Map, Value, json};

use super::answer_headers;
use super::answer_headers::HeaderContext;
use super::draft_answer::{DraftAnswer, concrete_media_type, declared};
use super::notice::ErrorSource;
use super::operation_profile::media_example;
use super::routed_request::MockCore;
use super::sample::sample;
use crate::contract::samples::answer_samples;
use crate::model::contract::{JSON_API, MediaType, Operation, Status};

/// What is said in a refusal.
#[derive(Debug)]
pub(crate) struct RefusalReason<'a> {
    pub detail: &'a str,
    pub source: &'a ErrorSource,
}

/// A refusal with this status.
pub(crate) fn refuse(core: &MockCore, status: u16, reason: &RefusalReason<'_>, circumstances: &HeaderContext<'_>) -> DraftAnswer {
    let mut draft = DraftAnswer::new(status);
    let response = declared(&core.contract, circumstances.operation, Status(status));
    answer_headers::add(core, &mut draft, response, circumstances);
    let likeness = || {
        core.contract
            .operations
            .iter()
            .flat_map(|operation| &operation.responses)
            .find(|response| response.status.is_refusal() && !response.content.is_empty())
    };
    let media = match response {
        Some(response) => response.content.first(),
        None => likeness().and_then(|response| response.content.first()),
    };
    if let Some(media) = media {
        draft.media = Some(concrete_media_type(&media.name));
        draft.body = Some(body(core, circumstances.operation, media, status, reason));
    }
    draft
}

fn body(core: &MockCore, operation: Option<&Operation>, media: &MediaType, status: u16, reason: &RefusalReason<'_>) -> Value {
    let drawn = || media.schema.as_ref().map_or(Value::Null, |schema| sample(&core.contract.document, &schema.0));
    let example = match operation {
        Some(operation) => media_example(media, operation),
        None => media.examples.first().map(|example| example.value.clone()),
    };
    let example = with_errors_first(media, example.unwrap_or_else(drawn));
    let full = with_refusal_reason(&example, status, reason, true);
    let brief = with_refusal_reason(&example, status, reason, false);
    let others = media.schema.iter().flat_map(|schema| answer_samples(&core.contract.document, &schema.0));
    let mut bodies = [full, brief].into_iter().chain(others);
    let chosen = match &media.schema {
        Some(schema) => core.schemas.most_fitting(schema, bodies),
        None => bodies.next(),
    };
    chosen.unwrap_or(example)
}

/// A document of JSON:API that refuses has `errors` (JSON:API, Top Level), whether or not the schema asks for them.
fn with_errors_first(media: &MediaType, mut example: Value) -> Value {
    if let (JSON_API, Value::Object(members)) = (media.name.as_str(), &mut example)
        && ["data", "errors", "meta"].iter().all(|name| !members.contains_key(*name))
    {
        members.insert("errors".to_owned(), json!([{}]));
    }
    example
}

/// The example with the status and the reason of this refusal in it.
fn with_refusal_reason(example: &Value, status: u16, reason: &RefusalReason<'_>, with_source: bool) -> Value {
    let mut body = example.clone();
    match body.get_mut("errors") {
        Some(Value::Array(errors)) => {
            errors.truncate(1);
            if errors.is_empty() {
                errors.push(json!({}));
            }
            if let Some(Value::Object(error)) = errors.first_mut() {
                fill_error_object(error, status, reason, with_source);
            }
        }
        _ => {
            if let Value::Object(members) = &mut body {
                tell_plain(members, status, reason);
            }
        }
    }
    body
}

/// Fills an error object of JSON:API.
fn fill_error_object(error: &mut Map<String, Value>, status: u16, reason: &RefusalReason<'_>, with_source: bool) {
    error.insert("status".to_owned(), json!(status.to_string()));
    error.insert("title".to_owned(), json!(status_name(status)));
    error.insert("detail".to_owned(), json!(reason.detail));
    error.shift_remove("source");
    let source = match reason.source {
        ErrorSource::Nowhere => return,
        ErrorSource::Pointer(pointer) => json!({"pointer": pointer}),
        ErrorSource::Parameter(name) => json!({"parameter": name}),
        ErrorSource::Header(name) => json!({"header": name}),
    };
    if with_source {
        error.insert("source".to_owned(), source);
    }
}

/// Fills what other error bodies usually have, such as `application/problem+json` (RFC 9457).
fn tell_plain(members: &mut Map<String, Value>, status: u16, reason: &RefusalReason<'_>) {
    for name in ["status", "code", "statusCode"] {
        if members.get(name).is_some_and(Value::is_number) {
            members.insert(name.to_owned(), json!(status));
        }
    }
    for name in ["detail", "message", "error", "description"] {
        if members.get(name).is_some_and(Value::is_string) {
            members.insert(name.to_owned(), json!(reason.detail));
            break;
        }
    }
}

/// The name of a status.
pub(crate) fn status_name(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Refused")
}
