//! Why something was not done or not proved: a code for programs, and words for people.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::contract::Status;
use super::effect::Effect;

/// What sort of reason it is. Verdicts, exit codes and the end of a run go by this and never by the words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Anything that nothing else depends on; the words say it.
    #[default]
    Other,
    /// Requests of this effect are not allowed.
    NotAllowed(Effect),
    /// An effect that the suite names is not allowed.
    EffectNotAllowed,
    /// The suite leaves the operation out.
    LeftOut,
    /// There are no credentials for it.
    NoCredentials,
    /// The budget is spent, or goes to other requests.
    Budget,
    /// The run was asked to end.
    Interrupted,
    /// The server refused with this status.
    Refused(Status),
    /// Every valid request to the API was refused with this status: the account may not have it.
    Unavailable(Status),
    /// No answer came.
    Silent,
    /// The server answers another status that the contract allows as well.
    AllowedAsWell,
    /// It is not proven that the run made the thing.
    NotOwn,
}

/// A reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reason {
    /// What sort of reason it is.
    pub code: Code,
    /// In words.
    pub words: String,
    /// The probe that is the cause, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probe: Option<String>,
}

impl Reason {
    /// A reason of a sort.
    pub fn new(code: Code, words: impl Into<String>) -> Self {
        Self { code, words: words.into(), probe: None }
    }

    /// The same, with the probe that is the cause, unless a cause is known.
    #[must_use]
    pub fn caused_by(mut self, probe: &str) -> Self {
        self.probe.get_or_insert_with(|| probe.to_owned());
        self
    }

    /// The same in other words.
    #[must_use]
    pub fn worded(self, words: impl Into<String>) -> Self {
        Self { words: words.into(), ..self }
    }

    /// Whether a person has chosen it: then a cell is skipped, and not out of reach.
    pub fn is_choice(&self) -> bool {
        matches!(self.code, Code::NotAllowed(_) | Code::EffectNotAllowed | Code::LeftOut | Code::NoCredentials | Code::Budget)
    }
}

impl From<String> for Reason {
    fn from(words: String) -> Self {
        Self::new(Code::Other, words)
    }
}

impl From<&str> for Reason {
    fn from(words: &str) -> Self {
        Self::new(Code::Other, words)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.words)
    }
}
