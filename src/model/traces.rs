//! What a run did to its target: what it made, what it changed, and what is left.

use serde::{Deserialize, Serialize};

use super::contract::Status;
use super::ids::ProbeId;

/// What a run did to its target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTraces {
    /// What it made.
    pub made: Vec<Made>,
    /// What it changed and had not made.
    pub changed: Vec<Changed>,
    /// What is left.
    pub left: Vec<Leftover>,
    /// Which commands around resources have failed, and how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_commands: Vec<String>,
    /// How many requests only obtained a credential.
    #[serde(default)]
    pub log_ins: u64,
    /// How many requests were refused because their token had ended, and were sent once more.
    #[serde(default)]
    pub resent: u64,
}

/// Something that the run made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Made {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The probe that made it.
    pub probe: ProbeId,
    /// Whether it is gone again.
    pub removed: bool,
}

/// Something that the run changed by permission and had not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Changed {
    /// The operation that changed it.
    pub operation: String,
    /// The probe.
    pub probe: ProbeId,
    /// Method and path.
    pub request: String,
    /// Whether it is as it was before.
    pub put_back: bool,
    /// Why it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The cause of something, as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CauseLink {
    /// The cell that is the cause, as `operation::status`, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// The probe that is the cause.
    pub probe: ProbeId,
    /// The status that it was answered with; absent where none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}

/// Something that is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Leftover {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The address of the last request about it: that which was to remove it, else that which made it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// The operation that was to remove it; empty where none does.
    pub operation: String,
    /// Why it is left.
    pub reason: String,
    /// Whether an operation could have removed it.
    #[serde(default)]
    pub removable: bool,
    /// The probe that made it, or that was to remove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<CauseLink>,
}
