//! What each command does, independent of the command line.

pub mod open;
