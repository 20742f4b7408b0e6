//! Plans the requests that look at what earlier ones did: pages, jobs, deletions, filters, drawn values.

pub(super) mod deleted;
pub(super) mod drawn_requests;
pub(super) mod filters;
pub(super) mod pages_and_jobs;
