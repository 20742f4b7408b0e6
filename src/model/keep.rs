//! How much of the answers is kept once a run has ended.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How much of what a server says is written down, the least first. Secrets never are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, schemars(title = "Kept"))]
pub enum Keep {
    /// Statuses and header fields, no body.
    None,
    /// Types and names of members.
    Shapes,
    /// Ids, forms, and what the run has sent itself; a keyed hash in the place of every other value.
    Masked,
    /// Everything.
    #[default]
    All,
}

impl Keep {
    /// Every level, the least first.
    pub const LEVELS: [Self; 4] = [Self::None, Self::Shapes, Self::Masked, Self::All];

    /// The word for it in suites and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Shapes => "shapes",
            Self::Masked => "masked",
            Self::All => "all",
        }
    }

    /// What is kept of a body, as the end of a sentence.
    pub fn describe(self) -> &'static str {
        match self {
            Self::None => "statuses only",
            Self::Shapes => "shapes only",
            Self::Masked => "masked values only",
            Self::All => "everything",
        }
    }

    /// Whether everything is kept; then files say nothing of it.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = || Self::LEVELS.map(Self::as_str).join(", ");
        Self::LEVELS.into_iter().find(|level| level.as_str() == text).ok_or_else(|| format!("the levels are {}", known()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_read_by_its_word_and_the_least_comes_first() {
        for level in Keep::LEVELS {
            assert_eq!(level.as_str().parse(), Ok(level));
            assert_eq!(serde_json::to_value(level).unwrap(), level.as_str());
        }
        assert!(Keep::LEVELS.is_sorted() && Keep::Masked < Keep::All);
        assert!("mask".parse::<Keep>().is_err());
        assert_eq!("some".parse::<Keep>(), Err("the levels are none, shapes, masked, all".to_owned()));
    }
}
