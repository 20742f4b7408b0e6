//! What a run has made or changed on the server, and how it is removed or put back, after an interruption too.

pub(super) mod deletion;
pub(super) mod inventory;
pub(super) mod journal_replay;
pub(super) mod original;
pub(super) mod orphans;
pub(super) mod remaking;
pub(super) mod restore;
pub(super) mod sweep;
