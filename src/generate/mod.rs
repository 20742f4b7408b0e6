//! Values for requests: valid ones from the contract's examples and schemas, and wrong ones next to them.

mod capture;
mod fill;
mod request;
mod sample;
mod unlike;

pub use capture::captured;
pub use fill::fill;
pub use request::{Base, Need, marked, valid};
pub use sample::sample;
pub use unlike::{unknown_id, unlike};
