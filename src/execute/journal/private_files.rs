//! Makes files and folders that only their owner can read, and says why one cannot be used.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use thiserror::Error;

/// The state folder cannot be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// A file cannot be read or written.
    #[error("{path} cannot be used: {reason}; name another folder with --state")]
    Unusable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Others can write there.
    #[error("{0} belongs to another user or can be written by others, so that its content cannot be trusted; name another folder with --state")]
    NotOurs(String),
    /// Others can read what is secret.
    #[error("{0} is not readable by its owner alone, so that what it masks is no secret; remove it, and a new key is made")]
    NotSecret(String),
    /// Another run is using it.
    #[error("another run against this target is under way (it holds {0}); wait for it, or name another folder with --state")]
    Taken(String),
}

impl JournalError {
    pub(super) fn new(path: &Path, error: &io::Error) -> Self {
        Self::Unusable { path: path.display().to_string(), reason: error.to_string() }
    }
}

/// A folder that only its owner may look into: it holds what a server says to an account that may see everything.
pub(super) fn make(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Whether a folder belongs to the user and no other user can write there.
#[cfg(unix)]
pub(super) fn is_private_to_user(folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(folder)?;
    Ok(found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o022 == 0)
}

#[cfg(not(unix))]
pub(super) fn is_private_to_user(_: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Lets only the owner read and write a file that is about to be made.
pub(super) fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
