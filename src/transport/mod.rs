//! Sends requests and reads answers, within bounds.

mod client;
mod credentials;
mod echo;
mod wire;

pub use client::{Bounds, Client, ClientError};
pub use credentials::{Accounts, MissingCredential, Secret, Secrets};
pub use wire::{Wire, wire};
