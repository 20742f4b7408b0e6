//! Tells what an operation does to resources, from its method, its path and its conditions.

use crate::model::contract::{Location, Operation, Status};
use crate::model::path::parameter_of;
use crate::model::trigger_name::TriggerName;

/// Whether what a deletion names is there afterwards, in a state in which the same deletion is refused.
pub fn stays_after_deletion(operation: &Operation) -> bool {
    let mut conditions = operation.responses.iter().flat_map(|response| &response.conditions);
    conditions.any(|condition| condition.trigger == TriggerName::WRONG_STATE && condition.by.as_ref() == Some(&operation.id))
}

/// The trigger of a valid request: `success`, or what the contract puts in its place (`finished`).
pub fn success_trigger(operation: &Operation) -> TriggerName {
    let mut conditions = operation.responses.iter().filter(|response| !response.status.is_refusal()).flat_map(|response| &response.conditions);
    conditions.find(|condition| condition.trigger == TriggerName::FINISHED).map_or(TriggerName::SUCCESS, |condition| condition.trigger.clone())
}

/// Whether an accepted request takes resources away: the path names one, or their collection and the body names them, or
/// nothing does.
pub fn removes(operation: &Operation) -> bool {
    let in_body = operation.request_body.as_ref().is_some_and(|body| body.required) && !operation.path.contains('{');
    operation.method.is_delete() && (operation.item_parameter().is_some() || in_body || removes_many(operation))
}

/// The kind of resource that the last parameter of the path names.
pub fn path_kind(operation: &Operation) -> Option<&str> {
    let last = operation.segments().rev().find_map(parameter_of)?;
    operation.parameter(Location::Path, last)?.resource.as_ref().map(|need| need.kind.as_str())
}

/// Whether an accepted request takes away what it does not name one by one: a deletion on a collection without a body.
pub fn removes_many(operation: &Operation) -> bool {
    operation.method.is_delete()
        && operation.item_parameter().is_none()
        && operation.request_body.is_none()
        && !operation.path.contains("/relationships/")
}

/// The status that the first valid request of an operation is aimed at: the highest that lists the trigger, because a
/// redirect comes before what it leads to and 204 before the rarer 201. What is the other side of another response is not
/// aimed at, nor is the end of a job.
pub fn first_aim(operation: &Operation, trigger: &TriggerName) -> Option<Status> {
    let lists = operation.responses.iter().filter(|response| response.conditions.iter().any(|condition| condition.trigger == *trigger));
    let ends = |status: &Status| operation.done.as_ref().is_some_and(|done| done.status.contains(status));
    lists.filter(|response| response.alternative_to.is_none()).map(|response| response.status).filter(|status| !ends(status)).max()
}
