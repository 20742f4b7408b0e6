//! What the extensions of a contract (`x-probity-...`) say that OpenAPI has no member for.

use serde::{Deserialize, Serialize};

/// How a job says that it is done (`x-probity-done`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Done {
    /// JSON Pointer to the state in the answer.
    pub at: String,
    /// States that mean finished with a result.
    #[serde(rename = "in")]
    pub finished: Vec<String>,
    /// States from which no result will come.
    #[serde(default)]
    pub failed: Vec<String>,
}

/// A limit of requests in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// Requests allowed in the window.
    pub requests: u32,
    /// Length of the window in seconds.
    pub seconds: u32,
}
