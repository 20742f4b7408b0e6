//! Reads files as text, within bounds.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{LoadError, unreadable};

/// Reads a file that is not longer than `most` bytes.
///
/// # Errors
/// It is not there or not readable, a folder, longer, or no UTF-8.
pub fn text(path: &Path, most: u64) -> Result<String, LoadError> {
    let name = path.display().to_string();
    let failed = |error: std::io::Error| unreadable(&name, &error.to_string());
    let wrong = |reason: String| LoadError::Unreadable { path: name.clone(), reason, hint: String::new() };
    let file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if about.is_dir() {
        return Err(wrong("it is a folder; name a file in it".to_owned()));
    }
    let too_long = || wrong(format!("it is longer than {most} bytes"));
    if about.len() > most {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(too_long());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        wrong(format!("it is no UTF-8 text (line {line}, byte {at} of the file)"))
    })
}

/// Reads a file of certificates, which is not longer than `most` bytes.
///
/// # Errors
/// As [`text`].
pub fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, LoadError> {
    text(path, most).map(String::into_bytes)
}
