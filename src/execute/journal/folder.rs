//! The paths inside the state folder, and who may write there.

use std::fmt::Write;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::private_files::{JournalError, is_private_to_user, make, owner_only};
use super::{Journal, Memory};
use crate::model::journal::{Entry, JournalHistory, Start};

/// How many bytes of a digest make a name.
const DIGEST_BYTES: usize = 8;

/// How many letters of a target are kept in the name of its folder.
const LONGEST_NAME: usize = 60;

/// How many journals of runs that ended well are kept.
const KEPT: usize = 3;

/// How a line begins that holds an answer.
const ANSWERED: &[u8] = b"{\"answered\"";

/// Lines behind which a run is not continued.
const ENDS: [&[u8]; 3] = [b"\"interrupted\"", b"\"finished\"", b"\"cleaned\""];

/// Which answers are read with the journals. All answers of a run may take as much memory as the run itself; where they are
/// left out, it is not known what became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// Every one.
    All,
    /// Those of runs that can be continued.
    OfUnended,
    /// None.
    None,
}

/// The folder of one target and contract, held by one run at a time.
#[derive(Debug)]
pub struct StateFolder {
    path: PathBuf,
    /// Held until the run ends, however it ends.
    _lock: File,
}

/// A name for any text: the first bytes of its SHA-256, in hexadecimal.
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(DIGEST_BYTES).fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

impl StateFolder {
    /// Opens the folder of a target and a contract below the state folder, made when it is not there.
    ///
    /// # Errors
    /// It cannot be used, or another run is using it.
    pub fn open(state: &Path, target: &str, contract: &str) -> Result<Self, JournalError> {
        let plain = target.split("//").last().unwrap_or_default();
        let plain: String = plain.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' }).collect();
        let plain: String = plain.chars().take(LONGEST_NAME).collect();
        let path = state.join(format!("{plain}-{}", digest(&format!("{target}\n{contract}"))));
        let failed = |error: &io::Error| JournalError::new(&path, error);
        make(&path).map_err(|error| failed(&error))?;
        for folder in [state, path.as_path()] {
            if !is_private_to_user(folder).map_err(|error| failed(&error))? {
                return Err(JournalError::NotOurs(folder.display().to_string()));
            }
        }
        let lock_path = path.join("lock");
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let lock = owner_only(&mut options).open(&lock_path).map_err(|error| failed(&error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(JournalError::Taken(lock_path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(failed(&error)),
        }
    }

    /// Begins the journal of a run.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(&self, start: Start) -> Result<Journal, JournalError> {
        Journal::begin(&self.path_of(&start), start)
    }

    /// Goes on with a journal.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn resume(&self, journal_history: &JournalHistory) -> Result<Journal, JournalError> {
        Journal::resume(&self.path_of(&journal_history.start), journal_history.next())
    }

    /// Every journal, the oldest first. Lines that cannot be read (the last one may be cut off) are left out.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn journals(&self, answers: Answers) -> Result<Vec<JournalHistory>, JournalError> {
        journals(&self.path, answers)
    }

    /// The same of runs against this target with other contracts.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn journals_of_others(&self) -> Result<Vec<JournalHistory>, JournalError> {
        let (Some(state), Some(name)) = (self.path.parent(), self.path.file_name().and_then(|name| name.to_str())) else { return Ok(Vec::new()) };
        let target = name.rsplit_once('-').map_or(name, |(target, _)| target);
        let mut found = Vec::new();
        for entry in fs::read_dir(state).map_err(|error| JournalError::new(state, &error))?.filter_map(Result::ok) {
            let other = entry.file_name();
            let same = other.to_str().and_then(|other| other.rsplit_once('-')).is_some_and(|(other, _)| other == target);
            if same && other != name && entry.path().is_dir() {
                found.extend(journals(&entry.path(), Answers::All)?);
            }
        }
        Ok(found)
    }

    /// Drops journals that are not needed any more: runs that ended, left nothing, and sent nothing since a moment
    /// (milliseconds since 1970, UTC), the last few aside.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn remove_unneeded(&self, journals: &[JournalHistory], since: i64) -> Result<(), JournalError> {
        let done = |one: &&JournalHistory| (one.cleaned || one.finished) && one.times.iter().all(|at| *at < since);
        let old: Vec<&JournalHistory> = journals.iter().filter(done).collect();
        for one in old.iter().take(old.len().saturating_sub(KEPT)) {
            let path = self.path_of(&one.start);
            fs::remove_file(&path).map_err(|error| JournalError::new(&path, &error))?;
        }
        Ok(())
    }

    /// What is remembered of earlier runs; nothing when there were none.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn memory(&self) -> Result<Memory, JournalError> {
        let path = self.path.join("memory.json");
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| JournalError::new(&path, &error.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Memory::default()),
            Err(error) => Err(JournalError::new(&path, &error)),
        }
    }

    /// Keeps the memory, in place of the one before.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn remember(&self, memory: &Memory) -> Result<(), JournalError> {
        let (path, fresh) = (self.path.join("memory.json"), self.path.join("memory.json.new"));
        let written = serde_json::to_vec(memory).map_err(io::Error::from).and_then(|text| {
            // A link that stands there is not followed.
            let _ = fs::remove_file(&fresh);
            let mut options = OpenOptions::new();
            let mut file = owner_only(options.create_new(true).write(true)).open(&fresh)?;
            io::Write::write_all(&mut file, &text)?;
            file.sync_all()?;
            fs::rename(&fresh, &path)
        });
        written.map_err(|error| JournalError::new(&path, &error))
    }

    /// What is sent again after a run may carry its mark, and has a journal of its own.
    pub(super) fn path_of(&self, start: &Start) -> PathBuf {
        self.path.join(format!("{}-{}.jsonl", start.mark, digest(&start.started_at)))
    }
}

/// Every journal in a folder, the oldest first.
fn journals(folder: &Path, answers: Answers) -> Result<Vec<JournalHistory>, JournalError> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| JournalError::new(folder, &error))?;
    for entry in entries.filter_map(Result::ok).filter(|entry| entry.path().extension().is_some_and(|extension| extension == "jsonl")) {
        let text = fs::read(entry.path()).map_err(|error| JournalError::new(&entry.path(), &error))?;
        let raw = || text.split(|byte| *byte == b'\n');
        let wanted = match answers {
            Answers::All => true,
            Answers::OfUnended => !raw().any(|line| ENDS.contains(&line)),
            Answers::None => false,
        };
        found.extend(JournalHistory::from_entries(raw().filter(|line| wanted || !line.starts_with(ANSWERED)).filter_map(read)));
    }
    found.sort_by(|one, other| one.start.started_at.cmp(&other.start.started_at));
    Ok(found)
}

/// The lines of a journal that can be read.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = Entry> {
    text.split(|byte| *byte == b'\n').filter_map(read)
}

fn read(line: &[u8]) -> Option<Entry> {
    serde_json::from_slice(line).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::contract::Status;
    use crate::model::exchange::{Answer, AnswerContent};
    use crate::model::journal::{RequestFate, Sources};
    use crate::model::plan::Plan;

    /// Whether the only request of a journal with this end is known to be answered.
    fn answered(end: Option<&Entry>, answers: Answers) -> bool {
        let path = std::env::temp_dir().join(format!("probity-answers-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        let folder = StateFolder::open(&path, "mock", "T").unwrap();
        let start = Start {
            started_at: "2024-01-01T00:00:00Z".to_owned(),
            mark: "m".to_owned(),
            contract: "T".to_owned(),
            shape: BTreeMap::new(),
            files: Sources::default(),
            plan: Plan::default(),
        };
        let journal = folder.begin(start).unwrap();
        let sent =
            r#"{"sent":{"number":0,"at":5,"probe":"p","request":{"method":"GET","url":"http://a/","headers":[],"body":null,"credentials":[]}}}"#;
        journal.write(&serde_json::from_str(sent).unwrap(), false).unwrap();
        let answer = Answer { status: Status(200), headers: Vec::new(), body: AnswerContent::Empty, millis: 1, echoes_credentials: false };
        journal.ended(0, Ok(&answer)).unwrap();
        if let Some(end) = end {
            journal.write(end, false).unwrap();
        }
        let [journal_history] = &folder.journals(answers).unwrap()[..] else { panic!("one journal") };
        assert_eq!(journal_history.times, [5], "when something was sent is known in any case");
        fs::remove_dir_all(&path).unwrap();
        matches!(journal_history.past["p"][0].fate, RequestFate::Answered(_))
    }

    #[test]
    fn answers_are_read_where_a_run_can_be_continued_or_all_are_asked_for() {
        for end in [None, Some(&Entry::Finished), Some(&Entry::Interrupted), Some(&Entry::Cleaned)] {
            assert!(answered(end, Answers::All));
            assert_eq!(answered(end, Answers::OfUnended), end.is_none(), "{end:?}");
            assert!(!answered(end, Answers::None));
        }
    }

    #[test]
    fn a_folder_is_held_by_one_run_at_a_time() {
        let path = std::env::temp_dir().join(format!("probity-held-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        let first = StateFolder::open(&path, "mock", "T").unwrap();
        assert!(matches!(StateFolder::open(&path, "mock", "T"), Err(JournalError::Taken(_))));
        assert!(StateFolder::open(&path, "mock", "Another").is_ok() && StateFolder::open(&path, "elsewhere", "T").is_ok());
        drop(first);
        assert!(StateFolder::open(&path, "mock", "T").is_ok());
        fs::remove_dir_all(&path).unwrap();
    }

    /// What a run keeps is for the eyes of its owner alone.
    #[cfg(unix)]
    #[test]
    fn only_its_owner_looks_into_the_state_folder() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("probity-owner-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        let folder = StateFolder::open(&path, "mock", "T").unwrap();
        drop(
            folder
                .begin(
                    serde_json::from_str(r#"{"started_at": "", "mark": "m", "shape": {}, "plan": {"cells": [], "probes": [], "slots": {}}}"#)
                        .unwrap(),
                )
                .unwrap(),
        );
        folder.remember(&Memory::default()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&folder.path)), (0o700, 0o700));
        let files: Vec<PathBuf> = fs::read_dir(&folder.path).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 3, "lock, journal and memory: {files:?}");
        assert!(files.iter().all(|file| mode(file) == 0o600), "{files:?}");
        fs::remove_dir_all(&path).unwrap();
    }

    /// A link where the new memory is written is not followed.
    #[cfg(unix)]
    #[test]
    fn a_memory_is_written_through_no_link() {
        let path = std::env::temp_dir().join(format!("probity-link-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        let folder = StateFolder::open(&path, "mock", "T").unwrap();
        fs::write(path.join("precious"), "kept").unwrap();
        std::os::unix::fs::symlink(path.join("precious"), folder.path.join("memory.json.new")).unwrap();
        folder.remember(&Memory::default()).unwrap();
        assert_eq!(fs::read_to_string(path.join("precious")).unwrap(), "kept");
        assert!(folder.memory().is_ok_and(|memory| memory.cells.is_empty()));
        fs::remove_dir_all(&path).unwrap();
    }
}
