//! The verdict on a cell, and the findings behind it.

use super::file_place::WrittenPlaces;
use super::ids::ProbeId;
use serde::{Deserialize, Serialize};

/// What is said of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// An exchange shows the status, and every check holds.
    Conforms,
    /// An exchange breaks the contract.
    Violates,
    /// No way is known to provoke it, or the answer was another that the contract allows.
    Unreached,
    /// A control or a fixture failed, or something else refused first.
    Blocked,
    /// No answer came.
    Inconclusive,
    /// Left out by choice.
    Skipped,
    /// A named deviation that is accepted.
    Waived,
    /// An accepted deviation that is not there any more.
    StaleWaiver,
    /// Never provoked, and not seen in any exchange.
    Held,
}

impl Verdict {
    /// Every verdict, in the order in which totals are printed.
    pub const ALL: [Self; 9] = [
        Self::Conforms,
        Self::Held,
        Self::Violates,
        Self::Blocked,
        Self::Inconclusive,
        Self::Unreached,
        Self::Skipped,
        Self::Waived,
        Self::StaleWaiver,
    ];

    /// Whether an answer has shown it, in accordance with the contract or not.
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Conforms | Self::Violates)
    }

    /// Whether something stood in the way.
    pub fn is_blocked(self) -> bool {
        self == Self::Blocked
    }

    /// Whether nothing was shown although it was tried.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Blocked | Self::Unreached | Self::Inconclusive)
    }

    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Violates => "violates",
            Self::Unreached => "unreached",
            Self::Blocked => "blocked",
            Self::Inconclusive => "inconclusive",
            Self::Skipped => "skipped",
            Self::Waived => "waived",
            Self::StaleWaiver => "stale-waiver",
            Self::Held => "held",
        }
    }
}

/// How binding a rule is (RFC 2119).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Breaks the run.
    Must,
    /// Warns; breaks the run when asked to be strict.
    Should,
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// Name of the check.
    pub check: String,
    /// How binding the rule is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What the rule asks for.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// Place in the contract.
    pub contract: String,
    /// Place in the answer: `status`, `header NAME`, or `body` with a JSON Pointer.
    pub answer: String,
    /// The document and section that the rule comes from.
    pub citation: String,
    /// The probe whose exchange shows it.
    pub probe: ProbeId,
    /// A command that shows it again; credentials are names of environment variables.
    pub curl: String,
    /// Where operation and response stand in the contract's files.
    #[serde(default, skip_serializing_if = "WrittenPlaces::is_empty")]
    pub written: WrittenPlaces,
    /// How often it was seen, and in how small a request.
    #[serde(flatten)]
    pub sightings: Sightings,
}

/// How often a finding was seen, in how small a request, and what it looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Sightings {
    /// How many of the tries showed it.
    pub seen: u64,
    /// How often the request was sent.
    pub tries: u64,
    /// What is left of a request with drawn values when everything is taken away that the finding does not need, in words.
    pub shrunk: Option<String>,
    /// The place of the answer on one line.
    pub excerpt: Option<Excerpt>,
    /// Whether others who use the server at the same time may have brought it about.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub others: bool,
}

/// A part of an answer on one line, with what is meant in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Excerpt {
    /// The line; what does not matter in it is left out (`…`).
    pub line: String,
    /// Where it begins, in characters from 0.
    pub column: u64,
    /// How many characters it has.
    pub width: u64,
}

impl Default for Sightings {
    /// Seen at the first and only try.
    fn default() -> Self {
        Self { seen: 1, tries: 1, shrunk: None, excerpt: None, others: false }
    }
}
