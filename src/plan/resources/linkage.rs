//! Chooses what to write into a relationship: resources that are not in it yet.
//! Only then does a read tell what was added from what was there, and what was replaced from what was kept.

use crate::model::contract::{Operation, ResourceNeed};
use crate::model::ids::ProbeId;
use crate::model::plan::{Place, Probe, Purpose, RequestTemplate, SlotId, Stage};
use crate::plan::bound_request::BoundRequest;
use crate::plan::resolver::Resolver;

impl Resolver<'_> {
    /// A resource for a place in the body of a request that adds to a relationship or replaces it: one that nothing else has
    /// put in there; `None` where there is no such.
    pub(in crate::plan) fn not_in_there(
        &mut self,
        operation: &Operation,
        place: &Place,
        need: &ResourceNeed,
        bound_request: &BoundRequest,
        taken: &[SlotId],
    ) -> Option<SlotId> {
        let writes = (operation.method.is_post() || operation.method.is_patch()) && matches!(place, Place::Body(_));
        let name = relationship(&operation.path).filter(|_| writes)?;
        let there = self.values_in_relationship(operation, name, &bound_request.base.request);
        if there.is_empty() {
            return None;
        }
        let taken: Vec<SlotId> = taken.iter().cloned().chain(there).collect();
        let found = self.free_or_any(operation, place, need, &taken).ok().flatten()?;
        self.builder.plan().is_made(&found).then_some(found)
    }

    /// A resource to take out of a relationship by name: one that was put there in place of all others, or else added.
    pub(in crate::plan) fn taken_out(
        &mut self,
        operation: &Operation,
        place: &Place,
        bound_request: &BoundRequest,
        kind: &str,
        taken: &[SlotId],
    ) -> Option<SlotId> {
        relationship(&operation.path).filter(|_| operation.method.is_delete() && matches!(place, Place::Body(_)))?;
        let contract = self.context.contract;
        for method in ["PATCH", "POST"] {
            let Some(other) = contract.operations_on(&operation.path).find(|other| other.method.as_str() == method) else {
                continue;
            };
            let Ok(success) = self.success(&other.id) else { continue };
            let probe =
                self.builder.plan().probe(&success).filter(|probe| probe.request.slots_in_path() == bound_request.base.request.slots_in_path());
            let put = probe.map(|probe| slots_in_body(probe, |_| true)).unwrap_or_default();
            if let Some(slot) = put.into_iter().find(|slot| !taken.contains(slot) && self.kind_of(slot) == kind) {
                return Some(slot);
            }
        }
        None
    }

    /// Takes out of a relationship what no other request takes out again, where something is refused while it holds anything.
    pub fn empty(&mut self) {
        let contract = self.context.contract;
        let removals = contract.operations.iter().filter(|operation| operation.method.is_delete() && self.blocks_deletion(&operation.path));
        for operation in removals.collect::<Vec<_>>() {
            let Some(name) = relationship(&operation.path) else { continue };
            let Some(first) = self.successes.get(&operation.id).and_then(|success| self.builder.plan().probe(success.as_ref().ok()?)) else {
                continue;
            };
            let (owners, out) = (first.request.slots_in_path().into_iter().cloned().collect::<Vec<_>>(), slots_in_body(first, |_| true));
            let request = first.request.clone();
            // A removal without a body takes out all there is.
            if out.is_empty() {
                continue;
            }
            for left in self.values_in_relationship(operation, name, &request).into_iter().filter(|slot| !out.contains(slot)) {
                let fixed: Vec<SlotId> = owners.iter().cloned().chain([left]).collect();
                let Ok(bound_request) = self.bind(operation, false, &fixed) else { continue };
                let mut removal = Probe::valid(ProbeId::default(), operation, Purpose::Fixture, Stage::Remove, bound_request.base.request);
                removal.id = ProbeId::for_cell(&operation.id, removal.status, "success");
                removal.assumed = bound_request.assumed;
                // What may not be sent is left out: no cell depends on it.
                let _ = self.builder.push(removal);
            }
        }
    }

    /// Whether something is refused while a relationship holds anything.
    fn blocks_deletion(&self, path: &str) -> bool {
        let conditions = self.context.contract.operations.iter().flat_map(|other| &other.responses).flat_map(|response| &response.conditions);
        let mut by = conditions.filter_map(|condition| self.context.contract.operation(condition.by.as_ref()?));
        by.any(|by| by.path == path)
    }

    /// What the request that made the owner put into its relationship, and what others on the same route put there.
    fn values_in_relationship(&self, operation: &Operation, name: &str, request: &RequestTemplate) -> Vec<SlotId> {
        let owners = request.slots_in_path();
        let mut there = Vec::new();
        for owner in owners.iter().filter_map(|slot| self.builder.plan().slots.get(*slot)) {
            let at = format!("/relationships/{name}/");
            there.extend(
                owner
                    .maker()
                    .and_then(|maker| self.builder.plan().probe(maker))
                    .map(|maker| slots_in_body(maker, |place| place.contains(&at)))
                    .unwrap_or_default(),
            );
        }
        let others = self.context.contract.operations_on(&operation.path).filter(|other| other.id != operation.id);
        for other in others.filter(|other| matches!(other.method.as_str(), "POST" | "PATCH")) {
            let Some(Ok(success)) = self.successes.get(&other.id) else { continue };
            let probe = self.builder.plan().probe(success).filter(|probe| probe.request.slots_in_path() == owners);
            there.extend(probe.map(|probe| slots_in_body(probe, |_| true)).unwrap_or_default());
        }
        there
    }

    /// Asks once more what a relationship holds when something has been taken out of it, right after that: what is due to be
    /// read anyway is read before, while there is most to see.
    pub fn read_after_removals(&mut self) {
        let removals: Vec<Probe> = self.builder.plan().probes.iter().filter(|probe| takes_out(probe)).cloned().collect();
        for removal in removals {
            let Some(read) = self.builder.plan().probes.iter().find(|probe| reads(probe, &removal)).cloned() else { continue };
            let id = ProbeId::for_cell(&read.operation, read.status, "afterwards");
            let look = Probe {
                id,
                purpose: Purpose::Fixture,
                captures: Vec::new(),
                after: vec![removal.id.clone(), read.id.clone()],
                stage: Stage::Change,
                ..read
            };
            // Right behind the removal, so that whatever is changed next waits for it.
            let _ = self.builder.push_after(&removal.id, look);
        }
    }
}

/// The name of the relationship of one resource that a path leads to.
fn relationship(path: &str) -> Option<&str> {
    let (front, name) = path.rsplit_once('/')?;
    (front.ends_with("}/relationships") && !name.starts_with('{')).then_some(name)
}

fn takes_out(probe: &Probe) -> bool {
    probe.fault.is_none()
        && probe.purpose != Purpose::Cleanup
        && probe.request.method.is_delete()
        && probe.stage == Stage::Change
        && relationship(&probe.request.path).is_some()
}

fn reads(probe: &Probe, removal: &Probe) -> bool {
    let same = probe.request.path == removal.request.path && probe.request.slots_in_path() == removal.request.slots_in_path();
    same && probe.request.method.is_get() && probe.fault.is_none() && probe.purpose != Purpose::Cleanup
}

/// The slots that a request names in its body.
fn slots_in_body(probe: &Probe, at: impl Fn(&str) -> bool) -> Vec<SlotId> {
    let body = probe.request.fillings.iter().filter(|binding| matches!(&binding.place, Place::Body(place) if at(place)));
    body.map(|binding| binding.slot.clone()).collect()
}
