//! A small server on this machine, answered by a function, and the program run against it.

use std::collections::BTreeMap;
use std::process::Output;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::{Folder, text};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The fields of the header, by names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Asked {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

/// An answer without more header fields.
pub fn reply(status: u16, body: Value) -> Reply {
    Reply { status, headers: Vec::new(), body }
}

impl Reply {
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

/// A server for as long as the value lives.
pub struct Server {
    pub url: String,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

impl Server {
    pub fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared { answer: Box::new(answer), seen: Mutex::default() });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        runtime.spawn(async { axum::serve(listener, router).await });
        Self { url, shared, _runtime: runtime }
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Asked> {
        self.shared.seen.lock().expect("nobody panics").clone()
    }
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let method = request.method().to_string();
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers = request.headers().iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let headers = headers.collect();
    let body = to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default();
    let asked = Asked { method, target, headers, body: String::from_utf8_lossy(&body).into_owned() };
    shared.seen.lock().expect("nobody panics").push(asked.clone());
    let Reply { status, headers, body } = (shared.answer)(&asked);
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(name, value);
    }
    let answer = if body.is_null() {
        answer.body(Body::empty())
    } else {
        answer.header("content-type", "application/json").body(Body::from(body.to_string()))
    };
    answer.expect("an answer")
}

/// A folder with a contract and a suite.
pub fn folder(name: &str, contract: &str, suite: &str) -> Folder {
    let folder = Folder::new(&format!("credentials-{name}"));
    folder.write("contract.yaml", contract);
    folder.write("suite.yaml", format!("name: s\ncontract: contract.yaml\n{suite}"));
    folder
}

/// A command of the program in it, with these variables.
pub fn command(folder: &Folder, words: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = folder.command(words);
    command.envs(variables.iter().copied()).output().expect("the command runs")
}

/// A run against a server.
pub fn run(folder: &Folder, server: &Server, more: &[&str], variables: &[(&str, &str)]) -> Output {
    let words = ["run", "--suite", "suite.yaml", "--target", &server.url, "--state", "state", "--retries", "0", "--keep", "all"];
    command(folder, &[&words[..], more].concat(), variables)
}

/// A cell of the report of the last run.
pub fn cell(folder: &Folder, operation: &str, status: u16) -> Value {
    let report = folder.report();
    let cells = report["cells"].as_array().expect("cells");
    cells.iter().find(|cell| cell["operation"] == operation && cell["status"] == status).cloned().unwrap_or_default()
}

/// Everything that a command printed and left in its folder.
pub fn everything(folder: &Folder, output: &Output) -> String {
    let mut all = text(output);
    let mut folders = vec![folder.0.clone()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder").flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => all.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap_or_default())),
            }
        }
    }
    all
}
