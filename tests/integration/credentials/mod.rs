//! Who asks: header fields of a user's own, schemes that a suite adds, and log-ins, against small servers on this machine.

mod auth_file;
mod headers;
mod log_in;
mod other_account;
pub mod program;
mod renewals;
mod schemes;
mod sessions;
