//! For each cell a request that proves it: the valid one, or one with a single fault.

pub(super) mod aim;
pub(super) mod alike;
pub(super) mod alone;
pub(super) mod settings;
