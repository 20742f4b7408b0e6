//! A small server on this machine, answered by a function.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A request: its method, its path, and its body where that is JSON.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    /// Path and query as they came.
    pub target: String,
    /// The fields of the header, by names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Option<Value>,
    /// The body as it came.
    pub text: String,
}

impl Asked {
    /// A field of the header, by its name in lower case; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// An answer; without a body it has no content type of its own.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
}

impl Reply {
    /// JSON; null for no body.
    pub fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if body.is_null() { Self { status, headers: Vec::new(), body: None } } else { Self { status, headers, body: Some(body.to_string()) } }
    }

    /// The same with one more field in the header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

type Answer = Box<dyn Fn(&Asked) -> Reply + Send + Sync>;

struct Shared {
    answer: Answer,
    seen: Mutex<Vec<Asked>>,
}

/// A server on a free port for as long as the value lives.
pub struct Served {
    /// Where it is.
    pub url: String,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

impl Served {
    /// Answers every request by a function.
    pub fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared { answer: Box::new(answer), seen: Mutex::default() });
        let router = Router::new().fallback(reply).with_state(Arc::clone(&shared));
        runtime.spawn(async { axum::serve(listener, router).await });
        Self { url, shared, _runtime: runtime }
    }

    /// Every request so far, as method and path.
    pub fn seen(&self) -> Vec<String> {
        self.requests().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    /// Every request so far, whole.
    pub fn requests(&self) -> Vec<Asked> {
        self.shared.seen.lock().expect("nobody panics").clone()
    }
}

async fn reply(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let field = |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned());
    let headers = request.headers().iter().map(field).collect();
    let bytes = to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default();
    let (body, text) = (serde_json::from_slice(&bytes).ok(), String::from_utf8_lossy(&bytes).into_owned());
    let asked = Asked { method, path, target, headers, body, text };
    shared.seen.lock().expect("nobody panics").push(asked.clone());
    let reply = (shared.answer)(&asked);
    let answer = reply.headers.iter().fold(Response::builder().status(reply.status), |answer, (name, value)| answer.header(name, value));
    answer.body(reply.body.map_or_else(Body::empty, Body::from)).expect("an answer")
}
