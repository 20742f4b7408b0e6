//! Which operations make, find and remove the resources that requests name, and which of them are the run's own.

pub(super) mod apart;
pub(super) mod cleanup;
pub(super) mod doubts;
pub(super) mod echoes;
pub(super) mod feeds;
pub(super) mod finders;
pub(super) mod keys;
pub(super) mod left;
pub(super) mod lifecycle;
pub(super) mod linked;
pub(super) mod lists;
pub(super) mod own;
pub(super) mod redo;
pub(super) mod shown;
pub(super) mod unlisted;
pub(super) mod unmarked_ids;
