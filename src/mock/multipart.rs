//! Parses `multipart/form-data` (RFC 7578).

use std::collections::HashSet;

use bytes::Bytes;
use futures::FutureExt;
use serde_json::{Map, Value};

use super::request::{DecodedRequest, Payload};

/// An object with one member for each name; several parts of one name are a list. A part that holds a JSON text becomes that value, any other a string.
pub(crate) fn read(call: &DecodedRequest) -> Payload {
    let boundary = call.content_type().and_then(|sent| sent.parameter("boundary").map(str::to_owned));
    let Some(boundary) = boundary else { return Payload::Malformed("The media type names no boundary of the parts.".to_owned()) };
    let body = Bytes::copy_from_slice(&call.body);
    let stream = futures::stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    // Nothing in the stream has to be waited for, so the first poll ends it.
    match parts(multer::Multipart::new(stream, boundary)).now_or_never() {
        Some(Ok(parts)) => Payload::Value(Value::Object(parts)),
        Some(Err(error)) => Payload::Malformed(format!("The parts of the body cannot be read: {error}.")),
        None => Payload::Malformed("The body ends before its last boundary.".to_owned()),
    }
}

async fn parts(mut body: multer::Multipart<'_>) -> Result<Map<String, Value>, multer::Error> {
    let mut parts = Map::new();
    let mut several: HashSet<String> = HashSet::new();
    while let Some(field) = body.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        let content = field.bytes().await?;
        let text = String::from_utf8_lossy(&content).into_owned();
        let value = if is_file { None } else { serde_json::from_str(&text).ok().filter(|value: &Value| !value.is_number()) };
        let value = value.unwrap_or(Value::String(text));
        match (parts.get_mut(&name), several.contains(&name)) {
            (Some(Value::Array(items)), true) => items.push(value),
            (Some(first), _) => {
                *first = Value::Array(vec![first.take(), value]);
                several.insert(name);
            }
            (None, _) => {
                parts.insert(name, value);
            }
        }
    }
    Ok(parts)
}
