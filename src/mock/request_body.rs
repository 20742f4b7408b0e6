//! Reads the body of a request as the media type that the contract describes.

use serde_json::{Map, Value};

use super::multipart;
use super::request::{DecodedRequest, Payload, in_range, is_json};
use crate::model::contract::{MediaType, Operation};

/// The media type of the contract that the body is read as: the one that was named, else the first.
pub(crate) fn media<'a>(operation: &'a Operation, call: &DecodedRequest) -> Option<&'a MediaType> {
    let content = &operation.request_body.as_ref()?.content;
    let essence = call.content_type().map(|sent| sent.essence).unwrap_or_default();
    content.iter().find(|media| in_range(&media.name, &essence)).or_else(|| content.first())
}

/// Reads the body as this media type.
pub(crate) fn payload(media: Option<&MediaType>, call: &DecodedRequest) -> Payload {
    if call.body.is_empty() {
        return Payload::Empty;
    }
    let Some(media) = media else { return Payload::Empty };
    // A range says nothing of how a body is written; the request does.
    let sent = call.content_type().filter(|_| media.name.contains('*')).map(|sent| sent.essence);
    let name = sent.as_deref().unwrap_or(&media.name);
    if name.starts_with("multipart/") {
        return multipart::read(call);
    }
    if name.starts_with("application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(&call.body).map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())));
        return Payload::Value(Value::Object(pairs.collect::<Map<_, _>>()));
    }
    if is_json(name) {
        return match serde_json::from_slice(&call.body) {
            Ok(value) => Payload::Value(value),
            Err(error) => Payload::Malformed(format!("The body is no JSON text: {error}.")),
        };
    }
    Payload::Value(Value::String(String::from_utf8_lossy(&call.body).into_owned()))
}
