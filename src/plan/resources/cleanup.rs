//! Decides how each resource that the run makes is removed at the end.

use crate::model::contract::Operation;
use crate::model::plan::{Probe, ProbeId, Purpose, Remover, SlotId, Stage};
use crate::plan::bound_request::{BoundRequest, consumed_slots};
use crate::plan::operation_effects::removes;
use crate::plan::resolver::Resolver;
use crate::plan::schedule::selection::skip_reason;

impl<'a> Resolver<'a> {
    /// Removes what no planned request removes.
    pub(in crate::plan) fn clean_up(&mut self) {
        let left: Vec<(SlotId, String)> = self
            .builder
            .plan()
            .slots
            .iter()
            .filter(|(id, slot)| slot.maker().is_some() && !self.builder.consumers.contains_key(*id))
            .map(|(id, slot)| (id.clone(), slot.kind.clone()))
            .collect();
        for (slot, kind) in left.into_iter().filter(|(_, kind)| !self.is_kept(kind)).collect::<Vec<_>>() {
            if let Some(operation) = self.remover_of(&kind)
                && let Ok(bound_request) = self.bind(operation, false, std::slice::from_ref(&slot))
            {
                self.remove_by(operation, &bound_request, slot);
            }
        }
    }

    /// Writes down how each thing that the run makes is removed on its own.
    pub(in crate::plan) fn record_removers(&mut self) {
        let made: Vec<(SlotId, String, ProbeId)> =
            self.builder.plan().slots.iter().filter_map(|(id, slot)| Some((id.clone(), slot.kind.clone(), slot.maker()?.clone()))).collect();
        for (slot, kind, maker) in made {
            if self.is_kept(&kind) && !self.builder.consumers.contains_key(&slot) {
                continue;
            }
            let Some(operation) = self.remover_of(&kind) else { continue };
            let above = self.builder.plan().probe(&maker).map(|maker| maker.needs.clone()).unwrap_or_default();
            let fixed: Vec<SlotId> = std::iter::once(slot.clone()).chain(above).collect();
            if let Ok(bound_request) = self.bind(operation, false, &fixed) {
                self.builder.removers_mut().insert(slot, Remover { operation: operation.id.clone(), request: bound_request.base.request });
            }
        }
    }

    /// Whether things of a kind are left: they get by themselves, in time, into a state that a later run needs one in.
    fn is_kept(&self, kind: &str) -> bool {
        let known =
            |state: &Option<String>| self.context.options.given.get(kind).is_some_and(|known| known.iter().any(|known| known.state == *state));
        let entries = self.context.suite.given.get(kind).into_iter().flatten();
        self.context.options.keep && entries.into_iter().any(|entry| entry.after.is_some() && entry.state.is_some() && !known(&entry.state))
    }

    /// The operation that removes one thing of a kind.
    fn remover_of(&self, kind: &str) -> Option<&'a Operation> {
        let mut removers = self.context.items_of(kind).filter(|operation| removes(operation));
        removers.find(|operation| skip_reason(operation, self.context.suite, self.context.options).is_none())
    }

    fn remove_by(&mut self, operation: &Operation, bound_request: &BoundRequest, slot: SlotId) {
        let id = ProbeId::for_action(&operation.id, format_args!("cleanup::{slot}"));
        let request = bound_request.base.request.clone();
        let consumes = consumed_slots(operation, bound_request);
        let probe = Probe { consumes, ..Probe::valid(id, operation, Purpose::Cleanup, Stage::Cleanup, request) };
        if let Ok(id) = self.builder.push(probe) {
            self.builder.consumers.insert(slot, id);
        }
    }
}
