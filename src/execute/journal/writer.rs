//! Writes a journal: one JSON document a line, only ever appended.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::private_files::{JournalError, owner_only};
use crate::model::exchange::{Answer, SentRequest};
use crate::model::journal::{Entry, Start};
use crate::model::plan::Probe;

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    next: u64,
}

impl Journal {
    /// Begins a journal. It is on the disk before this returns.
    ///
    /// # Errors
    /// The file is there already, or cannot be written.
    pub fn begin(path: &Path, start: Start) -> Result<Self, JournalError> {
        let failed = |error| JournalError::new(path, &error);
        let mut options = OpenOptions::new();
        options.create_new(true).append(true);
        let file = owner_only(&mut options).open(path).map_err(failed)?;
        let journal = Self { path: path.to_owned(), inner: Mutex::new(Inner { file, next: 0 }) };
        journal.write(&Entry::Started(Box::new(start)), true)?;
        // The name of a new file is in its folder, which is written by itself.
        if let Some(folder) = path.parent() {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(journal)
    }

    /// Goes on with a journal. A last line that was cut off is ended, so that what follows stands on a line of its own.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn resume(path: &Path, next: u64) -> Result<Self, JournalError> {
        let failed = |error| JournalError::new(path, &error);
        let whole = std::fs::read(path).map_err(failed)?.last().is_none_or(|last| *last == b'\n');
        let mut file = OpenOptions::new().append(true).open(path).map_err(failed)?;
        if !whole {
            file.write_all(b"\n").map_err(failed)?;
        }
        Ok(Self { path: path.to_owned(), inner: Mutex::new(Inner { file, next }) })
    }

    /// A request is about to be sent. One that may change something is on the disk before this returns. Its number.
    ///
    /// # Errors
    /// The line cannot be written; then the request must not be sent.
    pub fn sent(&self, probe: &Probe, request: &SentRequest) -> Result<u64, JournalError> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let number = inner.next;
        inner.next += 1;
        let at = Timestamp::now().as_millisecond();
        let entry = Entry::Sent { number, at, probe: probe.id.clone(), request: request.clone() };
        self.write_line(&mut inner, &entry, !request.method.is_safe())?;
        Ok(number)
    }

    /// The answer to a request, or why there is none.
    ///
    /// # Errors
    /// The line cannot be written.
    pub fn ended(&self, number: u64, answer: Result<&Answer, &str>) -> Result<(), JournalError> {
        let entry = match answer {
            Ok(answer) => Entry::Answered { number, answer: answer.clone() },
            Err(reason) => Entry::Silent { number, reason: reason.to_owned() },
        };
        self.write(&entry, false)
    }

    /// Writes any other line; `durable` when it must be on the disk before anything else happens.
    ///
    /// # Errors
    /// The line cannot be written.
    pub fn write(&self, entry: &Entry, durable: bool) -> Result<(), JournalError> {
        self.write_line(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner), entry, durable)
    }

    /// One line, in one piece: what is killed in between leaves a line that is cut off, never two that are mixed.
    fn write_line(&self, inner: &mut Inner, entry: &Entry, durable: bool) -> Result<(), JournalError> {
        let failed = |error| JournalError::new(&self.path, &error);
        let mut line = serde_json::to_vec(entry).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        inner.file.write_all(&line).map_err(failed)?;
        if durable { inner.file.sync_data().map_err(failed) } else { Ok(()) }
    }
}
