//! The HTTP client: no redirects, no retries, no proxy unless asked, TLS always verified, bounded answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH};
use reqwest::redirect::Policy;
use reqwest::{Certificate, ClientBuilder, Identity, Proxy, Response};
use secrecy::{ExposeSecret, SecretSlice};
use thiserror::Error;
use tokio::time::timeout_at;

use super::answer_body::{AnswerMemory, content, no_room};
use super::{SignedRequest, no_answer};
use crate::model::contract::Status;
use crate::model::exchange::{Answer, AnswerContent};

/// How many times the longest answer all answers of a run may take in memory, together.
const ANSWERS: u64 = 8;

/// Bounds on every answer.
#[derive(Debug, Clone, Copy)]
pub struct AnswerLimits {
    /// Time to connect, the TLS handshake included.
    pub connect: Duration,
    /// Time from sending to the end of the header, and from there to the last byte.
    pub total: Duration,
    /// Bytes of all header fields together, names and values.
    pub header: usize,
    /// Bytes of a body, after it has been unpacked.
    pub body: usize,
}

impl AnswerMemory {
    /// The memory that all answers of a command may take.
    pub fn of(bounds: &AnswerLimits) -> Self {
        Self::new(bounds.body as u64 * ANSWERS)
    }
}

impl Default for AnswerLimits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_secs(70), header: 64 * 1024, body: 8 * 1024 * 1024 }
    }
}

/// The way to the server.
#[derive(Debug, Clone, Default)]
pub struct ServerRoute {
    /// Certificates of authorities that are trusted beside those of this machine (PEM, RFC 7468).
    pub authorities: Option<Vec<u8>>,
    /// URL of a proxy for every request. Those that the environment names are never used.
    pub proxy: Option<String>,
    /// The certificate that the client shows, with its chain and its key (PEM).
    pub identity: Option<SecretSlice<u8>>,
    /// Whether a connection may carry several requests. Otherwise each has one of its own: what a server sends too late or
    /// too often is then the answer to no request, and none is lost with a connection that the server has just given up.
    pub shared: bool,
    /// The memory that answers may take, where several clients share it.
    pub store: Option<Arc<AnswerMemory>>,
}

/// Sends requests to one server.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
    /// The same without a certificate, for other servers.
    elsewhere: reqwest::Client,
    bounds: AnswerLimits,
    store: Arc<AnswerMemory>,
}

/// The client cannot be made.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The certificates are none.
    #[error("it holds no certificate in PEM form (-----BEGIN CERTIFICATE-----): {0}")]
    Authorities(String),
    /// The certificate of the client cannot be used.
    #[error("it must hold a certificate and its key in PEM form (-----BEGIN CERTIFICATE-----, -----BEGIN PRIVATE KEY-----)")]
    Identity,
    /// The address of the proxy is none.
    #[error("it is no URL of a proxy: {0}")]
    Proxy(String),
    /// The TLS library refuses its own defaults.
    #[error("the HTTP client cannot be set up: {0}")]
    Unusable(String),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    /// In words.
    pub reason: String,
    /// Whether an answer began, and could not be read to its end.
    pub began: bool,
}

impl TransportError {
    fn before_answer(reason: String) -> Self {
        Self { reason, began: false }
    }

    fn broken(reason: String) -> Self {
        Self { reason, began: true }
    }
}

impl Client {
    /// A client with these bounds that takes this way.
    ///
    /// # Errors
    /// What the route names cannot be used.
    pub fn new(bounds: AnswerLimits, route: &ServerRoute) -> Result<Self, ClientError> {
        // Two libraries may bring a provider; the first one installed stays, and either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authorities = route.authorities.as_deref().map_or(Ok(Vec::new()), authorities)?;
        let proxy = route.proxy.as_ref().map(|url| Proxy::all(url).map_err(|error| ClientError::Proxy(no_answer::of(&error)))).transpose()?;
        let builder = || client_builder(bounds, proxy.clone(), route.shared);
        // What is wrong with it is not repeated: it may be the key.
        let identity = route.identity.as_ref().map(|pem| Identity::from_pem(pem.expose_secret()).map_err(|_| ClientError::Identity)).transpose()?;
        let build = |identity: Option<Identity>| {
            let shown = |builder: ClientBuilder| if let Some(identity) = identity.clone() { builder.identity(identity) } else { builder };
            let built = shown(builder()).tls_certs_merge(authorities.clone()).build();
            // A machine without any authority of its own reaches a server without TLS all the same.
            let built = built.or_else(|_| shown(builder()).tls_certs_only(authorities.clone()).build());
            built.map_err(|error| if identity.is_some() { ClientError::Identity } else { ClientError::Unusable(no_answer::of(&error)) })
        };
        let elsewhere = build(None)?;
        let inner = if identity.is_some() { build(identity)? } else { elsewhere.clone() };
        Ok(Self { inner, elsewhere, bounds, store: route.store.clone().unwrap_or_else(|| Arc::new(AnswerMemory::of(&bounds))) })
    }

    /// Sends one request. What the header says is believed; a body that cannot be read within the bounds is told as such.
    ///
    /// # Errors
    /// No answer came, none that is HTTP, or none that ends; why.
    pub async fn send(&self, request: &SignedRequest) -> Result<Answer, TransportError> {
        let client = if request.is_for_known_server() { &self.inner } else { &self.elsewhere };
        let request = request.unsigned_request();
        let method =
            reqwest::Method::from_bytes(request.method.as_str().as_bytes()).map_err(|error| TransportError::before_answer(error.to_string()))?;
        let mut builder = client.request(method, &request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        // Only what can be unpacked here is asked for; without this field any coding would be right (RFC 9110, section
        // 12.5.3).
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(ACCEPT_ENCODING.as_str())) {
            builder = builder.header(ACCEPT_ENCODING, "gzip");
        }
        match &request.body {
            Some(body) => builder = builder.body(body.clone()),
            // A method that means something by a body says that there is none (RFC 9110, section 8.6).
            None if request.method.has_body() => builder = builder.header(CONTENT_LENGTH, "0"),
            None => {}
        }
        let started = Instant::now();
        let answered = timeout_at(self.deadline(), builder.send()).await;
        let answered = answered.map_err(|_| format!("no answer within {}", seconds(self.bounds.total)));
        let response = answered.and_then(|answered| answered.map_err(|error| no_answer::of(&error))).map_err(TransportError::before_answer)?;
        let status = Status(response.status().as_u16());
        let broken = |what: String| TransportError::broken(format!("the answer {status} {what}"));
        let headers = headers(&response, self.bounds.header).map_err(broken)?;
        let read = timeout_at(self.deadline(), self.body(response, &headers)).await;
        let read = read.map_err(|_| broken(format!("did not end within {}", seconds(self.bounds.total))))?;
        let body = read.map_err(|reason| broken(format!("broke off: {reason}")))?;
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(Answer { status, headers, body, millis, echoes_credentials: false })
    }

    pub(super) fn inner(&self) -> &reqwest::Client {
        &self.inner
    }

    pub(super) fn bounds(&self) -> &AnswerLimits {
        &self.bounds
    }

    fn deadline(&self) -> tokio::time::Instant {
        tokio::time::Instant::now() + self.bounds.total
    }

    async fn body(&self, mut response: Response, headers: &[(String, String)]) -> Result<AnswerContent, String> {
        let mut held = self.store.reserve_memory();
        let mut bytes: Vec<u8> = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer::of(&error))? {
            let room = self.bounds.body.saturating_sub(bytes.len());
            if chunk.len() > room {
                return Ok(AnswerContent::TooLong(self.bounds.body as u64));
            }
            if !held.take(chunk.len() as u64) {
                return Ok(no_room());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(content(bytes, headers, self.bounds.body, held))
    }
}

fn client_builder(bounds: AnswerLimits, proxy: Option<Proxy>, shared: bool) -> ClientBuilder {
    let builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(bounds.connect.min(bounds.total))
        .pool_max_idle_per_host(if shared { usize::MAX } else { 0 })
        .user_agent(concat!("probity/", env!("CARGO_PKG_VERSION")));
    match proxy {
        Some(proxy) => builder.proxy(proxy),
        None => builder,
    }
}

fn authorities(pem: &[u8]) -> Result<Vec<Certificate>, ClientError> {
    let certificates = Certificate::from_pem_bundle(pem).map_err(|error| ClientError::Authorities(no_answer::of(&error)))?;
    if certificates.is_empty() {
        return Err(ClientError::Authorities("there is none in it".to_owned()));
    }
    Ok(certificates)
}

/// The header fields of an answer, in the order they came.
fn headers(response: &Response, most: usize) -> Result<Vec<(String, String)>, String> {
    let length: usize = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if length > most {
        return Err(format!("has a header of more than {most} bytes"));
    }
    let fields = response.headers().iter();
    Ok(fields.map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect())
}

pub(super) fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
}
