//! Finds which operations make, find and remove each kind of resource that requests name.

use std::collections::BTreeSet;

use serde_json::Value;

use super::echoed_ids::echoed;
use super::id_sources::IdSource;
use super::other_lists::fitness;
use super::unreferenced::names_another;
use crate::contract::schema::is_part;
use crate::model::assumption::Assumption;
use crate::model::contract::{Operation, ResourceNeed};
use crate::model::effect::Effect;
use crate::model::plan::{Binding, Capture, Origin, Place, Probe, ProbeId, Purpose, Slot, SlotId};
use crate::model::reason::{NoRequest, Reason, UserChoice};
use crate::model::text::unquoted_text;
use crate::model::trigger_name::TriggerName;
use crate::plan::bound_request::BoundRequest;
use crate::plan::effect::reads;
use crate::plan::operation_effects::removes;
use crate::plan::operation_effects::removes_many;
use crate::plan::resolver::Resolver;
use crate::plan::values::{ValidRequest, valid};

/// What a request does to a resource that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResourceUse {
    Read,
    Write,
    Remove,
}

impl Resolver<'_> {
    /// Fills the needs of a request with slots; equal example values mean the same resource, different ones different
    /// resources.
    pub(in crate::plan) fn fill(&mut self, operation: &Operation, base: ValidRequest, fixed: &[SlotId]) -> Result<BoundRequest, Reason> {
        let assumed = echoed(self.context.contract, operation, &base).or_else(|| base.unvouched.clone());
        let mut bound_request = BoundRequest { base, slots: Vec::new(), assumed };
        let mut chosen: Vec<(String, String, SlotId)> = Vec::new();
        for need in bound_request.base.needs.clone() {
            let example = unquoted_text(&need.example);
            let known = chosen.iter().find(|(kind, text, _)| *kind == need.resource.kind && *text == example);
            let slot = if let Some((_, _, slot)) = known {
                Some(slot.clone())
            } else {
                let mut taken: Vec<SlotId> = chosen.iter().map(|(_, _, slot)| slot.clone()).collect();
                let of_kind = |slot: &&SlotId| self.builder.plan().slots.get(*slot).is_some_and(|slot| slot.kind == need.resource.kind);
                let ready = fixed.iter().filter(of_kind).find(|slot| !taken.contains(slot)).cloned();
                taken.extend(self.used_up(operation, &need.place, &need.resource.kind));
                let other = match ready {
                    Some(_) => None,
                    None => self
                        .taken_out(operation, &need.place, &bound_request, &need.resource.kind, &taken)
                        .or_else(|| self.not_in_there(operation, &need.place, &need.resource, &bound_request, &taken)),
                };
                match ready.or(other) {
                    Some(slot) => Some(slot),
                    None => self.free_or_any(operation, &need.place, &need.resource, &taken)?,
                }
            };
            match slot {
                Some(slot) => {
                    chosen.push((need.resource.kind.clone(), example, slot.clone()));
                    bound_request.base.request.fillings.push(Binding { place: need.place.clone(), slot: slot.clone() });
                    if !bound_request.slots.contains(&slot) {
                        bound_request.slots.push(slot);
                    }
                }
                None => bound_request.assumed = Some(Assumption::Example(need.resource.kind.clone(), example.clone())),
            }
        }
        self.doubt(operation, &mut bound_request);
        Ok(bound_request)
    }

    /// Resources that earlier requests of the operation named at a place where no other may name them again, and those that
    /// another operation has brought in a state in which this one cannot remove them.
    fn used_up(&self, operation: &Operation, place: &Place, kind: &str) -> Vec<SlotId> {
        if self.usage(operation, place, kind) == ResourceUse::Remove {
            return self.out_of_state(operation);
        }
        let Place::Body(at) = place else { return Vec::new() };
        let mut conditions = operation.responses.iter().flat_map(|response| &response.conditions);
        if !conditions.any(|condition| condition.trigger == TriggerName::DUPLICATE && condition.at.as_ref() == Some(at)) {
            return Vec::new();
        }
        let earlier = self.builder.plan().probes.iter().filter(|probe| probe.operation == operation.id && probe.fault.is_none());
        let fillings = earlier.flat_map(|probe| &probe.request.fillings).filter(|binding| binding.place == *place);
        fillings.map(|binding| binding.slot.clone()).collect()
    }

    /// Resources that requests of other operations have brought in a state in which this one is refused.
    fn out_of_state(&self, operation: &Operation) -> Vec<SlotId> {
        let conditions = operation.responses.iter().flat_map(|response| &response.conditions);
        let others: Vec<&String> =
            conditions.filter(|condition| condition.trigger == TriggerName::WRONG_STATE).filter_map(|condition| condition.by.as_ref()).collect();
        let by_others = |probe: &&Probe| probe.fault.is_none() && probe.operation != operation.id && others.contains(&&probe.operation);
        self.builder.plan().probes.iter().filter(by_others).flat_map(|probe| probe.needs.iter().cloned()).collect()
    }

    /// A slot for a place of a request: what is removed is named by nothing else, and what is named is not removed, as far as
    /// more can be made.
    pub(in crate::plan) fn free_or_any(
        &mut self,
        operation: &Operation,
        place: &Place,
        need: &ResourceNeed,
        taken: &[SlotId],
    ) -> Result<Option<SlotId>, Reason> {
        let usage = self.usage(operation, place, &need.kind);
        let unwanted = match usage {
            ResourceUse::Remove => self.referred_to(&need.kind),
            _ if names_another(self.context.contract, operation, place, Some(&need.kind)) => self.kept_apart(&need.kind),
            _ => Vec::new(),
        };
        if !unwanted.is_empty() {
            let avoided: Vec<SlotId> = taken.iter().cloned().chain(unwanted).collect();
            if let Some(slot) = self.find(need, &avoided, usage) {
                return Ok(Some(slot));
            }
            let makers: Vec<IdSource> = self.context.feeds_of(&need.kind).filter(|id_source| id_source.makes).cloned().collect();
            if let Some(slot) = self.add_create(&makers, need, &avoided, usage) {
                return Ok(Some(slot));
            }
        }
        self.slot(need, taken, usage)
    }

    /// A slot with a resource of the kind; `None` when nothing makes, knows or finds one.
    fn slot(&mut self, need: &ResourceNeed, taken: &[SlotId], usage: ResourceUse) -> Result<Option<SlotId>, Reason> {
        if let Some(slot) = self.find(need, taken, usage).filter(|slot| !self.depends_on_found_data(slot)) {
            return Ok(Some(slot));
        }
        let mut feeds: Vec<IdSource> = self.context.feeds_of(&need.kind).cloned().collect();
        feeds.sort_by_cached_key(|id_source| id_source.makes && self.asks_for_found(&id_source.operation));
        let mut reasons = Vec::new();
        for id_source in feeds.iter().filter(|id_source| id_source.makes) {
            if self.successes.contains_key(&id_source.operation) {
                continue;
            }
            match self.success(&id_source.operation) {
                Ok(_) => {
                    if let Some(slot) = self.find(need, taken, usage).filter(|slot| !self.depends_on_found_data(slot)) {
                        return Ok(Some(slot));
                    }
                }
                Err(reason) => reasons.push(reason),
            }
        }
        if let Some(slot) = self.find(need, taken, usage) {
            return Ok(Some(slot));
        }
        if let Some(slot) = self.add_create(&feeds, need, taken, usage) {
            return Ok(Some(slot));
        }
        if usage == ResourceUse::Remove && feeds.iter().any(|id_source| id_source.makes) {
            let reason = reasons.pop().unwrap_or_else(|| NoRequest::NoneMore(need.kind.clone()).into());
            return Err(NoRequest::RemovesOnlyOwn(Box::new(reason)).into());
        }
        if usage == ResourceUse::Write && !self.context.options.permission.allows(Effect::Borrowed) {
            return Err(UserChoice::NotMade(need.kind.clone(), reasons.pop().map(Box::new)).into());
        }
        if let Some(slot) = self.known_before(need, taken) {
            return Ok(Some(slot));
        }
        let failed = self.context.options.not_given.get(&(need.kind.clone(), None));
        if usage == ResourceUse::Remove {
            return Err(failed.cloned().unwrap_or_else(|| NoRequest::NoMaker(need.kind.clone()).into()));
        }
        if let Some(slot) = self.find_existing(&feeds, need) {
            return Ok(Some(slot));
        }
        if let Some(reason) = failed {
            return Err(reason.clone());
        }
        match reasons.pop() {
            Some(reason) => Err(NoRequest::CannotBeMade(need.kind.clone(), Box::new(reason)).into()),
            None => Ok(None),
        }
    }

    fn find(&self, need: &ResourceNeed, taken: &[SlotId], usage: ResourceUse) -> Option<SlotId> {
        let own_only = usage == ResourceUse::Write && !self.context.options.permission.allows(Effect::Borrowed);
        let fits = |id: &SlotId, slot: &Slot| {
            (!own_only || slot.maker().is_some())
                && !taken.contains(id)
                && is_part(&need.like, &slot.like)
                && (usage != ResourceUse::Remove || (slot.maker().is_some() && !self.builder.consumers.contains_key(id)))
                && !matches!(&slot.origin, Origin::Given(state) if !state.is_empty())
                // What may turn out to be an example is nothing that others can rely on.
                && (!matches!(slot.origin, Origin::Borrowed(_)) || slot.fallback == need.fallback)
        };
        let mut found: Vec<&SlotId> = self.builder.plan().slots_of(&need.kind).filter(|(id, slot)| fits(id, slot)).map(|(id, _)| id).collect();
        found.sort_by_key(|id| (self.depends_on_found_data(id), slot_number(id)));
        found.first().map(|id| (*id).clone())
    }

    /// Whether the request that makes a resource names data that a server need not have: whatever is made without is surer.
    fn depends_on_found_data(&self, slot: &str) -> bool {
        let needs = self.builder.plan().maker(slot).and_then(|maker| self.builder.plan().probe(maker)).map_or(&[][..], |probe| &probe.needs);
        needs.iter().any(|need| self.builder.plan().slots.get(need).is_some_and(|need| need.fallback.is_some()))
    }

    /// Whether the valid request of an operation names such data.
    fn asks_for_found(&self, operation: &str) -> bool {
        let base = self
            .context
            .contract
            .operation(operation)
            .and_then(|operation| valid(self.context.contract, self.context.schemas, operation, false).ok());
        base.is_some_and(|base| base.needs.iter().any(|need| need.resource.fallback.is_some()))
    }

    /// A resource of the kind that the run makes, other than one; made for the purpose when there is none.
    pub(in crate::plan) fn another(&mut self, kind: &str, other: Option<&SlotId>) -> Option<SlotId> {
        let need = ResourceNeed::any(kind);
        let mut taken: Vec<SlotId> = other.into_iter().cloned().collect();
        while let Some(slot) = self.find(&need, &taken, ResourceUse::Write) {
            if self.builder.plan().is_made(&slot) {
                return Some(slot);
            }
            taken.push(slot);
        }
        let feeds: Vec<IdSource> = self.context.feeds_of(kind).filter(|id_source| id_source.makes).cloned().collect();
        for id_source in &feeds {
            let _ = self.success(&id_source.operation);
        }
        self.add_create(&feeds, &need, &taken, ResourceUse::Write)
    }

    /// A resource that is made for one purpose and named by nothing else.
    pub(in crate::plan) fn fresh(&mut self, need: &ResourceNeed) -> Option<SlotId> {
        let taken: Vec<SlotId> = self.builder.plan().slots_of(&need.kind).map(|(id, _)| id.clone()).collect();
        let feeds: Vec<IdSource> = self.context.feeds_of(&need.kind).filter(|id_source| id_source.makes).cloned().collect();
        self.add_create(&feeds, need, &taken, ResourceUse::Write)
    }

    /// One more request that makes a resource, for a need that nothing made so far can fill.
    fn add_create(&mut self, feeds: &[IdSource], need: &ResourceNeed, taken: &[SlotId], usage: ResourceUse) -> Option<SlotId> {
        let mut makers: Vec<&IdSource> = feeds.iter().filter(|id_source| id_source.makes).collect();
        makers.sort_by_key(|id_source| (!id_source.has_part(&need.like), id_source.items.len()));
        for id_source in makers {
            if !matches!(self.successes.get(&id_source.operation), Some(Ok(_))) || self.building.contains(&id_source.operation) {
                continue;
            }
            if !id_source.has_part(&need.like) && !self.can_be(&id_source.operation, &need.like) {
                continue;
            }
            let id = self.valid_probe(&id_source.operation, None).ok()?;
            if !id_source.has_part(&need.like) {
                self.adjust_create_body(&id, &need.like);
            }
            if let Some(probe) = self.builder.probe_mut(&id) {
                probe.purpose = Purpose::Fixture;
            }
            if let Some(slot) = self.find(need, taken, usage) {
                return Some(slot);
            }
        }
        None
    }

    /// Whether an operation can be asked to make a resource with this part: its valid request has every member of it,
    /// and still fits its schema with the other values.
    fn can_be(&self, operation: &str, like: &Value) -> bool {
        let Some(operation) = self.context.contract.operation(operation) else { return false };
        let Ok(base) = valid(self.context.contract, self.context.schemas, operation, false) else { return false };
        let Some(mut body) = base.request.body.value().cloned() else { return false };
        let at = if body.get("data").is_some() { "/data" } else { "" };
        let Some(place) = body.pointer_mut(at).filter(|place| has_members(place, like)) else { return false };
        merge_into(place, like);
        let media = base.media.and_then(|index| operation.request_body.as_ref()?.content.get(index)?.schema.as_ref());
        media.is_some_and(|schema| self.context.schemas.fits(schema, &body))
    }

    /// Lays what a need asks for over the resource that a request makes.
    fn adjust_create_body(&mut self, id: &ProbeId, like: &Value) {
        let Some(probe) = self.builder.probe_mut(id) else { return };
        if let Some(body) = probe.request.body.value_mut() {
            let at = if body.get("data").is_some() { "/data" } else { "" };
            if let Some(place) = body.pointer_mut(at) {
                merge_into(place, like);
            }
        }
        let origin = Origin::Created(id.clone());
        for slot in self.builder.slots_mut().values_mut().filter(|slot| slot.origin == origin) {
            merge_into(&mut slot.like, like);
        }
    }

    fn known_before(&mut self, need: &ResourceNeed, taken: &[SlotId]) -> Option<SlotId> {
        let known = self.context.options.given.get(&need.kind)?.iter().find(|known| known.state.is_none())?.clone();
        let id = SlotId::given(&need.kind, &known.id);
        let slot = Slot::any(&need.kind, Origin::Given(known.id));
        self.builder.slots_mut().entry(id.clone()).or_insert(slot);
        (!taken.contains(&id)).then_some(id)
    }

    /// A resource that exists on the server, found through a list.
    fn find_existing(&mut self, feeds: &[IdSource], need: &ResourceNeed) -> Option<SlotId> {
        let mut finders: Vec<&IdSource> = feeds.iter().filter(|id_source| !id_source.makes).collect();
        finders.sort_by_key(|id_source| fitness(self.context, id_source));
        for id_source in finders {
            let Ok(finder) = self.success(&id_source.operation) else { continue };
            let origin = Origin::Borrowed(finder.clone());
            let alike = |slot: &&Slot| slot.origin == origin && slot.like == need.like && slot.fallback.is_some() == need.fallback.is_some();
            let plan = self.builder.plan();
            let found = plan.probe(&finder).into_iter().flat_map(|probe| &probe.captures);
            let nth = found.filter_map(|capture| plan.slots.get(&capture.slot)).filter(alike).count();
            let id = self.next_slot(&need.kind);
            self.builder
                .slots_mut()
                .insert(id.clone(), Slot { like: need.like.clone(), fallback: need.fallback.clone(), ..Slot::any(&need.kind, origin) });
            let state = self.finished(&need.kind);
            let capture = Capture { slot: id.clone(), expression: id_source.expression.clone(), like: need.like.clone(), nth, state };
            if let Some(probe) = self.builder.probe_mut(&finder) {
                probe.captures.push(capture);
            }
            return Some(id);
        }
        None
    }

    /// The slots that a request makes.
    pub(in crate::plan) fn yield_slots(&mut self, operation: &Operation, id: &ProbeId) {
        let feeds: Vec<IdSource> = self.context.feeds_by(&operation.id).filter(|id_source| id_source.makes).cloned().collect();
        for id_source in feeds {
            for (nth, item) in id_source.items.iter().enumerate() {
                let slot = self.next_slot(&id_source.kind);
                let made = Slot { like: item.clone(), ..Slot::any(&id_source.kind, Origin::Created(id.clone())) };
                self.builder.slots_mut().insert(slot.clone(), made);
                let capture = Capture { slot, expression: id_source.expression.clone(), like: Value::Null, nth, state: None };
                if let Some(probe) = self.builder.probe_mut(id) {
                    probe.captures.push(capture);
                }
            }
        }
    }

    fn next_slot(&self, kind: &str) -> SlotId {
        let count = self.builder.plan().slots_of(kind).count();
        SlotId::numbered(kind, count + 1)
    }

    /// Slots that a probe makes.
    pub(in crate::plan) fn made_by(&self, id: &ProbeId) -> Vec<SlotId> {
        let plan = self.builder.plan();
        let captured = plan.probe(id).into_iter().flat_map(|probe| &probe.captures).map(|capture| &capture.slot);
        let made: BTreeSet<&SlotId> = captured.filter(|slot| plan.maker(slot) == Some(id)).collect();
        made.into_iter().cloned().collect()
    }
}

impl Resolver<'_> {
    /// What a request does to a resource that it names at a place. What hangs below a resource changes it, and so may what
    /// refers to it, unless things of its kind are only referred to.
    fn usage(&self, operation: &Operation, place: &Place, kind: &str) -> ResourceUse {
        let own = operation.item_parameter().map(|parameter| parameter.name.as_str());
        match place {
            _ if reads(operation, self.context.suite, &self.context.options.permission) => ResourceUse::Read,
            Place::Path(name) if removes(operation) && own == Some(name.as_str()) => ResourceUse::Remove,
            Place::Body(_) if removes(operation) && own.is_none() => ResourceUse::Remove,
            Place::Query(_) if removes_many(operation) => ResourceUse::Remove,
            Place::Path(_) => ResourceUse::Write,
            _ if self.context.rules.is_catalogue(kind) => ResourceUse::Read,
            _ => ResourceUse::Write,
        }
    }
}

fn slot_number(slot: &str) -> usize {
    crate::model::ids::number_of(slot).unwrap_or(usize::MAX)
}

fn has_members(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part.iter().all(|(name, value)| whole.get(name).is_some_and(|own| has_members(own, value))),
        (_, Value::Object(_)) => false,
        _ => true,
    }
}

fn merge_into(whole: &mut Value, part: &Value) {
    match (whole, part) {
        (_, Value::Null) => {}
        (Value::Object(whole), Value::Object(part)) => {
            for (name, value) in part {
                merge_into(whole.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (whole, part) => *whole = part.clone(),
    }
}
