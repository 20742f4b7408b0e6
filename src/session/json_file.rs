//! Reads the JSON files that the program wrote itself.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::session::open;
use crate::session::stop::Stop;

/// What a file holds; `what` is said of a file that is nothing of the sort.
///
/// # Errors
/// It cannot be read, is longer than this, or is not what it should be.
pub fn read<T: DeserializeOwned>(path: &Path, longest: u64, what: &str) -> Result<T, Stop> {
    let text = open::text(path, longest)?;
    serde_json::from_str(&text).map_err(|error| Stop::Unusable(format!("{} is no {what}: {error}", path.display())))
}

/// That a file is of the version that this program reads.
///
/// # Errors
/// It is of another one.
pub fn of_version(path: &Path, what: &str, found: u32, known: u32) -> Result<(), Stop> {
    if (1..=known).contains(&found) {
        return Ok(());
    }
    Err(Stop::Unusable(format!("{} is a {what} of version {found}; this program reads versions up to {known}", path.display())))
}
