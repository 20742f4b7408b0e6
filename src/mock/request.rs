//! A request as the mock reads it: percent-decoded, with its media type.

use crate::model::media_range;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::styled_parameters::{RawPair, raw_pairs};

/// A request to the mock, as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MockRequest {
    /// HTTP method.
    pub method: String,
    /// Path, still percent-encoded.
    pub path: String,
    /// Query string without the question mark, still percent-encoded.
    pub query: String,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// A request, decoded.
#[derive(Debug)]
pub(crate) struct DecodedRequest {
    pub method: String,
    /// As it was sent, for links and `Location`.
    pub path: String,
    pub segments: Vec<String>,
    pub query: Vec<(String, String)>,
    /// The same with values that still are percent-encoded.
    pub raw_query: Vec<RawPair>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl DecodedRequest {
    pub(crate) fn new(request: MockRequest) -> Self {
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let path = request.path.trim_end_matches('/');
        Self {
            segments: path.split('/').skip(1).map(decode).collect(),
            query: url::form_urlencoded::parse(request.query.as_bytes()).into_owned().collect(),
            raw_query: raw_pairs(&request.query),
            method: request.method,
            headers: request.headers,
            body: request.body,
            path: request.path,
        }
    }

    /// The first header field of this name, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first query value of this name.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a cookie (RFC 6265, section 4.2.1).
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let fields = self.headers.iter().filter(|(field, _)| field.eq_ignore_ascii_case("cookie"));
        let mut pairs = fields.flat_map(|(_, value)| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// `Content-Type`, taken apart.
    pub(crate) fn content_type(&self) -> Option<ContentType> {
        self.header("content-type").map(ContentType::read)
    }
}

/// A media type and its parameters (RFC 9110, section 8.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContentType {
    /// Type and subtype in lower case.
    pub essence: String,
    /// Name in lower case, value without quotes.
    pub parameters: Vec<(String, String)>,
}

impl ContentType {
    fn read(text: &str) -> Self {
        let mut parts = text.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let parameters = parts.filter_map(|part| part.trim().split_once('='));
        let parameters = parameters.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()));
        Self { essence, parameters: parameters.collect() }
    }

    /// The value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Whether a media type is one that a range such as `text/*` names.
pub(crate) fn in_range(range: &str, essence: &str) -> bool {
    let range = media_range::essence(range);
    match range.split_once("/*") {
        Some(("*", _)) => true,
        // A suffix narrows a range as well (RFC 6839): `application/*+json`.
        Some((family, suffix)) => essence.strip_prefix(family).is_some_and(|rest| rest.starts_with('/') && rest.ends_with(suffix)),
        None => range == essence,
    }
}

/// Whether bodies of this media type are JSON texts (RFC 6839, section 3.1).
pub(crate) fn is_json(essence: &str) -> bool {
    let essence = media_range::essence(essence);
    essence == "application/json" || essence.ends_with("+json") || essence == "*/*"
}

/// Whether bodies of this media type stand for values that a schema describes.
pub(crate) fn is_structured(essence: &str) -> bool {
    is_json(essence) || media_range::is_xml(essence)
}

/// What was sent as a body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Payload {
    /// Nothing.
    Empty,
    /// A JSON value; text is a string, a multipart body an object of its parts.
    Value(Value),
    /// Something that cannot be read; why.
    Malformed(String),
}

impl Payload {
    /// The value, if there is one.
    pub(crate) fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }
}
