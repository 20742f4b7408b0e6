//! Writes files atomically: a reader sees the old file or the new one, never a part.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::session::stop::Stop;

/// Writes a file by way of a temporary one beside it.
pub fn write(path: &Path, text: &str) -> Result<(), Stop> {
    write_temporary(path, text, false)
}

/// The same of a file that only its owner may read: one that holds answers.
pub fn write_private(path: &Path, text: &str) -> Result<(), Stop> {
    write_temporary(path, text, true)
}

fn write_temporary(path: &Path, text: &str, private: bool) -> Result<(), Stop> {
    let failed = |error: std::io::Error| Stop::Unusable(format!("{} cannot be written: {error}; name another folder with --out", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = path.with_file_name(format!(".{name}.tmp"));
    // A link that stands there is not followed: the file is a new one.
    let _ = fs::remove_file(&temporary);
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let put = || options.open(&temporary)?.write_all(text.as_bytes());
    put().and_then(|()| fs::rename(&temporary, path)).map_err(failed)
}

/// Tries whether files can be written into a folder, before anything is sent whose reports would be lost.
pub fn try_out(folder: &Path) -> Result<(), Stop> {
    let missing = !folder.exists();
    let trial = folder.join(".probity-trial");
    write(&trial, "")?;
    let _ = fs::remove_file(&trial);
    if missing {
        // A run that gets no answer leaves nothing, not even an empty folder.
        let _ = fs::remove_dir(folder);
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn nothing_is_written_through_a_link_and_what_is_private_stays_so() {
        let folder = std::env::temp_dir().join(format!("probity-write-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("precious"), "kept").unwrap();
        symlink(folder.join("precious"), folder.join(".report.json.tmp")).unwrap();
        symlink(folder.join("precious"), folder.join("report.json")).unwrap();
        write(&folder.join("report.json"), "new").unwrap();
        assert_eq!(fs::read_to_string(folder.join("precious")).unwrap(), "kept");
        assert_eq!(fs::read_to_string(folder.join("report.json")).unwrap(), "new");
        fs::write(folder.join("recording.json"), "old").unwrap();
        write_private(&folder.join("recording.json"), "new").unwrap();
        assert_eq!(fs::metadata(folder.join("recording.json")).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(&folder).unwrap();
    }
}
