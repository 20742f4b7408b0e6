//! How certain a contract is of a statement: documented, or only inferred.

use serde::{Deserialize, Serialize};

/// How sure it is that a server gives a response (`x-probity-certainty`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// A document says so.
    #[default]
    Documented,
    /// Documents differ, or documents and servers do.
    Contradicted,
    /// Servers do so, for clients that run against them.
    Seen,
    /// Concluded from names, neighbours or general pages; no document says so.
    Inferred,
}

impl Certainty {
    /// Whether no document says so, so that nothing can break it.
    pub fn is_inferred(self) -> bool {
        self == Self::Inferred
    }

    /// Whether a document says so, and no other one says otherwise.
    pub fn is_documented(&self) -> bool {
        *self == Self::Documented
    }

    /// Its name in a contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Contradicted => "contradicted",
            Self::Seen => "seen",
            Self::Inferred => "inferred",
        }
    }
}
