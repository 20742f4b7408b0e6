//! Chooses a request that proves each cell: the valid request, or one with a single fault.

pub(super) mod cells;
pub(super) mod conditions_met;
pub(super) mod preconditions;
pub(super) mod single_item;
