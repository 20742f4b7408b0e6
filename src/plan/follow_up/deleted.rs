//! Plans the requests that check whether what was deleted is really gone.

use crate::model::path::last_parameter;
use crate::model::plan::{Place, Probe, Purpose, SlotId, Stage};
use crate::model::trigger_name::TriggerName;
use crate::plan::resolver::Resolver;

impl Resolver<'_> {
    /// Asks for what no request asks for yet after its removal, with the request that asks for another one of the kind.
    pub fn read_deleted(&mut self) {
        let removals: Vec<Probe> = self.builder.plan().probes.iter().filter(|probe| is_removal(probe)).cloned().collect();
        for removal in removals {
            let Some(last) = removal.consumes.last() else { continue };
            let gone: Vec<&Probe> = self.builder.plan().probes.iter().filter(|probe| Self::asks_for_one(probe)).collect();
            let kind = self.kind_of(last);
            let asked = gone.iter().any(|probe| item(probe) == Some(last));
            let Some(other) = gone.iter().find(|probe| item(probe).is_some_and(|slot| self.kind_of(slot) == kind)).filter(|_| !asked) else {
                continue;
            };
            let mut probe = Probe::clone(other);
            let Some(before) = item(&probe).cloned() else { continue };
            let consumer = self.builder.consumers.get(&before).cloned();
            rename(&mut probe, &before, last);
            probe.after.retain(|id| Some(id) != consumer.as_ref());
            probe.after.push(removal.id.clone());
            let other = other.id.clone();
            if let Ok(id) = self.builder.push(probe) {
                self.builder.aim_at_same_cells(&other, &id);
            }
        }
    }

    /// Whether a request reads one resource that has been removed.
    fn asks_for_one(probe: &Probe) -> bool {
        probe.stage == Stage::Gone && probe.request.method.is_get() && probe.trigger == TriggerName::DELETED_RESOURCE && item(probe).is_some()
    }
}

fn rename(probe: &mut Probe, before: &SlotId, slot: &SlotId) {
    probe.request.replace_slot(before, slot);
    probe.needs = probe.request.slots();
}

fn is_removal(probe: &Probe) -> bool {
    probe.fault.is_none() && probe.purpose == Purpose::Probe && probe.request.method.is_delete() && !probe.consumes.is_empty()
}

/// The slot in the path, when it is the only one and ends the path.
fn item(probe: &Probe) -> Option<&SlotId> {
    let name = last_parameter(&probe.request.path)?;
    let mut in_path = probe.request.fillings.iter().filter(|binding| matches!(binding.place, Place::Path(_)));
    let (binding, None) = (in_path.next()?, in_path.next()) else { return None };
    (binding.place == Place::Path(name.to_owned())).then_some(&binding.slot)
}
