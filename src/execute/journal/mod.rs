//! The state folder: what runs write down for later runs, one folder for each target and contract.

mod folder;
mod memory;
mod private_files;
mod reduction;
mod writer;

pub use folder::{Answers, StateFolder, digest};
pub use memory::{LastAsked, Memory, PendingJob, Remembered};
pub use private_files::JournalError;
pub use reduction::masking_key;
pub use writer::Journal;
