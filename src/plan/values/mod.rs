//! Chooses values for requests: valid ones from examples and schemas, and wrong ones next to them.

mod accept_header;
mod alternative;
mod drawn;
mod named_members;
mod pattern_variants;
mod run_mark;
mod switched_off;
mod unique_headers;
mod unknown_ids;
mod valid_body;
mod valid_request;
mod wrong_values;

pub use alternative::{RefusedRequest, another};

pub use named_members::names_or_quotes;

pub use drawn::{SeededRandom, admits, applied, change_between, smaller, unforeseen_change, valid_changes};

pub use run_mark::{carries, document, marked_texts, put_marks, with_mark};
pub use unique_headers::set_unique_headers;

pub use valid_request::{NeededResource, ValidRequest, valid};

pub use unknown_ids::{is_unknown, malformed_id, nth_unknown_id, unknown_id};
pub use wrong_values::{text_of_other_type, value_of_other_type};
