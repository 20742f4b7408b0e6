//! Runtime expressions (OpenAPI, Link Object): values taken from answers and put into requests.

pub(crate) mod capture;
pub(crate) mod fill;

pub use capture::captured;
pub use fill::fill;
pub use fill::value_at;
