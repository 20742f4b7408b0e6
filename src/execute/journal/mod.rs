//! The state folder: what runs write down for later runs, one folder for each target and contract.

mod folder;
mod memory;
mod reduction;
mod writer;

pub use folder::{Answers, Folder, JournalError, digest};
pub use memory::{Job, Known, Memory, Remembered};
pub use reduction::masking_key;
pub use writer::Journal;
