//! The stages of a run: what is due in one begins after everything of the one before has ended.

use serde::{Deserialize, Serialize};

/// The stages of a run, in order. What is due to be read anyway is read after everything that was written, whether it was
/// accepted or refused, so that the same answers show what became of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// What exists is found, so that it can be borrowed.
    Find,
    /// Resources are made.
    Make,
    /// Resources are changed.
    Change,
    /// Writes with a fault, which must change nothing.
    Refuse,
    /// Resources are read.
    Read,
    /// Reads with a fault.
    Doubt,
    /// Requests with values drawn by chance, after everything that they might disturb.
    Draw,
    /// Resources are removed.
    Remove,
    /// What was removed is asked for.
    Gone,
    /// What is left is removed.
    Cleanup,
    /// What changes things that it does not name, the run's own among them.
    Sweep,
    /// One request more than the rate limit allows.
    Burst,
    /// What may end the run's own session, or take its credentials away.
    End,
}
