//! Finds what a run would leave behind, and the requests that remove it.

use std::collections::BTreeMap;

use super::known::KnownResources;
use crate::model::contract::Status;
use crate::model::ids;
use crate::model::ids::ProbeId;
use crate::model::path::last_parameter;
use crate::model::plan::{Place, Plan, Probe, Purpose, RequestTemplate, SlotId, Stage};

/// The name of a slot for one more thing of the sort that another slot names.
fn another(slot: &str) -> &str {
    ids::plan_id(slot)
}

/// A request that removes what a slot names, for as long as it is there; `None` where the contract has no operation for it.
pub fn removal(plan: &Plan, slot: &SlotId) -> Option<Probe> {
    let remover = plan.removers.get(another(slot)).or_else(|| plan.removers.get(slot))?;
    let mut request = remover.request.clone();
    let own = Place::Path(last_parameter(&request.path)?.to_owned());
    for binding in request.fillings.iter_mut().filter(|binding| binding.place == own) {
        slot.clone_into(&mut binding.slot);
    }
    Some(removal_probe(ProbeId::for_action(&remover.operation, format_args!("removal::{slot}")), &remover.operation, request, vec![slot.to_owned()]))
}

/// The requests that remove what is left of what a plan makes, the last made first: what was made later may refer to what was
/// made before.
pub fn removals(plan: &Plan, is_left: impl Fn(&SlotId) -> bool) -> Vec<Probe> {
    let place: BTreeMap<&str, usize> = plan.probes.iter().enumerate().map(|(index, probe)| (probe.id.as_str(), index)).collect();
    let mut left: Vec<(usize, &SlotId)> = plan
        .slots
        .iter()
        .filter(|(id, _)| is_left(id))
        .filter_map(|(id, slot)| Some((place.get(slot.maker()?.as_str()).copied().unwrap_or(usize::MAX), id)))
        .collect();
    left.sort_by(|one, other| other.cmp(one));
    left.into_iter().filter_map(|(_, slot)| removal(plan, slot)).collect()
}

/// Requests that take back what was done to things that the run did not make, where the deletion that was due for it has not
/// been sent.
pub fn restoring_requests(plan: &Plan, known: &KnownResources) -> Vec<Probe> {
    let borrowed = |slot: &SlotId| plan.slots.contains_key(slot) && !plan.is_made(slot);
    let done = plan
        .probes
        .iter()
        .filter(|probe| known.accepted().contains(&probe.id) && (probe.request.method.is_post() || probe.request.method.is_patch()));
    let mut found: Vec<Probe> = Vec::new();
    for done in done.filter(|probe| probe.request.slots_in_path().into_iter().any(borrowed)) {
        let inverse = plan.probes.iter().find(|other| {
            let there = other.request.path == done.request.path && other.request.slots_in_path() == done.request.slots_in_path();
            there && other.fault.is_none() && other.request.method.is_delete()
        });
        let Some(inverse) = inverse.filter(|inverse| !known.accepted().contains(&inverse.id)) else { continue };
        let id = ProbeId::for_action(&inverse.id, "undo");
        if found.iter().all(|other| other.id != id) {
            found.push(removal_probe(id, &inverse.operation, inverse.request.clone(), Vec::new()));
        }
    }
    found
}

fn removal_probe(id: ProbeId, operation: &str, request: RequestTemplate, consumes: Vec<SlotId>) -> Probe {
    // Whatever the server says to it: no cell depends on it.
    let plain = Probe::valid_request(id, operation, Purpose::Cleanup, Stage::Cleanup, request);
    Probe { status: Status(204), consumes, wave: u32::MAX, ..plain }
}
