//! A small HTTP server for tests, answered by a function.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use probity::cli::{Subject, assemble, record, run_args};
use probity::model::report::Report;
use probity::model::verdict::Verdict;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::Folder;

/// A request: its method, its path, and its body where that is JSON.
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

/// Status, body and further fields of an answer; null for no body.
pub type Answered = (u16, Value, Vec<(&'static str, String)>);

/// Says what is answered.
type Answer = Box<dyn Fn(&Asked) -> Answered + Send + Sync>;

struct Shared {
    answer: Answer,
    seen: Mutex<Vec<String>>,
}

/// A server for as long as the value lives.
pub struct Server {
    folder: Folder,
    url: String,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

impl Server {
    /// Serves a contract by a function.
    pub fn start(name: &str, contract: &str, answer: impl Fn(&Asked) -> (u16, Value) + Send + Sync + 'static) -> Self {
        Self::telling(name, contract, move |asked: &Asked| {
            let (status, body) = answer(asked);
            (status, body, Vec::new())
        })
    }

    /// The same by a function that says more than status and body.
    pub fn telling(name: &str, contract: &str, answer: impl Fn(&Asked) -> Answered + Send + Sync + 'static) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared { answer: Box::new(answer), seen: Mutex::default() });
        let router = Router::new().fallback(reply).with_state(Arc::clone(&shared));
        runtime.spawn(async { axum::serve(listener, router).await });
        let folder = Folder::new(&format!("foreign-{name}"));
        folder.write("contract.yaml", contract);
        Self { folder, url, shared, _runtime: runtime }
    }

    /// Runs the contract against it.
    pub fn run(&self, more: &[&str]) -> Report {
        let (contract, state) = (self.folder.0.join("contract.yaml"), self.folder.0.join("state"));
        let files = ["--contract", contract.to_str().expect("a path"), "--state", state.to_str().expect("a path")];
        let args = run_args(&[&["--target", &self.url, "--retries", "0"], &files[..], more].concat()).expect("arguments");
        let subject = Subject::load(&args.scope.files).expect("the contract");
        let recording = record(&args, &subject).unwrap_or_else(|stop| panic!("{more:?}: {stop}"));
        assemble(&subject, &recording)
    }

    /// Runs the program against it, with everything that follows a run; the report.
    pub fn whole(&self, more: &[&str]) -> Value {
        let words = ["run", "--contract", "contract.yaml", "--state", "state", "--target", &self.url];
        let once: &[&str] = if more.contains(&"--retries") { &[] } else { &["--retries", "0"] };
        let output = self.folder.run(&[&words[..], once, more].concat());
        assert!(output.status.code().is_some_and(|code| code != 2), "{}", crate::support::text(&output));
        self.folder.report()
    }

    /// Writes a file for a run; its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        self.folder.write(name, text).to_str().expect("a path").to_owned()
    }

    /// Every request so far, as method and path.
    pub fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().expect("nobody panics").clone()
    }
}

async fn reply(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let field = |(name, value): (&HeaderName, &HeaderValue)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned());
    let headers = request.headers().iter().map(field).collect();
    let bytes = to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default();
    shared.seen.lock().expect("nobody panics").push(format!("{method} {path}"));
    let (status, body, more) = (shared.answer)(&Asked {
        method,
        path,
        target,
        headers,
        body: serde_json::from_slice(&bytes).ok(),
        text: String::from_utf8_lossy(&bytes).into_owned(),
    });
    let answer = more.into_iter().fold(Response::builder().status(status), |answer, (name, value)| answer.header(name, value));
    let answer = if body.is_null() {
        answer.body(Body::empty())
    } else {
        answer.header("content-type", "application/json").body(Body::from(body.to_string()))
    };
    answer.expect("an answer")
}

/// Everything that is said of cells, but for what conforms.
pub fn said(report: &Report) -> Vec<String> {
    let open = report.cells.iter().filter(|cell| !matches!(cell.verdict, Verdict::Conforms | Verdict::Held));
    let told = open.map(|cell| {
        let findings: Vec<&str> = cell.findings.iter().map(|finding| finding.message.as_str()).collect();
        format!("{} {} {}: {} {}", cell.operation, cell.status, cell.verdict.word(), cell.reason.as_deref().unwrap_or_default(), findings.join(", "))
    });
    told.collect()
}

/// The verdict of a cell.
pub fn verdict(report: &Report, operation: &str, status: u16) -> &'static str {
    let cell = report.cells.iter().find(|cell| cell.operation == operation && cell.status.0 == status);
    cell.map_or("none", |cell| cell.verdict.word())
}
