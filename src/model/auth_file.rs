//! Which file of log-ins in the form of Web Fuzzing Commons a suite names, and which of its users is which account.

use serde::{Deserialize, Serialize};

/// A file of log-ins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a file, or `file`, `full`, `limited`, `other` and `cookie`")]
#[cfg_attr(test, schemars(title = "File of log-ins"))]
pub enum AuthFile {
    /// The file, relative to the suite.
    File(String),
    /// The same with what the file does not say.
    Parts(AuthFileParts),
}

/// The parts of a file of log-ins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Parts of a file of log-ins"))]
pub struct AuthFileParts {
    /// The file, relative to the suite; `--auth` goes before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"auth.yaml"))]
    pub file: Option<String>,
    /// The name of the user that may do everything; the first one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"librarian"))]
    pub full: Option<String>,
    /// The name of the user that may do nothing; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"guest"))]
    pub limited: Option<String>,
    /// The name of the user that owns other things; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"reader"))]
    pub other: Option<String>,
    /// The cookie of a log-in that sets one, where the contract has no scheme for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"sid"))]
    pub cookie: Option<String>,
}

impl AuthFile {
    /// Its parts.
    pub fn parts(&self) -> AuthFileParts {
        match self {
            Self::File(file) => AuthFileParts { file: Some(file.clone()), ..AuthFileParts::default() },
            Self::Parts(parts) => parts.clone(),
        }
    }
}
