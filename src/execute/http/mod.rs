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

pub use answer_body::AnswerMemory;
pub use client::{AnswerLimits, Client, ClientError, NoAnswer, ServerRoute};
pub use credentials::{Accounts, Secret, Secrets};
pub use document::FetchedDocument;
pub use echo::SecretRedactor;
pub use own_headers::OwnField;
pub use permit::{Permit, PermittedRequest, SignedRequest};
pub use session::Session;
pub use wire::{UnsignedRequest, unsigned_request};
