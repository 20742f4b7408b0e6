//! What is wrong with a document, as opposed to a server.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::one_line;

/// One fault of an OpenAPI document. The sound parts of the document are used all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DocumentIssue {
    /// File and JSON Pointer (RFC 6901) in it.
    pub place: String,
    /// What is wrong there.
    pub what: String,
    /// What it means for the run.
    pub meaning: String,
}

impl DocumentIssue {
    /// An issue at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>, meaning: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), meaning: meaning.into() }
    }
}

impl fmt::Display for DocumentIssue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What it quotes of the document stays in its place.
        formatter.write_str(&one_line(&format!("{}: {}; {}", self.place, self.what, self.meaning)))
    }
}
