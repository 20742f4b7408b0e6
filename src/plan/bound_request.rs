//! A valid request of which each resource is bound to a slot.

use super::operations::removes_many;
use crate::model::contract::Operation;
use crate::model::plan::{Body, Place, SlotId};
use crate::plan::values::Base;

/// A valid request with the slots that fill it.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The request with its fillings.
    pub base: Base,
    /// Slots in the order of the needs they fill.
    pub slots: Vec<SlotId>,
    /// A value that is not certain to be accepted.
    pub assumed: Option<String>,
}

/// The slots that an accepted request takes away.
pub fn consumed_slots(operation: &Operation, bound: &Bound) -> Vec<SlotId> {
    let own = operation.item_parameter().map(|parameter| parameter.name.as_str());
    let fillings = bound.base.request.fillings.iter().filter(|filling| match &filling.place {
        Place::Path(name) => own == Some(name.as_str()),
        Place::Body(_) => own.is_none() && !matches!(bound.base.request.body, Body::Empty),
        Place::Query(_) => removes_many(operation),
        _ => false,
    });
    fillings.map(|filling| filling.slot.clone()).collect()
}
