//! Sends requests and reads answers, within bounds.

mod client;
mod credentials;
mod decoders;
mod echo;
mod forms;
mod permit;
mod reading;
mod reasons;
mod surrogates;
mod weight;
mod wire;

pub use client::{Bounds, Client, ClientError, Route, Silence};
pub use credentials::{Accounts, MissingCredential, Secret, Secrets};
pub use echo::Censor;
pub use permit::{Permit, Permitted, Signed};
pub use reading::Store;
pub use wire::{Wire, wire};
