//! The user's own requests: valid on their server, and sent in place of those that the contract shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
#[cfg(test)]
use serde_json::json;

/// A valid request for an operation, as a suite names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a file with the body in JSON, or `body`, `parameters` and `confidential`")]
#[cfg_attr(test, schemars(title = "Own request"))]
pub enum OwnRequest {
    /// File with the body in JSON; its path is relative to the suite.
    Body(String),
    /// The same with parameters.
    Parts(OwnParts),
}

/// The parts of a request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Parts of an own request"))]
pub struct OwnParts {
    /// File with the body in JSON; its path is relative to the suite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(example = &"loans-of-may.json"))]
    pub body: Option<String>,
    /// Values of parameters by name, ids of the server's own things among them. Reads need no permission for those; a write
    /// that names one needs `--allow borrowed`.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = json!({"branch": "12", "from": "2025-05-01"})))]
    pub parameters: BTreeMap<String, Value>,
    /// Whether the body stays out of reports and recordings. The journal of a run that is not finished holds it; only its owner
    /// can read that.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = &true))]
    pub confidential: bool,
}

impl OwnRequest {
    /// Its parts.
    pub fn parts(&self) -> OwnParts {
        match self {
            Self::Body(file) => OwnParts { body: Some(file.clone()), ..OwnParts::default() },
            Self::Parts(parts) => parts.clone(),
        }
    }
}

/// The values of a request of a person's own, read and ready to be sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnValues {
    /// The body.
    pub body: Option<Value>,
    /// Values of parameters by name.
    pub parameters: BTreeMap<String, Value>,
    /// Whether the body stays out of what is shown and kept.
    pub confidential: bool,
    /// Whether ids in the body are to be filled in as those of the contract's example are: it is a form that was found, and
    /// no query of the suite.
    #[serde(default)]
    pub bound: bool,
}
