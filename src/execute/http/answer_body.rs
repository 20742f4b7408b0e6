//! Reads the body of an answer: unpacks it, and keeps no more of it than a run may hold.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::json_size::estimate_size;
use super::surrogates;
use crate::model::exchange::AnswerContent;
use crate::model::media_range::is_xml;

/// How deep JSON may be nested: a recording of it must be readable again within the 128 levels that the library reads.
const DEEPEST: usize = 100;

/// What an element or an attribute of XML takes, in bytes.
const MARKUP_SIZE: usize = 128;

/// How many are counted: a document with more is not read.
const MOST_MARKUP: usize = 150_000;

/// What takes no more than this many bytes is always kept: whoever makes something must learn its id, however much was
/// read before.
const SMALL: u64 = 64 * 1024;

/// The memory that the answers of a run take, in bytes.
#[derive(Debug)]
pub struct AnswerMemory {
    most: u64,
    taken: AtomicU64,
}

impl AnswerMemory {
    /// A store for so many bytes.
    pub fn new(most: u64) -> Self {
        Self { most, taken: AtomicU64::new(0) }
    }

    /// Begins to hold an answer.
    pub fn reserve_memory(self: &Arc<Self>) -> MemoryReservation {
        MemoryReservation { store: Arc::clone(self), bytes: 0 }
    }
}

/// What one answer takes of the store while it is read; given back unless it is kept.
#[derive(Debug)]
pub struct MemoryReservation {
    store: Arc<AnswerMemory>,
    bytes: u64,
}

impl MemoryReservation {
    /// Takes more of the store; false when there is no more.
    pub fn take(&mut self, bytes: u64) -> bool {
        if self.bytes + bytes <= SMALL {
            self.bytes += bytes;
            return true;
        }
        // What was small so far counts from now on.
        let due = if self.bytes <= SMALL { self.bytes + bytes } else { bytes };
        let room = |taken: u64| taken.checked_add(due).filter(|taken| *taken <= self.store.most);
        let fits = self.store.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).is_ok();
        if fits {
            self.bytes += bytes;
        }
        fits
    }

    fn keep(mut self) {
        self.bytes = 0;
    }
}

impl Drop for MemoryReservation {
    fn drop(&mut self) {
        if self.bytes > SMALL {
            self.store.taken.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

/// What is said of an answer for which there is no room.
pub fn no_room() -> AnswerContent {
    AnswerContent::Unread("the answers of this run take as much memory as they may; --max-answer allows more".to_owned())
}

/// The body that these bytes are.
pub fn content(bytes: Vec<u8>, headers: &[(String, String)], most: usize, mut held: MemoryReservation) -> AnswerContent {
    if bytes.is_empty() {
        return AnswerContent::Empty;
    }
    let length = bytes.len() as u64;
    let codings: Vec<&str> = headers.iter().filter(|(name, _)| name == "content-encoding").flat_map(|(_, value)| value.split(',')).collect();
    let codings: Vec<String> = codings.into_iter().map(|coding| coding.trim().to_ascii_lowercase()).filter(|coding| !is_identity(coding)).collect();
    let bytes = match codings.as_slice() {
        [] => bytes,
        [coding] if coding == "gzip" || coding == "x-gzip" => match unpacked(&bytes, most, &mut held) {
            Ok(bytes) => bytes,
            Err(body) => return body,
        },
        codings => return AnswerContent::Unread(format!("its content coding is {}, which was not asked for", codings.join(", "))),
    };
    let weight = estimate_size(&bytes);
    if weight.depth > DEEPEST {
        return of_json(&bytes, weight.depth);
    }
    if !held.take(weight.bytes.saturating_sub(length) + size_of_xml(&bytes, headers)) {
        return no_room();
    }
    let body = parsed(bytes);
    if !matches!(body, AnswerContent::Bytes(_) | AnswerContent::Unread(_)) {
        held.keep();
    }
    body
}

/// What the value that XML stands for takes, beside its text: an element or an attribute may be four bytes long and takes many more.
fn size_of_xml(bytes: &[u8], headers: &[(String, String)]) -> u64 {
    let is_declared = headers.iter().any(|(name, value)| name == "content-type" && is_xml(&value.to_ascii_lowercase()));
    let count = if is_declared { bytes.iter().filter(|byte| matches!(byte, b'<' | b'=')).count() } else { 0 };
    (count.min(MOST_MARKUP) * MARKUP_SIZE) as u64
}

fn is_identity(coding: &str) -> bool {
    coding.is_empty() || coding == "identity"
}

/// A body out of its gzip (RFC 1952), as long as that is not longer than a body may be.
fn unpacked(packed: &[u8], most: usize, held: &mut MemoryReservation) -> Result<Vec<u8>, AnswerContent> {
    let mut bytes = Vec::new();
    let limit = most as u64 + 1;
    match MultiGzDecoder::new(packed).take(limit).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > most => Err(AnswerContent::TooLong(most as u64)),
        Ok(_) if !held.take(bytes.len() as u64) => Err(no_room()),
        Ok(_) => Ok(bytes),
        Err(_) => Err(AnswerContent::Bytes(packed.len() as u64)),
    }
}

/// What is nested too deep to be read: JSON, or something else with many brackets.
fn of_json(bytes: &[u8], depth: usize) -> AnswerContent {
    match std::str::from_utf8(bytes) {
        Ok(_) => AnswerContent::Unread(format!("it is nested {depth} levels deep, and no more than {DEEPEST} are read")),
        Err(_) => AnswerContent::Bytes(bytes.len() as u64),
    }
}

fn parsed(bytes: Vec<u8>) -> AnswerContent {
    let mut read = serde_json::from_slice(&bytes);
    if read.is_err() {
        let mut whole = bytes.clone();
        if surrogates::replace(&mut whole) {
            read = serde_json::from_slice(&whole);
        }
    }
    match read {
        Ok(value) => AnswerContent::Json(value),
        // Well-formed all the same (RFC 8259, section 6).
        Err(error) if error.to_string().starts_with("number out of range") => {
            AnswerContent::Unread("a number in it is too large to be read".to_owned())
        }
        Err(_) => match String::from_utf8(bytes) {
            Ok(text) => AnswerContent::Text(text),
            Err(error) => AnswerContent::Bytes(error.as_bytes().len() as u64),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What these bytes are under a media type, where the answers of a run may take a megabyte.
    fn read(came: &str, bytes: &str) -> AnswerContent {
        let store = Arc::new(AnswerMemory::new(1024 * 1024));
        let mut held = store.reserve_memory();
        assert!(held.take(bytes.len() as u64));
        content(bytes.as_bytes().to_vec(), &[("content-type".to_owned(), came.to_owned())], 8 * 1024 * 1024, held)
    }

    #[test]
    fn what_the_value_of_xml_takes_counts_as_well() {
        let wide = format!("<a>{}</a>", "<b/>".repeat(20_000));
        assert_eq!(read("Application/XML; charset=utf-8", &wide), no_room());
        assert_eq!(read("text/html", &wide), AnswerContent::Text(wide.clone()), "it is not read as a value");
        let long = format!("<a>{}</a>", "b".repeat(80_000));
        assert_eq!(read("application/xml", &long), AnswerContent::Text(long.clone()));
    }
}
