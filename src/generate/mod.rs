//! Values for requests: valid ones from the contract's examples and schemas, and wrong ones next to them.

mod accept;
mod another;
mod body;
mod capture;
mod drawn;
mod fill;
mod fresh;
mod mark;
mod number;
mod pattern;
mod refusal;
mod request;
mod sample;
mod unknown;
mod unlike;
mod vary;
mod word;

pub use another::{Refused, another};
pub use capture::captured;
pub use drawn::{Chance, admits, applied, change_between, odd, smaller, valid_changes};
pub use fill::{fill, value_at};
pub use fresh::freshen;
pub use mark::{carries, document, marked, marked_texts, with_mark};
pub use pattern::varied;
pub use request::{Base, Need, valid};
pub use sample::{sample, samples, specimens, unadorned};
pub use unknown::{is_unknown, malformed_id, nth_unknown_id, unknown_id};
pub use unlike::unlike;
