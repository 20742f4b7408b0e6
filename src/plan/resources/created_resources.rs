//! Finds in an answer the ids of what a request has made.

use std::collections::BTreeMap;

use super::undocumented_ids::{kind_below, unlisted};
use crate::contract::expressions::captured;
use crate::model::contract::Contract;
use crate::model::effect::Effect;
use crate::model::exchange::Answer;
use crate::model::ids;
use crate::model::plan::{Capture, Plan, Probe};

/// The captures of a request that may hold what it made, each with the kind of thing.
pub fn made_captures(plan: &Plan, probe: &Probe) -> Vec<(Capture, String)> {
    let control = probe.control.as_ref().filter(|_| probe.fault.is_some()).and_then(|control| plan.probe(control));
    let maker = match control {
        Some(control) if control.operation == probe.operation && control.request.method == probe.request.method => control,
        Some(_) => return Vec::new(),
        None => probe,
    };
    if maker.request.method.is_safe() {
        return Vec::new();
    }
    // What a query with POST finds it has not made.
    let made = |slot: &str| plan.slots.get(ids::plan_id(slot)).filter(|slot| slot.maker().is_some());
    let kind = |slot: &str| made(slot).map(|slot| slot.kind.clone());
    maker.captures.iter().filter_map(|capture| Some((capture.clone(), kind(&capture.slot)?))).collect()
}

/// The same as far as an answer holds them; where the contract does not tell where an id stands, it is looked for.
pub fn made_captures_in(contract: &Contract, plan: &Plan, probe: &Probe, answer: &Answer) -> Vec<(Capture, String)> {
    let made = made_captures(plan, probe);
    let empty = BTreeMap::new();
    let none = made.iter().all(|(capture, _)| captured(capture, answer, probe, &empty).is_none());
    if none { unlisted_captures_in(contract, probe, answer) } else { made }
}

/// What a create made whose answer holds no id where the contract has one.
pub fn unlisted_captures_in(contract: &Contract, probe: &Probe, answer: &Answer) -> Vec<(Capture, String)> {
    let Some(operation) = contract.operation(&probe.operation) else { return Vec::new() };
    let creates = probe.request.method.is_post() && operation.method.is_post() && matches!(probe.effect, Effect::Own | Effect::Leftovers);
    // Below an item of the run's own, what is not told goes with the item.
    if !creates || !answer.status.is_success() || operation.path.trim_end_matches('/').ends_with('}') {
        return Vec::new();
    }
    let kind = kind_below(contract, operation);
    unlisted(contract, operation, answer).into_iter().map(|capture| (capture, kind.clone())).collect()
}
