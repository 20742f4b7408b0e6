//! Reads a resource from a list in place of one whose create was refused; such a resource is never written to.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Run;
use crate::contract::expressions::captured;
use crate::model::exchange::Outcome;
use crate::model::plan::{Capture, Probe, SlotId};
use crate::plan::IdSource;

impl Run<'_> {
    /// Whether a list has still to be read before it is known what can be read in the place of what was not made.
    pub(super) fn awaits_list(&self, probe: &Probe) -> bool {
        let Some((slot, feeds)) = self.not_made(probe) else { return false };
        let open = |id_source: &IdSource| self.list(probe, id_source).is_some_and(|list| !self.progress.outcomes.contains_key(&list.id));
        self.first_listed(slot, &feeds, probe).is_none() && feeds.iter().any(open)
    }

    /// The values of a read, with something that a list shows in the place of what was not made.
    pub(super) fn found_instead(&self, probe: &Probe) -> Option<BTreeMap<SlotId, Value>> {
        let (slot, feeds) = self.not_made(probe)?;
        Some(BTreeMap::from([(slot.clone(), self.first_listed(slot, &feeds, probe)?)]))
    }

    /// The only thing that a valid read names, where a create of it was refused, and the lists that may hold another one. Below
    /// something else it would have to be of the same.
    fn not_made<'p>(&self, probe: &'p Probe) -> Option<(&'p SlotId, Vec<IdSource>)> {
        let [slot] = probe.needs.as_slice() else { return None };
        if !probe.request.method.is_safe()
            || probe.fault.is_some()
            || self.progress.absence(slot).is_none()
            || probe.request.slots_in_path() != [slot]
        {
            return None;
        }
        let maker = self.plan.maker(slot)?;
        if self.progress.known.accepted().contains(maker) {
            return None;
        }
        let kind = &self.plan.slots.get(slot)?.kind;
        Some((slot, self.progress.known.ownership().lock().lists_of_kind(kind)))
    }

    /// The valid request for a list that needs nothing and is due no later than a probe.
    fn list(&self, probe: &Probe, id_source: &IdSource) -> Option<&Probe> {
        let fits =
            |list: &&Probe| list.operation == id_source.operation && list.fault.is_none() && list.request.method.is_safe() && list.needs.is_empty();
        self.plan.probes.iter().filter(fits).find(|list| list.stage_order() <= probe.stage_order() && !list.after.contains(&probe.id))
    }

    fn first_listed(&self, slot: &SlotId, feeds: &[IdSource], probe: &Probe) -> Option<Value> {
        let like = &self.plan.slots.get(slot)?.like;
        feeds.iter().find_map(|id_source| {
            let list = self.list(probe, id_source)?;
            let answer = self.outcome(&list.id).and_then(Outcome::answer).filter(|answer| list.is_accepted_by(answer.status))?;
            // One of another sort may be refused for what it is.
            let capture = Capture { slot: slot.clone(), expression: id_source.expression.clone(), like: like.clone(), nth: 0, state: None };
            captured(&capture, answer, list, &BTreeMap::new())
        })
    }
}
