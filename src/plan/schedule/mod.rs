//! Orders the requests of a plan, and keeps those that fit a selection or a budget.

pub(super) mod budget;
pub(super) mod dependencies;
pub(super) mod dependents;
pub(super) mod fault_windows;
pub(super) mod greedy;
pub(super) mod ordering;
pub(super) mod selection;
pub(super) mod sessions;
pub(super) mod sweeping;
