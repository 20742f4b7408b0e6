//! What commands do, apart from the words of the command line.

pub mod open;
