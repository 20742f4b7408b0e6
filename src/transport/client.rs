//! The HTTP client: no redirects, no retries, no proxy unless asked, bounded answers.

use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use thiserror::Error;

use super::Wire;
use crate::domain::contract::Status;
use crate::domain::exchange::{Answer, Content};

/// Bounds on every answer.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Time to connect.
    pub connect: Duration,
    /// Time from sending to the last byte.
    pub total: Duration,
    /// Bytes of a body.
    pub body: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_secs(70), body: 8 * 1024 * 1024 }
    }
}

/// Sends requests to one server.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
    bounds: Bounds,
}

/// The client cannot be made.
#[derive(Debug, Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct ClientError(String);

impl Client {
    /// A client with these bounds.
    ///
    /// # Errors
    /// The TLS library refuses its own defaults.
    pub fn new(bounds: Bounds) -> Result<Self, ClientError> {
        // Two libraries may bring a provider; the first one installed stays, and either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let inner = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(bounds.connect)
            .timeout(bounds.total)
            .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ClientError(reason(&error)))?;
        Ok(Self { inner, bounds })
    }

    /// Sends one request.
    ///
    /// # Errors
    /// No answer came, or none that is HTTP; why.
    pub async fn send(&self, request: &Wire) -> Result<Answer, String> {
        let method = reqwest::Method::from_bytes(request.method.0.as_bytes()).map_err(|error| error.to_string())?;
        let mut builder = self.inner.request(method, &request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let started = Instant::now();
        let mut response = builder.send().await.map_err(|error| reason(&error))?;
        let status = Status(response.status().as_u16());
        let headers =
            response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let headers = headers.collect();
        let mut bytes: Vec<u8> = Vec::new();
        let mut too_long = false;
        while let Some(chunk) = response.chunk().await.map_err(|error| format!("the answer {status} broke off: {}", reason(&error)))? {
            let room = self.bounds.body.saturating_sub(bytes.len());
            bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                too_long = true;
                break;
            }
        }
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let body = if too_long { Content::TooLong(bytes.len() as u64) } else { content(bytes) };
        Ok(Answer { status, headers, body, millis, echoes_credentials: false })
    }
}

fn content(bytes: Vec<u8>) -> Content {
    if bytes.is_empty() {
        return Content::Empty;
    }
    match serde_json::from_slice(&bytes) {
        Ok(value) => Content::Json(value),
        Err(_) => match String::from_utf8(bytes) {
            Ok(text) => Content::Text(text),
            Err(error) => Content::Bytes(error.as_bytes().len() as u64),
        },
    }
}

/// The innermost cause, which says more than the layers around it.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
