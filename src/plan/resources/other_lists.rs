//! Finds other lists to look for a borrowed resource in, when the first list does not hold it.

use std::cmp::Reverse;

use super::id_sources::IdSource;
use crate::model::contract::Operation;
use crate::model::plan::{Capture, Origin, Probe, ProbeId, Purpose, Repeat, Slot, SlotId, Stage};
use crate::plan::planning_context::Context;
use crate::plan::resolver::Resolver;
use crate::plan::schedule::selection::skip_reason;
use crate::plan::values::valid;

/// How many other lists are looked into.
const MOST_LISTS: usize = 3;

/// How well a list is fit for finding something of a kind: the list of everything of the kind knows best what there is, then
/// one that needs no id, then any other. Less is better.
pub fn fitness(context: &Context<'_>, id_source: &IdSource) -> (Reverse<bool>, bool) {
    let Some(finder) = context.contract.operation(&id_source.operation) else { return (Reverse(false), true) };
    let is_item = |item: &Operation| {
        let rest = item.path.strip_prefix(finder.path.trim_end_matches('/')).map(|rest| rest.trim_matches('/'));
        rest.is_some_and(|rest| !rest.contains('/'))
    };
    (Reverse(context.items_of(&id_source.kind).any(is_item)), finder.path.contains('{'))
}

impl Resolver<'_> {
    /// Writes down where else each borrowed thing can be found.
    pub(in crate::plan) fn look_elsewhere(&mut self) {
        let borrowed: Vec<(SlotId, Slot, ProbeId)> = self
            .builder
            .plan()
            .slots
            .iter()
            .filter_map(|(id, slot)| match &slot.origin {
                Origin::Borrowed(finder) => Some((id.clone(), slot.clone(), finder.clone())),
                Origin::Created(_) | Origin::Given(_) => None,
            })
            .collect();
        for (id, slot, finder) in borrowed {
            let Some(first) = self.builder.plan().probe(&finder).cloned() else { continue };
            let Some(capture) = first.captures.iter().find(|capture| capture.slot == id).cloned() else { continue };
            let mut feeds: Vec<&IdSource> =
                self.context.feeds_of(&slot.kind).filter(|id_source| !id_source.makes && id_source.operation != first.operation).collect();
            feeds.sort_by_key(|id_source| fitness(self.context, id_source));
            let below = |path: &str| path.contains('{');
            let others = feeds.into_iter().filter_map(|id_source| {
                // That something is there for everybody is sure of a whole list only; whoever relies on that must not be misled.
                let mut other = self.lister(id_source).filter(|other| below(&first.request.path) || !below(&other.request.path))?;
                (other.wave, other.stage) = first.stage_order();
                other.after = vec![first.id.clone()];
                (other.purpose, other.repeat) = (Purpose::Fixture, Repeat::Once);
                other.id = other.id.another(&id);
                other.captures = vec![Capture { expression: id_source.expression.clone(), ..capture.clone() }];
                Some(other)
            });
            let others: Vec<Probe> = others.take(MOST_LISTS).collect();
            if !others.is_empty() {
                self.builder.finders_mut().insert(id, others);
            }
        }
    }

    /// The request that asks for a list: the one that is planned, or one that needs nothing.
    pub(in crate::plan) fn lister(&self, id_source: &IdSource) -> Option<Probe> {
        if let Some(Ok(planned)) = self.successes.get(&id_source.operation) {
            return self.builder.plan().probe(planned).cloned();
        }
        let operation = self.context.contract.operation(&id_source.operation).filter(|operation| operation.method.is_safe())?;
        let base = valid(self.context.contract, self.context.schemas, operation, false).ok()?;
        if !base.needs.is_empty() || skip_reason(operation, self.context.suite, self.context.options).is_some() {
            return None;
        }
        let id = self.builder.free_id(&ProbeId::for_action(&operation.id, "list"));
        Some(Probe { assumed: base.unvouched, ..Probe::valid(id, operation, Purpose::Fixture, Stage::Find, base.request) })
    }
}
