//! Writes files so that a reader sees the old one or the new one, never a half.

use std::fs;
use std::path::Path;

use super::Stop;

/// Writes a file by way of a temporary one beside it.
pub fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let failed = |error: std::io::Error| Stop::Unusable(format!("{} cannot be written: {error}; name another folder with --out", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = path.with_file_name(format!(".{name}.tmp"));
    fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, path)).map_err(failed)
}
