//! Sends requests and reads answers, within bounds.

mod answer_body;
mod client;
mod credentials;
mod decoders;
mod document;
mod echo;
mod json_size;
mod own_headers;
mod permit;
mod secret_encodings;
mod session;
mod silence;
mod surrogates;
mod wire;

pub use answer_body::Store;
pub use client::{Bounds, Client, ClientError, Route, Silence};
pub use credentials::{Accounts, Secret, Secrets};
pub use document::Document;
pub use echo::Censor;
pub use own_headers::OwnField;
pub use permit::{Permit, Permitted, Signed};
pub use session::Session;
pub use wire::{Wire, wire};
