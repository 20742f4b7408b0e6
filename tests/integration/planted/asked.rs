//! Reads a request as a careless server does: what it cannot parse is ignored.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, Method, Uri};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::planted::shape::Shape;

/// A request as it is understood.
pub struct Asked {
    /// The method, or the one that a header or a query parameter puts in its place.
    pub method: String,
    /// The path, decoded first and its `.`, `..` and empty segments resolved afterwards.
    pub path: String,
    /// The query.
    pub query: BTreeMap<String, String>,
    /// What stands after `Bearer`.
    pub token: Option<String>,
    /// The body, where its Content-Type is JSON and it can be read.
    pub body: Option<Value>,
    /// The request in one line, for failures.
    pub line: String,
}

impl Asked {
    /// Reads a request.
    pub fn read(method: &Method, uri: &Uri, headers: &HeaderMap, bytes: &[u8]) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let query: BTreeMap<String, String> = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let other = header("x-http-method-override").or_else(|| query.get("_method").cloned()).filter(|_| *method == Method::POST);
        let media = header("content-type");
        let is_json = media.as_deref().is_some_and(|media| media.trim().to_ascii_lowercase().starts_with("application/json"));
        let text: String = String::from_utf8_lossy(bytes).chars().take(300).collect();
        let overridden = other.as_ref().map(|other| format!(" (override: {other})")).unwrap_or_default();
        Self {
            method: other.unwrap_or_else(|| method.to_string()).to_ascii_uppercase(),
            path: resolved(uri.path()),
            query,
            token: header("authorization").and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned)),
            body: serde_json::from_slice(bytes).ok().filter(|_| is_json),
            line: format!("{method} {uri}{overridden} [{}] {text}", media.as_deref().unwrap_or("no Content-Type")),
        }
    }
}

/// A path as a careless proxy hands it on.
fn resolved(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy().into_owned();
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    format!("/{}", segments.join("/"))
}

/// A request that a route takes.
pub struct Call<'a> {
    /// The request.
    pub asked: &'a Asked,
    /// The path, its ids as the server reads them: `1x` is 1 where ids are integers.
    pub path: String,
}

impl<'a> Call<'a> {
    /// Fills a path template with values; `None` where one of them is no id at all.
    pub fn new(shape: &Shape, asked: &'a Asked, template: &str, found: &[(&'static str, &str)]) -> Option<Self> {
        let mut path = template.to_owned();
        for (name, text) in found {
            let schema = shape.parameters.iter().find(|(known, _)| known == name);
            let value = if schema.is_none_or(|(_, schema)| schema.contains(r#""integer""#)) { number(text)? } else { (*text).to_owned() };
            path = path.replace(&format!("{{{name}}}"), &value);
        }
        Some(Self { asked, path })
    }

    /// The body, or an empty object.
    pub fn body(&self) -> Value {
        self.asked.body.clone().filter(|body| !body.is_null()).unwrap_or_else(|| Value::Object(serde_json::Map::new()))
    }

    /// The last segment of the path.
    pub fn last(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The path without its last segment.
    pub fn above(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(above, _)| above)
    }
}

/// The digits that a text begins with, as `parseInt` and `atoi` read it.
fn number(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<u64>().ok().map(|number| number.to_string())
}
