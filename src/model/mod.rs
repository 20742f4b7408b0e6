//! Plain data that every room of the program shares: no I/O, no clock, no environment.

pub mod allowance;
pub mod assumption;
pub mod auth_file;
pub mod certainty;
pub mod change;
pub mod check_level;
mod collection;
pub mod condition;
pub mod contract;
pub mod contract_document;
pub mod drawn;
pub mod effect;
pub mod environment;
pub mod exchange;
mod extensions;
pub mod file_place;
pub mod filter;
pub mod hash;
pub mod http;
pub mod ids;
mod index;
pub mod issue;
pub mod job;
pub mod journal;
pub mod keep;
pub mod log_in;
pub mod media_range;
pub mod own_command;
pub mod own_header;
pub mod own_request;
pub mod own_security;
mod parameter_location;
pub mod path;
pub mod plan;

pub mod reason;
pub mod report;
pub mod security;
pub mod serialization;
pub mod session_exchange;
#[cfg(test)]
pub(crate) mod small_probe;
#[cfg(test)]
pub(crate) mod small_report;
pub mod stage;
pub mod suite;
pub mod template;
pub mod text;
pub mod traces;
pub mod trigger_name;
pub mod verdict;
