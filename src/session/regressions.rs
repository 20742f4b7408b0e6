//! The regression file: drawn requests that failed, shrunk, which later runs send first.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::options::Scope;
use super::{atomic_file, json_file};
use crate::model::drawn::Drawn;
use crate::model::verdict::Finding;
use crate::session::stop::Stop;

/// Version of the form of the file.
const VERSION: u32 = 1;

/// The longest file that is read, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// The name of the file in the state folder.
const NAME: &str = "regressions.json";

/// What the file holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct RegressionFile {
    version: u32,
    regressions: Vec<Regression>,
}

/// One request that failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Regression {
    /// Title of the contract.
    pub contract: String,
    /// The check that found something.
    pub check: String,
    /// What it found.
    pub message: String,
    /// The request.
    pub drawn: Drawn,
}

impl Regression {
    /// What is kept of a finding.
    pub fn new(contract: &str, finding: &Finding, drawn: Drawn) -> Self {
        Self { contract: contract.to_owned(), check: finding.check.clone(), message: finding.message.clone(), drawn }
    }

    fn is_same_case(&self, other: &Self) -> bool {
        self.contract == other.contract
            && self.check == other.check
            && self.drawn.operation == other.drawn.operation
            && self.drawn.changes == other.drawn.changes
    }
}

/// Where the file is: where it was said to be, else in the state folder.
pub fn place(scope: &Scope) -> PathBuf {
    scope.selection.regressions.clone().unwrap_or_else(|| scope.pace.state.join(NAME))
}

/// The requests that failed before under a contract; none where there is no file.
///
/// # Errors
/// The file was named and is not there, or it is not what it should be.
pub fn read_for_contract(scope: &Scope, contract: &str) -> Result<Vec<Drawn>, Stop> {
    let all = read_file(&place(scope))?;
    Ok(all.into_iter().filter(|one| one.contract == contract).map(|one| one.drawn).collect())
}

fn read_file(path: &Path) -> Result<Vec<Regression>, Stop> {
    // The first run that finds something makes it.
    if !path.exists() {
        return Ok(Vec::new());
    }
    let file: RegressionFile = json_file::read(path, LONGEST, "regression file")?;
    json_file::of_version(path, "regression file", file.version, VERSION)?;
    Ok(file.regressions)
}

/// Adds what was found; what is known already stays as it is.
///
/// # Errors
/// The file cannot be read or written.
pub fn keep(path: &Path, found: Vec<Regression>) -> Result<(), Stop> {
    let mut regressions = read_file(path)?;
    for one in found {
        if regressions.iter().all(|known| !known.is_same_case(&one)) {
            regressions.push(one);
        }
    }
    let text = serde_json::to_string_pretty(&RegressionFile { version: VERSION, regressions }).map_err(|error| Stop::Unusable(error.to_string()))?;
    atomic_file::write(path, &(text + "\n"))
}
