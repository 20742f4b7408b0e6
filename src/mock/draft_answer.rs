//! An answer of the mock before it is serialized.

use serde_json::Value;

use super::request::is_json;
use crate::contract::{malformed_xml, xml};
use crate::model::contract::{Contract, MediaType, Operation, Response, Status};

/// An answer of the mock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MockAnswer {
    /// HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl MockAnswer {
    /// The first header field of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// An answer that can still be changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DraftAnswer {
    pub status: u16,
    /// Header fields other than `Content-Type`.
    pub headers: Vec<(String, String)>,
    /// `Content-Type`.
    pub media: Option<String>,
    pub body: Option<Value>,
    /// What is sent in place of the body.
    pub text: Option<String>,
}

impl DraftAnswer {
    pub(crate) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), media: None, body: None, text: None }
    }

    /// Whether the body is a JSON text.
    pub(crate) fn is_json(&self) -> bool {
        self.media.as_deref().is_some_and(is_json)
    }

    /// Sets a header field, in place of one of the same name.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
    }

    /// The body as it is sent, before anything takes its place.
    pub(crate) fn written(&self) -> String {
        match &self.body {
            None => String::new(),
            Some(Value::String(text)) if !self.is_json() && self.media.is_some() => text.clone(),
            Some(value) => value.to_string(),
        }
    }

    /// Writes the body as XML, unless it is the text of some already: an example may be written out, and is not always well-formed.
    pub(crate) fn write_as_xml(&mut self, document: &Value, schema: &str) {
        let is_written = |body: &Value| body.as_str().is_some_and(|text| text.trim_start().starts_with('<') && malformed_xml(text).is_none());
        self.text = self.body.as_ref().filter(|body| !is_written(body)).map(|body| xml(document, schema, body));
    }

    /// Lets the body break off.
    pub(crate) fn cut_off(&mut self) {
        let text = self.text.clone().unwrap_or_else(|| self.written());
        let kept: String = text.chars().take(text.chars().count().saturating_sub(2)).collect();
        self.text = Some(kept).filter(|_| self.body.is_some());
    }

    /// Writes the answer out. Text of a media type that is no JSON stands as it is.
    pub(crate) fn write(self) -> MockAnswer {
        let text = self.text.clone().filter(|_| self.body.is_some());
        let body = text.unwrap_or_else(|| self.written()).into_bytes();
        let mut headers = self.headers;
        if let (Some(media), true) = (self.media, self.body.is_some()) {
            headers.insert(0, ("Content-Type".to_owned(), media));
        }
        MockAnswer { status: self.status, headers, body }
    }
}

/// The name a media type has in an answer: a range becomes a type within it.
pub(crate) fn concrete_media_type(name: &str) -> String {
    match name {
        "*/*" | "application/*" => "application/octet-stream".to_owned(),
        "text/*" => "text/plain".to_owned(),
        other => other.to_owned(),
    }
}

/// The declared response for a status: the operation's own, the server's, or that of another operation.
pub(crate) fn declared<'a>(contract: &'a Contract, operation: Option<&'a Operation>, status: Status) -> Option<&'a Response> {
    let server = || contract.server_responses.iter().find(|response| response.status == status);
    let others = || contract.operations.iter().find_map(|operation| operation.response(status));
    let own = operation.and_then(|operation| operation.response(status).or_else(|| operation.fallback(status)));
    own.or_else(server).or_else(others)
}

/// The media type of a response that the request asks for, else the first.
pub(crate) fn preferred<'a>(response: &'a Response, accept: Option<&str>) -> Option<&'a MediaType> {
    let accept = accept.unwrap_or_default();
    let mut named: Option<(f64, &MediaType)> = None;
    for media in response.content.iter().filter(|media| !media.name.contains('*')) {
        let weight = accept.split(',').find_map(|part| weight_of(part, &media.name)).unwrap_or_default();
        if weight > named.map_or(0.0, |(best, _)| best) {
            named = Some((weight, media));
        }
    }
    named.map(|(_, media)| media).or_else(|| response.content.first())
}

/// The weight that a part of `Accept` gives a media type (RFC 9110, section 12.4.2); `None` when it speaks of another.
fn weight_of(part: &str, name: &str) -> Option<f64> {
    let (range, parameters) = part.split_once(';').unwrap_or((part, ""));
    let weight = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("q=")?.parse().ok());
    (range.trim() == name).then(|| weight.unwrap_or(1.0))
}
