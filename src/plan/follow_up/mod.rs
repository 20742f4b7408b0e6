//! Requests that look at what earlier ones did: pages, jobs, deletions, filters, drawn values.

pub(super) mod cases;
pub(super) mod gone;
pub(super) mod narrowed;
pub(super) mod walks;
