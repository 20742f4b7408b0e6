//! A valid request of which each resource is bound to a slot.

use super::operation_effects::removes_many;
use crate::model::assumption::Assumption;
use crate::model::contract::Operation;
use crate::model::plan::{Body, Place, SlotId};
use crate::plan::values::ValidRequest;

/// A valid request with the slots that fill it.
#[derive(Debug, Clone)]
pub struct BoundRequest {
    /// The request with its fillings.
    pub base: ValidRequest,
    /// Slots in the order of the needs they fill.
    pub slots: Vec<SlotId>,
    /// A value that is not certain to be accepted.
    pub assumed: Option<Assumption>,
}

/// The slots that an accepted request takes away.
pub fn consumed_slots(operation: &Operation, bound_request: &BoundRequest) -> Vec<SlotId> {
    let own = operation.item_parameter().map(|parameter| parameter.name.as_str());
    let fillings = bound_request.base.request.fillings.iter().filter(|binding| match &binding.place {
        Place::Path(name) => own == Some(name.as_str()),
        Place::Body(_) => own.is_none() && !matches!(bound_request.base.request.body, Body::Empty),
        Place::Query(_) => removes_many(operation),
        _ => false,
    });
    fillings.map(|binding| binding.slot.clone()).collect()
}
