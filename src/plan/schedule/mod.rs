//! In which order requests are sent, and which of them a selection or a budget keeps.

pub(super) mod choice;
pub(super) mod closure;
pub(super) mod downstream;
pub(super) mod moment;
pub(super) mod order;
pub(super) mod select;
pub(super) mod sweeps;
pub(super) mod value;
