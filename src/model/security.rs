//! How a client authenticates: security schemes and the accounts that use them.

use serde::{Deserialize, Serialize};

/// `components.securitySchemes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecurityScheme {
    /// `http` with scheme `basic` (RFC 7617).
    Basic,
    /// `http` with scheme `bearer` (RFC 6750), `oauth2` and `openIdConnect`.
    Bearer,
    /// `apiKey` in a header of this name.
    Header(String),
    /// `apiKey` in a query parameter of this name.
    Query(String),
    /// `apiKey` in a cookie of this name.
    Cookie(String),
    /// Anything else, by its `type`; it cannot be satisfied.
    Other(String),
}
