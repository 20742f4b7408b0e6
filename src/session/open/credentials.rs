//! Reads credentials from a file that only its owner can read.

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::SecretString;

use super::{LoadError, files};

/// The longest file of credentials, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Reads a file with `NAME=VALUE` on each line. Empty lines and lines that begin with `#` are left out; `export` before a
/// name and quotes around a value are allowed. No error repeats what stands in the file.
///
/// # Errors
/// The file is not readable, readable by others than its owner (on Unix), or a line is none of these.
pub fn credentials(path: &Path) -> Result<BTreeMap<String, SecretString>, LoadError> {
    let name = path.display().to_string();
    check_owner(path).map_err(|reason| LoadError::Unreadable { path: name.clone(), reason, hint: String::new() })?;
    let text = files::text(path, LONGEST)?;
    let mut secrets = BTreeMap::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong =
            |what: &str| LoadError::Invalid { path: name.clone(), what: "file of credentials", reason: format!("line {}: {what}", index + 1) };
        let pair = line.strip_prefix("export ").unwrap_or(line).split_once('=');
        let (variable, value) = pair.filter(|(variable, _)| is_name(variable.trim())).ok_or_else(|| wrong("write NAME=VALUE"))?;
        if secrets.insert(variable.trim().to_owned(), SecretString::from(unquoted(value.trim()).to_owned())).is_some() {
            return Err(wrong(&format!("{} is there twice", variable.trim())));
        }
    }
    Ok(secrets)
}

/// Reads a file with a key, of at most so many bytes.
///
/// # Errors
/// The file is not readable, or readable by others than its owner (on Unix).
pub fn read_private_file(path: &Path, most: u64) -> Result<Vec<u8>, LoadError> {
    let name = path.display().to_string();
    check_owner(path).map_err(|reason| LoadError::Unreadable { path: name, reason, hint: String::new() })?;
    files::bytes(path, most)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|letter: char| letter.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn unquoted(text: &str) -> &str {
    let within = |quote: char| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

/// Why a file is no place for a secret.
#[cfg(unix)]
fn check_owner(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map_err(|error| error.to_string())?.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    Err(format!("others than its owner have access to it (mode {mode:03o}); `chmod 600 {}` takes that away", path.display()))
}

/// Other systems have no such bits; whoever keeps a file there sees to it.
#[cfg(not(unix))]
fn check_owner(path: &Path) -> Result<(), String> {
    std::fs::metadata(path).map(|_| ()).map_err(|error| error.to_string())
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use secrecy::ExposeSecret;

    use super::*;

    fn file(name: &str, text: &[u8], mode: u32) -> PathBuf {
        let path = std::env::temp_dir().join(format!("probity-credentials-{name}-{}", std::process::id()));
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn read(name: &str, text: &[u8], mode: u32) -> Result<Vec<(String, String)>, String> {
        let path = file(name, text, mode);
        let read = credentials(&path).map_err(|error| error.to_string());
        fs::remove_file(path).unwrap();
        read.map(|secrets| secrets.into_iter().map(|(name, value)| (name, value.expose_secret().to_owned())).collect())
    }

    #[test]
    fn names_and_values_are_read_as_a_shell_would() {
        let text = "\u{feff}# ours\n\nA_KEY=a=b #c\r\n export B = 'x y' \nC=\"\"\n";
        let pairs = [("A_KEY", "a=b #c"), ("B", "x y"), ("C", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read("good", text.as_bytes(), 0o600), Ok(pairs.to_vec()));
    }

    #[test]
    fn who_else_can_read_it_is_told_with_the_way_out() {
        for mode in [0o644, 0o640, 0o604, 0o660, 0o601] {
            let error = read("open", b"A=s3cret-value", mode).unwrap_err();
            assert!(error.contains("chmod 600") && error.contains(&format!("{mode:o}")) && !error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_wrong_line_is_named_and_not_shown() {
        for (text, line) in
            [("A=1\ns3cret-value\n", "line 2"), ("1A=s3cret-value", "line 1"), ("A: s3cret-value", "line 1"), ("A=1\n\nA=s3cret-value", "line 3")]
        {
            let error = read("wrong", text.as_bytes(), 0o600).unwrap_err();
            assert!(error.contains(line) && !error.contains("s3cret"), "{error}");
        }
        assert!(read("binary", &[0xff, 0xfe, 0x00], 0o600).unwrap_err().contains("UTF-8"));
        assert!(read("long", &vec![b'#'; 65 * 1024], 0o600).unwrap_err().contains("65536"));
    }
}
