//! Finds the suite that stands in the working folder, for commands that name none.

use std::path::{Path, PathBuf};

use super::fetch;
use super::options::Files;
use super::stop::Stop;
use crate::session::open;
use crate::session::open::Source;

/// What such a suite is called.
const NAMES: [&str; 2] = ["probity.yaml", "probity.yml"];

/// The files of a command, with the suite of the working folder where that one counts.
pub struct FolderFiles {
    /// The files.
    pub files: Files,
    /// Which suite of the folder is used, or why one that stands there is not, as a sentence.
    pub told: Option<String>,
}

/// What a command goes by that names these files. A suite of the folder counts where no other is named: it may have commands, and
/// those are run as the user, so that it must be the user's own file. Where a contract is named, it counts if it is about that one.
///
/// # Errors
/// Two suites stand there, or one that cannot be read or belongs to another user.
pub fn with_folder_suite(files: &Files) -> Result<FolderFiles, Stop> {
    let found = if files.suite.is_some() { None } else { find()? };
    let Some(path) = found else { return Ok(FolderFiles { files: files.clone(), told: None }) };
    let name = path.display();
    check_owner(&path).map_err(|reason| Stop::Unusable(format!("{name}: {reason}; name it with --suite if it is meant")))?;
    if let Some(contract) = &files.contract {
        let (suite, beside) = open::suite(&Source::File(path.clone()))?;
        if !suite.contract.is_empty() && !is_same(contract, &suite.contract, &beside) {
            let told = format!("{name} in this folder is about another contract, {}, and is not used; --suite {name} uses it.", suite.contract);
            return Ok(FolderFiles { files: files.clone(), told: Some(told) });
        }
    }
    let told = Some(format!("The suite is {name} in this folder."));
    Ok(FolderFiles { files: Files { suite: Some(path), ..files.clone() }, told })
}

fn find() -> Result<Option<PathBuf>, Stop> {
    let mut there = NAMES.iter().map(PathBuf::from).filter(|path| path.symlink_metadata().is_ok());
    let first = there.next();
    if there.next().is_some() {
        return Err(Stop::Unusable(format!("{} stand both in this folder; remove one of them, or name one with --suite", NAMES.join(" and "))));
    }
    Ok(first)
}

/// Whether two names of a contract lead to the same one.
fn is_same(named: &Path, of_suite: &str, beside: &Source) -> bool {
    if fetch::is_address(of_suite) {
        return named.to_str() == Some(of_suite);
    }
    let canonical = |path: &Path| path.canonicalize().ok();
    matches!(beside, Source::File(path) if canonical(path).is_some_and(|path| Some(path) == canonical(named)))
}

/// Why a file may have been put there by another user.
#[cfg(unix)]
fn check_owner(path: &Path) -> Result<(), &'static str> {
    use std::os::unix::fs::MetadataExt;
    let by_others = "it stands in this folder and belongs to another user, whose commands would be run as you";
    let about = path.symlink_metadata().ok().zip(path.metadata().ok());
    let own = rustix::process::geteuid().as_raw();
    // One that cannot be read says so by itself.
    about.is_none_or(|(link, file)| link.uid() == own && file.uid() == own).then_some(()).ok_or(by_others)
}

#[cfg(not(unix))]
fn check_owner(_: &Path) -> Result<(), &'static str> {
    Ok(())
}
