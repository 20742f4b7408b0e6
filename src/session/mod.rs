//! Opens what commands name: contracts, suites and credentials.

pub mod open;
