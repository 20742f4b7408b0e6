//! A folder with a contract, and the program in it.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder of its own for each test, gone afterwards.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new(name: &str, contract: &str) -> Self {
        let path = std::env::temp_dir().join(format!("probity-rim-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        let place = Self(path);
        place.write("contract.yaml", contract);
        place
    }

    /// Writes a file that only its owner can read.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file");
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its permissions");
        path
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
        command.current_dir(&self.0).env_clear().stdin(Stdio::null()).args(words);
        command
    }

    /// Runs the contract against a server.
    pub fn run(&self, target: &str, more: &[&str]) -> Output {
        self.command(&["run", "--contract", "contract.yaml", "--target", target, "--timeout", "5"]).args(more).output().expect("the command runs")
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

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Everything that a command printed.
pub fn shown(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
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
