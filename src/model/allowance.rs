//! What a suite allows to be changed on one server.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use serde_json::json;

/// What may be changed on one server, as `--allow-writes` and `--allow` say it for a run. Those replace it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Allowance"))]
pub struct Allowance {
    /// The server, written out: it holds for this scheme, host and port alone.
    #[cfg_attr(test, schemars(example = &"https://staging.example.com"))]
    pub target: String,
    /// Whether it may be written to: what the run makes, and what `effects` name.
    #[serde(default)]
    #[cfg_attr(test, schemars(example = &true))]
    pub writes: bool,
    /// Effects that are allowed: `leftovers`, `borrowed`, `sweeping`, `all`, and those that the suite names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(example = json!(["leftovers"])))]
    pub effects: Vec<String>,
}
