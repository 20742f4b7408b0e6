//! Probity proves, from the outside, that an HTTP API answers every status its contract documents.

pub mod checks;
pub mod contract;
pub mod domain;
pub mod report;
