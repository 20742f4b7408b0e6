//! Reduces the journal of a finished run to what may be kept, and holds the key that masks values.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::folder::{StateFolder, lines};
use super::private_files::{JournalError, is_private_to_user, make, owner_only};
use crate::model::journal::{Entry, JournalHistory};
use crate::model::keep::Keep;

/// The file with the key, in the state folder: values of all targets are masked alike.
const KEY_NAME: &str = "masking.key";

/// How many bytes the key has: as many as the hash (RFC 2104, section 3).
const KEY_BYTES: usize = 32;

impl StateFolder {
    /// Writes a journal again, with each line as it is kept, and says so at its end. A reader sees the old one or the new one.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn reduce(&self, journal_history: &JournalHistory, keep: Keep, line: &dyn Fn(Entry) -> Entry) -> Result<(), JournalError> {
        let path = self.path_of(&journal_history.start);
        let fresh = path.with_extension("jsonl.new");
        let written = fs::read(&path).and_then(|text| {
            // A link that stands there is not followed.
            let _ = fs::remove_file(&fresh);
            let mut options = OpenOptions::new();
            let mut file = io::BufWriter::new(owner_only(options.create_new(true).write(true)).open(&fresh)?);
            for entry in lines(&text).map(line).chain([Entry::Reduced(keep)]) {
                serde_json::to_writer(&mut file, &entry)?;
                file.write_all(b"\n")?;
            }
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            fs::rename(&fresh, &path)
        });
        written.map_err(|error| JournalError::new(&path, &error))
    }
}

/// The key that masks values, made at random when there is none yet. Only its owner can read it.
///
/// # Errors
/// It cannot be read or written, others can read it, or it is no key.
pub fn masking_key(state: &Path) -> Result<[u8; KEY_BYTES], JournalError> {
    let path = state.join(KEY_NAME);
    let failed = |error: io::Error| JournalError::new(&path, &error);
    make(state).map_err(failed)?;
    if !is_private_to_user(state).map_err(failed)? {
        return Err(JournalError::NotOurs(state.display().to_string()));
    }
    let mut options = OpenOptions::new();
    match owner_only(options.create_new(true).write(true)).open(&path) {
        Ok(mut file) => {
            let mut key = [0; KEY_BYTES];
            getrandom::fill(&mut key).map_err(|error| failed(error.into()))?;
            file.write_all(&key).and_then(|()| file.sync_all()).map_err(failed)?;
            Ok(key)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if !is_secret(&path).map_err(failed)? {
                return Err(JournalError::NotSecret(path.display().to_string()));
            }
            let known = fs::read(&path).map_err(failed)?;
            known.try_into().map_err(|_| failed(io::Error::other("it does not hold a key of 32 bytes; remove it, and a new one is made")))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Whether only its owner has access to a file.
#[cfg(unix)]
fn is_secret(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::symlink_metadata(path)?;
    Ok(found.is_file() && found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o777 & !0o700 == 0)
}

#[cfg(not(unix))]
fn is_secret(_: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_key_is_made_once_at_random_and_only_its_owner_reads_it() {
        let state = |name: &str| std::env::temp_dir().join(format!("probity-key-{name}-{}", std::process::id()));
        let (one, other) = (state("one"), state("other"));
        for folder in [&one, &other] {
            let _ = fs::remove_dir_all(folder);
        }
        let key = masking_key(&one).unwrap();
        assert_eq!(masking_key(&one).unwrap(), key);
        assert_ne!(masking_key(&other).unwrap(), key);
        let path = one.join(KEY_NAME);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(masking_key(&one), Err(JournalError::NotSecret(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        assert!(masking_key(&one).is_err());
        for folder in [&one, &other] {
            fs::remove_dir_all(folder).unwrap();
        }
    }
}
