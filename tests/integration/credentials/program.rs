//! The program with a contract and a suite of its own, run against a small server.

use std::process::Output;

use serde_json::Value;

use crate::support::server::Served;
use crate::support::{Folder, text};

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
pub fn run(folder: &Folder, server: &Served, more: &[&str], variables: &[(&str, &str)]) -> Output {
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
