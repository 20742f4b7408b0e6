//! The report: the matrix with every verdict and the exchanges behind it. Its JSON form is `schemas/report.schema.json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::certainty::Certainty;
use super::contract::Status;
use super::verdict::{Finding, Verdict};

/// Version of the form of `report.json`.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything a run has to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of this form.
    pub schema_version: u32,
    /// Which program wrote it.
    pub tool: Tool,
    /// Name of the suite.
    pub suite: String,
    /// The contract that was held against the target.
    pub contract: ContractName,
    /// What was asked.
    pub target: Target,
    /// When the run started (RFC 3339, UTC).
    pub started_at: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Seed of everything that was drawn by chance.
    pub seed: u64,
    /// Sums.
    pub totals: Totals,
    /// The matrix, in the order of the contract.
    pub cells: Vec<Cell>,
    /// What belongs to no single cell.
    pub findings: Vec<Finding>,
    /// What answers hold that the contract does not know. It breaks nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undocumented: Vec<Undocumented>,
    /// Every probe that was sent, in the order in which it ended; their requests add up to `totals.requests`.
    pub probes: Vec<SentProbe>,
    /// What the run made and could not remove.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Leftover>,
}

/// Something that the run made and that is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leftover {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The operation that was to remove it.
    pub operation: String,
    /// Why it did not.
    pub reason: String,
}

/// Something in answers that the contract does not know: no violation, but drift between the server and its documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Undocumented {
    /// `status`, `header` or `member`.
    pub kind: String,
    /// The operation; of a header, the first one that was answered with it.
    pub operation: String,
    /// The status of the answer.
    pub status: Status,
    /// The status again, the name of the header, or a JSON Pointer (RFC 6901) into the body in which `*` stands for any item.
    pub place: String,
    /// In how many answers it was seen.
    pub seen: u64,
}

/// A probe that was sent, whatever it was for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SentProbe {
    /// Its id.
    pub id: String,
    /// The operation that was asked.
    pub operation: String,
    /// `probe` for a cell, `fixture` for what other probes need, `cleanup` for what the run made,
    /// `again` for what was sent once more because of what was found.
    pub purpose: String,
    /// The status of the answer that counts; absent when none came.
    pub status: Option<Status>,
    /// Requests sent for it.
    pub requests: u64,
}

/// The program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContractName {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
}

/// The target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// Base URL, or `mock` for the embedded one.
    pub url: String,
    /// Which operations may be called.
    pub profile: String,
}

/// Sums over the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Cells in the matrix, without those that are only inferred.
    pub cells: u64,
    /// Cells by verdict, each verdict present.
    #[serde(flatten)]
    pub verdicts: BTreeMap<String, u64>,
    /// Cells whose status nobody documents, by verdict; absent where there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inferred: BTreeMap<String, u64>,
    /// Requests sent, all purposes together.
    pub requests: u64,
    /// Those of them that only made fixtures.
    pub fixture_requests: u64,
    /// Those of them that only cleaned up.
    pub cleanup_requests: u64,
}

impl Totals {
    /// Cells with this verdict, without those that are only inferred.
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.verdicts.get(verdict.word()).copied().unwrap_or(0)
    }

    /// Inferred cells with this verdict.
    pub fn inferred(&self, verdict: Verdict) -> u64 {
        self.inferred.get(verdict.word()).copied().unwrap_or(0)
    }
}

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// Operation id, or `*` for the server as a whole.
    pub operation: String,
    /// The part of the API the operation belongs to; empty for the server as a whole.
    pub api: String,
    /// HTTP method; empty for the server as a whole.
    pub method: String,
    /// Path template; empty for the server as a whole.
    pub path: String,
    /// Declared status.
    pub status: Status,
    /// Declared once for every operation.
    pub general: bool,
    /// How sure the contract is of it; absent where a document says so.
    #[serde(default, skip_serializing_if = "Certainty::is_documented")]
    pub certainty: Certainty,
    /// What is said of it.
    pub verdict: Verdict,
    /// Why; absent where the verdict says it all.
    pub reason: Option<String>,
    /// The probes that were sent for it.
    pub probes: Vec<CellProbe>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// When an earlier run said so (RFC 3339, UTC); absent for what this run says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered: Option<String>,
}

/// A probe in a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CellProbe {
    /// Its id.
    pub id: String,
    /// Its trigger.
    pub trigger: String,
    /// The status of the answer that counts; absent when none came.
    pub status: Option<Status>,
    /// The one thing that was wrong with the request; absent for a valid one.
    pub fault: Option<String>,
    /// Requests sent for it.
    pub requests: u64,
}
