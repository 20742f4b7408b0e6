//! A folder with a contract in it, and the program run there.

use std::process::Output;

use serde_json::Value;

use crate::support::Folder;

impl Folder {
    /// A folder with a contract in it.
    pub fn with_contract(name: &str, contract: &str) -> Self {
        let folder = Self::new(name);
        folder.write("contract.yaml", contract);
        folder
    }

    /// Runs the contract against a server.
    pub fn against(&self, target: &str, more: &[&str]) -> Output {
        self.run(&[&["run", "--contract", "contract.yaml", "--target", target, "--timeout", "5"], more].concat())
    }

    /// The verdict of a cell, and everything that is told of it.
    pub fn cell(&self, operation: &str, status: u64) -> (String, String) {
        let text = std::fs::read_to_string(self.0.join("reports/report.json")).unwrap_or_default();
        let report: Value = serde_json::from_str(&text).unwrap_or_default();
        let cells = report["cells"].as_array().cloned().unwrap_or_default();
        let cell = cells.iter().find(|cell| cell["operation"] == operation && cell["status"] == status).cloned().unwrap_or_default();
        (cell["verdict"].as_str().unwrap_or("none").to_owned(), format!("{} {}", cell["reason"], cell["findings"]))
    }
}

/// One operation that finds something.
pub const ONE: &str = r"openapi: 3.1.0
info: {title: Rim, version: '1'}
paths:
  /thing:
    get:
      operationId: thing.get
      responses:
        '200': {description: found, content: {application/json: {schema: {type: object}}}}
";
