//! The report: the matrix with every verdict and the exchanges behind it.
//! Its JSON form is `schemas/report.schema.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::certainty::Certainty;
use super::check_level::CheckLevels;
use super::contract::Status;
use super::effect::Effect;
use super::ids::ProbeId;
use super::issue::DocumentIssue;
use super::keep::Keep;
use super::reason::Code;
pub use super::traces::{CauseLink, Changed, Leftover, Made, RunTraces};
use super::trigger_name::TriggerName;
use super::verdict::{Finding, Severity, Verdict};

/// Version of the form of `report.json`.
pub const SCHEMA_VERSION: u32 = 2;

/// Everything a run has to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// What is kept of the answers; absent where that is everything.
    #[serde(default, skip_serializing_if = "Keep::is_all")]
    pub keep: Keep,
    /// Sums.
    pub totals: Totals,
    /// The matrix, in the order of the contract.
    pub cells: Vec<Cell>,
    /// What belongs to no single cell.
    pub findings: Vec<Finding>,
    /// All findings, those of cells as well, by their causes: one thing that is wrong in many answers is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// What answers hold that the contract does not know. It breaks nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undocumented: Vec<Undocumented>,
    /// Where documents differ and either answer is right: which one the server gives. It breaks nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    /// Valid requests that were taken after those of the contract were refused; the suite can name them (`requests`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found_requests: Vec<FoundRequest>,
    /// Operations whose valid request was the suite's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own_requests: Vec<String>,
    /// Checks whose findings count for less or more than the checks themselves say.
    #[serde(default, skip_serializing_if = "CheckLevels::is_empty")]
    pub checks: CheckLevels,
    /// Every probe that was sent, in the order in which it ended; their requests add up to `totals.requests`.
    pub probes: Vec<SentProbe>,
    /// Everything that the run is known to have made on the target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<Made>,
    /// What the run changed by permission and had not made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<Changed>,
    /// What of it is as it was before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put_back: Vec<Changed>,
    /// What the run made, or may have made, and that is still there; and what came back from a write and has no known owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Leftover>,
    /// Commands of the suite around resources that have failed, and how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_commands: Vec<String>,
    /// Cells that an earlier run found wrong, by which this one was chosen (`--failed`), and that it has not judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub still_wrong: Vec<NamedCell>,
    /// What is wrong with the contract's document itself. It breaks nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub document_issues: Vec<DocumentIssue>,
}

/// The name of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NamedCell {
    /// Operation id, or `*` for the server as a whole.
    pub operation: String,
    /// Status.
    pub status: Status,
}

/// What one or more findings come from: the same rule at the same place of an answer, but for the index of an item. A wrong
/// status has a cause in each exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cause {
    /// Name of the check.
    pub check: String,
    /// How binding the rule is.
    pub severity: Severity,
    /// What is wrong, as the first of the findings says it.
    pub message: String,
    /// How many findings it has.
    pub findings: u64,
    /// The cells with such a finding, as `operation::status`; none where they belong to no cell.
    pub cells: Vec<String>,
    /// The probes whose exchanges show it.
    pub probes: Vec<ProbeId>,
}

/// A choice that the contract leaves to the server, and what it chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Alternative {
    /// The operation; empty where it is the same for all.
    pub operation: String,
    /// What documents differ about.
    pub about: String,
    /// What the server does.
    pub takes: String,
    /// What other documents show.
    pub others: Vec<String>,
    /// Where it is described.
    pub sources: Vec<String>,
}

/// A valid request that is not the contract's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FoundRequest {
    /// The operation.
    pub operation: String,
    /// The body, with what the run put in.
    pub body: serde_json::Value,
    /// Pairs of the query.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(String, String)>,
}

/// Something in answers that the contract does not know: no violation, but drift between the server and its documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SentProbe {
    /// Its id.
    pub id: ProbeId,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ContractName {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
}

/// The target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Target {
    /// Base URL, or `mock` for the embedded one.
    pub url: String,
    /// Which operations may be called.
    pub profile: String,
}

/// Sums over the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Totals {
    /// Cells in the matrix, without those that are only inferred.
    pub cells: u64,
    /// Cells by verdict, each verdict present.
    #[serde(flatten)]
    pub verdicts: BTreeMap<String, u64>,
    /// Those of the cells that conform of which not everything was judged.
    #[serde(default)]
    pub in_part: u64,
    /// Cells whose status no document names, by verdict; absent where there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inferred: BTreeMap<String, u64>,
    /// Cells of the contract that were not asked for, because the run was about others; absent where all were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_selected: u64,
    /// Requests beside all others that only obtained the run's own credentials; absent where there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub log_in_requests: u64,
    /// Requests beside all others that were refused because their token had ended, and were sent once more; absent where there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resent_requests: u64,
    /// Requests sent, all purposes together.
    pub requests: u64,
    /// Those of them that only made fixtures.
    pub fixture_requests: u64,
    /// Those of them that only cleaned up.
    pub cleanup_requests: u64,
}

impl Cell {
    /// Whether it conforms as far as it was judged, and not everything was.
    pub fn is_in_part(&self) -> bool {
        self.verdict == Verdict::Conforms && self.in_part.is_some()
    }
}

/// Whether a count is left out.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Totals {
    /// The sums over cells, with every verdict present, and how many requests were sent in all, for fixtures and for clean-up.
    pub fn totals_of(cells: &[Cell], requests: u64, fixture_requests: u64, cleanup_requests: u64) -> Self {
        let count = |inferred: bool, verdict: Verdict| -> u64 {
            cells.iter().map(|cell| u64::from(cell.verdict == verdict && cell.certainty.is_inferred() == inferred)).sum()
        };
        let counted = |inferred: bool| Verdict::ALL.into_iter().map(move |verdict| (verdict.as_str().to_owned(), count(inferred, verdict)));
        Self {
            cells: cells.iter().map(|cell| u64::from(!cell.certainty.is_inferred())).sum(),
            verdicts: counted(false).collect(),
            inferred: counted(true).filter(|(_, count)| *count > 0).collect(),
            in_part: cells.iter().map(|cell| u64::from(cell.is_in_part() && !cell.certainty.is_inferred())).sum(),
            not_selected: 0,
            log_in_requests: 0,
            resent_requests: 0,
            requests,
            fixture_requests,
            cleanup_requests,
        }
    }

    /// Cells with this verdict, without those that are only inferred.
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.verdicts.get(verdict.as_str()).copied().unwrap_or(0)
    }

    /// Inferred cells with this verdict.
    pub fn inferred(&self, verdict: Verdict) -> u64 {
        self.inferred.get(verdict.as_str()).copied().unwrap_or(0)
    }
}

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// The document that the contract has it from, with its address where the contract names one; absent where it names none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// What is said of it.
    pub verdict: Verdict,
    /// Why; absent where the verdict says it all.
    pub reason: Option<String>,
    /// Of a cell that conforms: what was not judged, and why that is accepted; absent where everything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_part: Option<String>,
    /// The probes that were sent for it.
    pub probes: Vec<CellProbe>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// What sort of reason it is; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The probe that is the cause; absent where no probe is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<CauseLink>,
    /// When an earlier run said so (RFC 3339, UTC); absent for what this run says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered: Option<String>,
}

/// A probe in a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CellProbe {
    /// Its id.
    pub id: ProbeId,
    /// Its trigger.
    pub trigger: TriggerName,
    /// The status of the answer that counts; absent when none came.
    pub status: Option<Status>,
    /// The one thing that was wrong with the request; absent for a valid one.
    pub fault: Option<String>,
    /// What it would change if the server accepted it.
    #[serde(default)]
    pub effect: Effect,
    /// Requests sent for it.
    pub requests: u64,
}
