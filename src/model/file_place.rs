//! A place in a file of the contract, as editors and build servers name it.

use std::fmt::{Display, Formatter, Result};

use serde::{Deserialize, Serialize};

/// A place in a file of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FilePlace {
    /// The file, as the command names it; of a contract at an address the address without its query.
    pub file: String,
    /// The line, from 1. A line ends with LF, CR LF or CR.
    pub line: u64,
    /// The column, from 1, in characters of Unicode (code points): a tab counts one, a character of several bytes one, a mark of
    /// byte order at the beginning of the file none.
    pub column: u64,
}

impl Display for FilePlace {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Where in the contract's files stands what a finding speaks of: the key of each, such as `get` and `'404'`. Absent where it
/// stands in no file, or in none that can be read again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WrittenPlaces {
    /// The operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<FilePlace>,
    /// The response, where the operation lists it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<FilePlace>,
}

impl WrittenPlaces {
    /// Whether no place is known.
    pub fn is_empty(&self) -> bool {
        self.narrowest().is_none()
    }

    /// The response, else the operation.
    pub fn narrowest(&self) -> Option<&FilePlace> {
        self.response.as_ref().or(self.operation.as_ref())
    }
}
