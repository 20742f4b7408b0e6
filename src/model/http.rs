//! Methods and status codes of HTTP (RFC 9110).

use std::fmt;

use serde::{Deserialize, Serialize};

/// An HTTP method, in upper case.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Method(pub String);

impl Method {
    /// A safe method: it asks for no change of state (RFC 9110, section 9.2.1).
    pub fn is_safe(&self) -> bool {
        matches!(self.0.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An HTTP status code (RFC 9110, section 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Status(pub u16);

impl Status {
    /// Of the class 2xx.
    pub fn is_success(self) -> bool {
        self.0 / 100 == 2
    }

    /// Of the class 5xx.
    pub fn is_server_error(self) -> bool {
        self.0 / 100 == 5
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
