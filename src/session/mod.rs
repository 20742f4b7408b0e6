//! What each command does, without a word of the command line.

pub(crate) mod atomic_file;

pub(crate) mod bundle;
pub(crate) mod clean;
pub mod command_source;
pub mod conclude;
pub(crate) mod connection;
pub mod diff;
pub(crate) mod earlier_runs;
pub(crate) mod embedded_mock;
mod failed;
pub(crate) mod fetch;
mod finding_places;
pub(crate) mod finding_repeats;
mod folder_suite;
pub(crate) mod identity;
pub(crate) mod json_file;
pub(crate) mod list;
pub mod observer;
pub mod open;
pub mod options;
pub(crate) mod other_values;
pub mod plan;
pub(crate) mod planned_log_ins;
pub(crate) mod regressions;
mod repeater;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod retention;
pub mod run;
#[cfg(test)]
mod schema_files;
pub(crate) mod self_test;
mod sending;
pub(crate) mod shown_address;
pub mod specification;
pub mod stop;
pub mod suite_allowance;
pub(crate) mod suite_commands;
pub mod target;
mod unanswered;
mod web_fuzzing_log_ins;

pub use clean::clean_up;
pub use conclude::judge;
pub use diff::diff;
pub use plan::plan;
pub use replay::replay;
pub use run::run;
