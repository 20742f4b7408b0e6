//! Values for requests: valid ones from the contract's examples and schemas, and wrong ones next to them.

mod accept;
mod another;
mod body;
mod drawn;
mod fresh;
mod mark;
mod refusal;
mod request;
mod unknown;
mod unlike;
mod vary;

pub use another::{Refused, another};

pub use drawn::{Chance, admits, applied, change_between, odd, smaller, valid_changes};

pub use fresh::freshen;
pub use mark::{carries, document, marked, marked_texts, with_mark};

pub use request::{Base, Need, valid};

pub use unknown::{is_unknown, malformed_id, nth_unknown_id, unknown_id};
pub use unlike::unlike;
