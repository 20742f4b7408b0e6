//! A server of one contract, and runs of the contract against it.

use probity::cli::{Specification, assemble, record, run_args};
use probity::model::report::Report;
use probity::model::verdict::Verdict;
use serde_json::Value;

use crate::support::Folder;
pub use crate::support::server::Asked;
use crate::support::server::{Reply, Served};

/// Status, body and further fields of an answer; null for no body.
pub type Answered = (u16, Value, Vec<(&'static str, String)>);

/// A server for as long as the value lives.
pub struct Server {
    folder: Folder,
    served: Served,
}

impl Server {
    /// Serves a contract by a function that says status and body; null for no body.
    pub fn start(name: &str, contract: &str, answer: impl Fn(&Asked) -> (u16, Value) + Send + Sync + 'static) -> Self {
        Self::telling(name, contract, move |asked: &Asked| {
            let (status, body) = answer(asked);
            (status, body, Vec::new())
        })
    }

    /// The same by a function that says more than status and body.
    pub fn telling(name: &str, contract: &str, answer: impl Fn(&Asked) -> Answered + Send + Sync + 'static) -> Self {
        let served = Served::start(move |asked| {
            let (status, body, more) = answer(asked);
            let mut reply = Reply::json(status, &body);
            reply.headers.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
            reply
        });
        let folder = Folder::new(&format!("foreign-{name}"));
        folder.write("contract.yaml", contract);
        Self { folder, served }
    }

    /// Runs the contract against it.
    pub fn run(&self, more: &[&str]) -> Report {
        let (contract, state) = (self.folder.0.join("contract.yaml"), self.folder.0.join("state"));
        let files = ["--contract", contract.to_str().expect("a path"), "--state", state.to_str().expect("a path")];
        let args = run_args(&[&["--target", &self.served.url, "--retries", "0"], &files[..], more].concat()).expect("arguments");
        let subject = Specification::load(&args.scope.files).expect("the contract");
        let recording = record(&args, &subject).unwrap_or_else(|stop| panic!("{more:?}: {stop}"));
        assemble(&subject, &recording)
    }

    /// Runs the program against it, with everything that follows a run; the report.
    pub fn whole(&self, more: &[&str]) -> Value {
        let words = ["run", "--contract", "contract.yaml", "--state", "state", "--target", &self.served.url];
        let once: &[&str] = if more.contains(&"--retries") { &[] } else { &["--retries", "0"] };
        let output = self.folder.run(&[&words[..], once, more].concat());
        assert!(output.status.code().is_some_and(|code| code != 2), "{}", crate::support::text(&output));
        self.folder.report()
    }

    /// Every request so far, as method and path.
    pub fn seen(&self) -> Vec<String> {
        self.served.seen()
    }
}

/// Everything that is said of cells, but for what conforms.
pub fn said(report: &Report) -> Vec<String> {
    let open = report.cells.iter().filter(|cell| !matches!(cell.verdict, Verdict::Conforms | Verdict::Held));
    let told = open.map(|cell| {
        let findings: Vec<&str> = cell.findings.iter().map(|finding| finding.message.as_str()).collect();
        format!(
            "{} {} {}: {} {}",
            cell.operation,
            cell.status,
            cell.verdict.as_str(),
            cell.reason.as_deref().unwrap_or_default(),
            findings.join(", ")
        )
    });
    told.collect()
}

/// The verdict of a cell.
pub fn verdict(report: &Report, operation: &str, status: u16) -> &'static str {
    let cell = report.cells.iter().find(|cell| cell.operation == operation && cell.status.0 == status);
    cell.map_or("none", |cell| cell.verdict.as_str())
}
