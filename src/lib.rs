//! Probity proves, from the outside, that an HTTP API answers every status its contract documents.

pub mod contract;
pub mod domain;
pub mod mock;
