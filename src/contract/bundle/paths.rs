//! References as files and fragments.

use percent_encoding::percent_decode_str;

/// File and fragment of a reference.
pub(super) fn split_fragment(reference: &str) -> (&str, &str) {
    reference.split_once('#').unwrap_or((reference, ""))
}

/// `target` as seen from the folder of `file`; both are relative to the same folder. The names of files are written with
/// percent-encoding in a reference (RFC 3986, section 2.1).
pub(super) fn join(file: &str, target: &str) -> String {
    let target = percent_decode_str(target).decode_utf8_lossy();
    let mut segments: Vec<&str> = file.split('/').collect();
    segments.pop();
    for segment in target.split('/') {
        match segment {
            "." | "" => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    segments.join("/")
}

/// The pointer that a fragment writes, with percent-encoding undone.
pub(super) fn decoded(fragment: &str) -> String {
    percent_decode_str(fragment).decode_utf8_lossy().into_owned()
}
