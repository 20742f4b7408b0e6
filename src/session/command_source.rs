//! Says whether the commands of a suite may be run: by whom the suite is named.

use std::path::{Path, PathBuf};

use super::options::Files;
use crate::model::reason::CommandFailure;
use crate::session::open::Source;

/// Whether the commands of a suite may be run, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CommandSource {
    /// The user has named the suite, a file in this folder.
    Named(PathBuf),
    /// The program carries the suite, or there is none.
    #[default]
    Bundled,
    /// A journal or a recording names the suite.
    Recorded,
}

impl CommandSource {
    /// Of the files that the user has named.
    pub fn of(files: &Files) -> Self {
        match files.suite.as_deref().map(|path| (path, Source::from_path(path))) {
            Some((path, Source::File(_))) => {
                let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
                Self::Named(absolute.parent().unwrap_or(Path::new("/")).to_owned())
            }
            _ => Self::Bundled,
        }
    }

    /// The folder where commands are run, or why none is.
    ///
    /// # Errors
    /// Why none is run.
    pub fn folder(&self, off: bool) -> Result<&Path, CommandFailure> {
        match self {
            _ if off => Err(CommandFailure::Off),
            Self::Named(folder) => Ok(folder),
            Self::Bundled => Err(CommandFailure::Bundled),
            Self::Recorded => Err(CommandFailure::NotNamed),
        }
    }
}
