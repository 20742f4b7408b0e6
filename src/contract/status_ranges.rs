//! Which responses that stand for many statuses make a cell: those whose status can be asked or watched for.

use serde_json::Value;

use super::conditions;
use crate::model::contract::{Condition, Operation, Response, Status};
use crate::model::trigger_name::TriggerName;

/// Statuses whose conditions are those of a refusal of a class: what is sure to be wrong with a request, the surest first.
const REFUSALS: [u16; 3] = [401, 404, 400];

/// Adds to the responses of an operation the ranges that make a cell. A code of its own goes before a range, and a range before
/// `default` (OpenAPI, Responses Object), so that a success makes one only where there is no code for it.
pub fn add(operation: &mut Operation) {
    let exact = |class: u16| operation.responses.iter().any(|response| response.status.class() == class);
    let written = |class: Option<u16>| operation.fallbacks.iter().any(|fallback| fallback.class == class);
    let failing = operation.responses.iter().any(|response| response.status == Status(500));
    let mut added: Vec<Status> = Vec::new();
    let succeeds = exact(2) || written(Some(2));
    if written(Some(2)) && !exact(2) {
        added.push(Status(2));
    } else if written(Some(3)) && !succeeds && !exact(3) {
        added.push(Status(3));
    } else if written(None) && !succeeds && !exact(3) && !written(Some(3)) {
        added.push(Status::DEFAULT);
    }
    if written(Some(4)) {
        added.push(Status(4));
    }
    if written(Some(5)) && !failing {
        added.push(Status(5));
    }
    let of = |status: &Status| {
        let class = Some(status.class()).filter(|_| *status != Status::DEFAULT);
        let fallback = operation.fallbacks.iter().find(|fallback| fallback.class == class)?;
        Some(Response { status: *status, ..fallback.response.clone() })
    };
    let responses: Vec<Response> = added.iter().filter_map(of).collect();
    operation.responses.extend(responses);
}

/// When a range is demanded. A range of refusals is for what no code of its own is documented for.
pub fn conditions(document: &Value, operation: &Operation, range: Status, json_api: bool) -> Vec<Condition> {
    if range.class() < 4 {
        return vec![Condition::of_trigger(TriggerName::SUCCESS)];
    }
    if range.class() > 4 {
        return Vec::new();
    }
    let told: Vec<&Condition> =
        operation.responses.iter().filter(|response| !response.status.is_range()).flat_map(|response| &response.conditions).collect();
    let mut all: Vec<Condition> = Vec::new();
    for code in REFUSALS.into_iter().filter(|code| *code != 401 || operation.needs_credentials()) {
        let own = conditions::defaults(document, operation, Status(code), json_api).into_iter();
        // A member that looks like a reference may be anything.
        let sure = own.filter(|condition| condition.trigger != TriggerName::UNKNOWN_REFERENCE);
        let open = sure.filter(|condition| told.iter().all(|known| known.trigger != condition.trigger));
        all.extend(open.map(|condition| Condition { or: Vec::new(), ..condition }));
    }
    all
}

/// The code that an answer has by the standards where a contract names only a range.
pub fn code_for_range(range: Status, trigger: &TriggerName) -> Status {
    const STRANGER: [TriggerName; 3] = [TriggerName::NO_CREDENTIALS, TriggerName::WRONG_SECRET, TriggerName::MISSING_HEADER];
    const ABSENT: [TriggerName; 3] = [TriggerName::UNKNOWN_ID, TriggerName::DELETED_RESOURCE, TriggerName::UNKNOWN_REFERENCE];
    match () {
        () if !range.is_range() => range,
        () if range.class() != 4 => Status(range.class().max(2) * 100),
        () if STRANGER.contains(trigger) => Status(401),
        () if ABSENT.contains(trigger) => Status(404),
        () => Status(400),
    }
}

/// Takes out the ranges of refusals that nothing is known to provoke.
pub fn remove_unprovokable_ranges(operation: &mut Operation) {
    operation.responses.retain(|response| response.status != Status(4) || !response.conditions.is_empty());
}
