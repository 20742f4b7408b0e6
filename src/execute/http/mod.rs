//! Sends requests and reads answers, within bounds.

mod answer_body;
mod client;
mod credentials;
mod decoders;
mod echoed_secrets;
mod fetched_document;
mod json_size;
mod no_answer;
mod obtained_credential;
mod own_headers;
mod permit;
mod secret_encodings;
mod surrogates;
mod unsigned_request;

pub use answer_body::AnswerMemory;
pub use client::{AnswerLimits, Client, ClientError, ServerRoute, TransportError};
pub use credentials::{Accounts, KnownSchemes, Secret, Secrets};
pub use echoed_secrets::SecretRedactor;
pub use fetched_document::FetchedDocument;
pub use obtained_credential::Session;
pub use own_headers::OwnField;
pub use permit::{Permit, PermittedRequest, SignedRequest};
pub use unsigned_request::{UnsignedRequest, unsigned_request};
