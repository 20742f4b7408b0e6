//! What is remembered from run to run: which cell was proved when, and jobs that were left to expire.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::keep::Keep;
use crate::model::report::Cell;
use crate::model::verdict::Verdict;

/// How many jobs of a kind are remembered.
const MOST_JOBS: usize = 10;

/// What is remembered of a target.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Memory {
    /// Cells, each as its operation and status.
    pub cells: BTreeMap<String, Remembered>,
    /// Jobs that were left to expire, by kind, the oldest first.
    pub jobs: BTreeMap<String, Vec<PendingJob>>,
}

/// A cell that was asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Remembered {
    /// When (RFC 3339, UTC).
    pub at: String,
    /// Digest of the contract that it was held against.
    pub contract: String,
    /// How much was kept of the answers behind it.
    #[serde(default, skip_serializing_if = "Keep::is_all")]
    pub keep: Keep,
    /// What was said of it.
    pub cell: Cell,
}

/// A job that was left to expire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingJob {
    /// Its id.
    pub id: String,
    /// When it was left (milliseconds since 1970, UTC).
    pub at: i64,
}

/// When a cell was last asked for: its operation and status, and the time.
pub type LastAsked = BTreeMap<(String, u16), String>;

impl Memory {
    /// Forgets every cell of which more was kept than now may be: what it says of answers cannot be taken out any more.
    pub fn forget_beyond(&mut self, keep: Keep) {
        self.cells.retain(|_, one| one.keep <= keep);
    }

    /// Takes over every cell that something can be said of.
    pub fn record_cells(&mut self, cells: &[Cell], at: &str, contract: &str, keep: Keep) {
        let told = |cell: &&Cell| !matches!(cell.verdict, Verdict::Blocked | Verdict::Skipped | Verdict::Inconclusive) && cell.remembered.is_none();
        for cell in cells.iter().filter(told).filter(|cell| !cell.probes.is_empty()) {
            let remembered = Remembered { at: at.to_owned(), contract: contract.to_owned(), keep, cell: cell.clone() };
            self.cells.insert(key(cell), remembered);
        }
    }

    /// When each cell was last asked for.
    pub fn last_asked(&self) -> LastAsked {
        self.cells.values().map(|one| ((one.cell.operation.clone(), one.cell.status.0), one.at.clone())).collect()
    }

    /// What is known of a cell by the same contract.
    pub fn known_cell(&self, cell: &Cell, contract: &str) -> Option<&Remembered> {
        self.cells.get(&key(cell)).filter(|one| one.contract == contract)
    }

    /// Keeps a job that was left to expire.
    pub fn keep_job(&mut self, kind: &str, job: PendingJob) {
        let jobs = self.jobs.entry(kind.to_owned()).or_default();
        jobs.retain(|known| known.id != job.id);
        jobs.push(job);
        let spare = jobs.len().saturating_sub(MOST_JOBS);
        // The oldest ones have expired for longest; the newest ones expire next. What lies between is of no use.
        jobs.drain(1..=spare.min(jobs.len() - 1)).for_each(drop);
    }

    /// Forgets a job that is of no use, and those that were left with it or before it.
    pub fn forget_job(&mut self, kind: &str, id: &str) {
        let Some(jobs) = self.jobs.get_mut(kind) else { return };
        if let Some(at) = jobs.iter().find(|job| job.id == id).map(|job| job.at) {
            jobs.retain(|job| job.at > at);
        }
    }

    /// The last job of a kind that is known for at least so many milliseconds: a server may forget those before it.
    pub fn old_job(&self, kind: &str, now: i64, millis: i64) -> Option<&PendingJob> {
        self.jobs.get(kind)?.iter().rfind(|job| now - job.at >= millis)
    }
}

fn key(cell: &Cell) -> String {
    format!("{} {}", cell.operation, cell.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_more_than_may_be_kept_is_forgotten() {
        let cell = serde_json::json!({"operation": "a", "api": "", "method": "GET", "path": "/a", "status": 200, "general": false, "verdict": "conforms",
            "reason": null, "probes": [{"id": "p", "trigger": "success", "status": 200, "fault": null, "requests": 1}], "findings": []});
        let mut memory = Memory::default();
        memory.record_cells(&[serde_json::from_value(cell).unwrap()], "", "", Keep::Masked);
        memory.forget_beyond(Keep::All);
        memory.forget_beyond(Keep::Masked);
        assert_eq!(memory.cells.len(), 1);
        memory.forget_beyond(Keep::Shapes);
        assert!(memory.cells.is_empty());
    }

    #[test]
    fn the_oldest_job_and_the_newest_ones_are_kept() {
        let mut memory = Memory::default();
        for at in 0..15_i64 {
            memory.keep_job("a", PendingJob { id: at.to_string(), at });
        }
        let ids: Vec<&str> = memory.jobs["a"].iter().map(|job| job.id.as_str()).collect();
        assert_eq!(ids, ["0", "6", "7", "8", "9", "10", "11", "12", "13", "14"]);
        assert_eq!(memory.old_job("a", 14, 10).map(|job| job.id.as_str()), Some("0"));
        assert_eq!(memory.old_job("a", 20, 10).map(|job| job.id.as_str()), Some("10"));
        assert_eq!(memory.old_job("a", 9, 10), None);
        memory.forget_job("a", "7");
        assert_eq!(memory.old_job("a", 17, 10), None);
        assert_eq!(memory.old_job("a", 18, 10).map(|job| job.id.as_str()), Some("8"));
    }
}
