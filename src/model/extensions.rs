//! What the extensions of a contract (`x-probity-...`) say, for which OpenAPI has no member.

use serde::{Deserialize, Serialize};

/// A limit of requests in a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// Requests allowed in the window.
    pub requests: u32,
    /// Length of the window in seconds.
    pub seconds: u32,
}
