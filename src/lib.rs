//! Probity proves, from the outside, that an HTTP API answers every status its contract documents.

pub mod checks;
pub mod cli;
pub mod contract;
pub mod domain;
pub mod generate;
pub mod journal;
pub mod judge;
pub mod load;
pub mod mock;
pub mod plan;
pub mod report;
pub mod run;
pub mod state;
pub mod transport;
pub mod triggers;
