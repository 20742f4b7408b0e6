//! Plans requests with randomly drawn values, last in the run and on resources of their own.

use crate::model::contract::{Operation, ResourceNeed, Status};
use crate::model::drawn::{Drawn, DrawnChange, Expects};
use crate::model::plan::{Body, Fault, Place, Probe, ProbeId, Purpose, SlotId, Stage};
use crate::model::trigger_name::TriggerName;
use crate::plan::bound_request::BoundRequest;
use crate::plan::faults::preconditions::PreparedFault;
use crate::plan::faults::single_item::alone;
use crate::plan::operation_effects::first_aim;
use crate::plan::operation_effects::{path_kind, removes};
use crate::plan::resolver::Resolver;
use crate::plan::schedule::selection::skip_reason;
use crate::plan::triggers::Precondition;
use crate::plan::values::{SeededRandom, admits, applied, change_between, unforeseen_change, valid_changes};

/// The trigger of every request with drawn values.
const TRIGGER: TriggerName = TriggerName::new("drawn");

/// Triggers that break one rule of a schema; what the contract demands under them is demanded of every value that breaks
/// the rule.
const RULES: [TriggerName; 6] = [
    TriggerName::MISSING_DATA,
    TriggerName::MISSING_ATTRIBUTE,
    TriggerName::WRONG_ATTRIBUTE_TYPE,
    TriggerName::BAD_ENUM,
    TriggerName::OVER_LIMIT,
    TriggerName::BAD_QUERY_PARAMETER,
];

impl Resolver<'_> {
    /// Plans what failed before, then the cases of every wanted operation.
    pub(in crate::plan) fn draw(&mut self) {
        let wanted = self.context.wanted;
        let contract = self.context.contract;
        let mut last: Option<ProbeId> = None;
        for (number, drawn) in self.context.options.regressions.iter().enumerate() {
            if let Some(operation) = contract.operation(&drawn.operation).filter(|operation| wanted.has_operation(&operation.id)) {
                last = self.replayed(operation, number + 1, drawn, last.as_ref()).or(last);
            }
        }
        for operation in self.context.wanted_operations() {
            let mut before: Option<ProbeId> = None;
            for number in 1..=self.context.options.cases {
                before = self.case(operation, number, before.as_ref()).or(before);
            }
        }
    }

    /// What failed in an earlier run, where the contract still says of it what it said then.
    fn replayed(&mut self, operation: &Operation, number: usize, drawn: &Drawn, before: Option<&ProbeId>) -> Option<ProbeId> {
        let bound_request = self.trigger_context(operation)?;
        if matches!(drawn.expects, Expects::Success | Expects::Plausible)
            && !admits(self.context.contract, self.context.schemas, operation, &bound_request.base, &drawn.changes)
        {
            return None;
        }
        let id = ProbeId::for_cell(&operation.id, TRIGGER, format_args!("again-{number}"));
        self.drawn_probe(operation, id, &bound_request, drawn.clone(), before)
    }

    /// One case of an operation; `None` where nothing can be drawn.
    fn case(&mut self, operation: &Operation, number: u32, before: Option<&ProbeId>) -> Option<ProbeId> {
        let mut luck = SeededRandom::new(self.context.options.seed, &operation.id, number);
        let bound_request = self.trigger_context(operation)?;
        let (changes, expects) = match number % 4 {
            2 => self.undocumented_addition(operation, &bound_request, &mut luck).or_else(|| self.admitted(operation, &bound_request, &mut luck)),
            3 => self.forbidden(operation, &bound_request, &mut luck).or_else(|| self.undocumented_addition(operation, &bound_request, &mut luck)),
            _ => self.admitted(operation, &bound_request, &mut luck).or_else(|| self.undocumented_addition(operation, &bound_request, &mut luck)),
        }?;
        let drawn = Drawn { operation: operation.id.clone(), number, seed: self.context.options.seed, changes, expects };
        let id = ProbeId::for_cell(&operation.id, TRIGGER, number);
        self.drawn_probe(operation, id, &bound_request, drawn, before)
    }

    /// Values that the schemas admit.
    fn admitted(&self, operation: &Operation, bound_request: &BoundRequest, luck: &mut SeededRandom) -> Option<(Vec<DrawnChange>, Expects)> {
        let (changes, decided) = valid_changes(self.context.contract, self.context.schemas, operation, &bound_request.base, luck);
        let expects = if decided { Expects::Success } else { Expects::Plausible };
        (!changes.is_empty()).then_some((changes, expects))
    }

    /// Something that no schema speaks of.
    fn undocumented_addition(
        &self,
        operation: &Operation,
        bound_request: &BoundRequest,
        luck: &mut SeededRandom,
    ) -> Option<(Vec<DrawnChange>, Expects)> {
        let change = unforeseen_change(self.context.contract, operation, &bound_request.base, luck)?;
        applied(&bound_request.base.request, std::slice::from_ref(&change))?;
        Some((vec![change], Expects::Open))
    }

    /// One rule of a schema is broken, and the contract says what it leads to.
    fn forbidden(&self, operation: &Operation, bound_request: &BoundRequest, luck: &mut SeededRandom) -> Option<(Vec<DrawnChange>, Expects)> {
        let conditions: Vec<_> = operation.responses.iter().flat_map(|response| response.conditions.clone()).collect();
        let conditions: Vec<_> = conditions.into_iter().filter(|condition| RULES.contains(&condition.trigger)).collect();
        let ways = self.ways(operation, &conditions, [bound_request, bound_request], None);
        let plain = ways.iter().filter(|(_, allowed, mutation)| !allowed.is_empty() && mutation.precondition == Precondition::Plain);
        let found: Vec<_> = plain
            .filter_map(|(condition, _, mutation)| {
                let place = &mutation.fault.as_ref()?.place;
                Some((change_between(&bound_request.base.request, &mutation.request, place)?, condition.trigger.clone()))
            })
            .collect();
        luck.pick(&found).map(|(change, trigger)| (vec![change.clone()], Expects::Refusal(trigger.clone())))
    }

    /// The valid request that values are drawn for, with a name of its own and on a resource of its own; `None` for what
    /// could not be undone, or would take away what others need.
    fn trigger_context(&mut self, operation: &Operation) -> Option<BoundRequest> {
        if removes(operation) {
            return None;
        }
        let success = self.success(&operation.id).ok()?;
        let plain = self.bases.get(&success).cloned()?;
        if operation.method.is_safe() {
            return self.bind(operation, false, &plain.slots).ok();
        }
        let made = self.is_removable(operation)?;
        if !plain.slots.iter().all(|slot| self.builder.plan().is_made(slot) || !plain.base.request.slots_in_path().contains(&slot)) {
            return None;
        }
        let mut slots = plain.slots.clone();
        let own = last_in_path(&plain).map_or_else(|| named_in_body(&plain), |one| vec![one]);
        if !made && own.is_empty() {
            return None;
        }
        // What is drawn may leave a resource in an unforeseen state.
        for (index, (place, slot)) in own.into_iter().enumerate().filter(|_| !made) {
            let need = plain.base.needs.iter().find(|need| need.place == place)?.resource.clone();
            let spare = self.resource_for_drawn_writes(&need, index)?;
            slots.retain(|other| *other != slot);
            slots.insert(index, spare);
        }
        let bound_request = self.bind(operation, false, &slots).ok()?;
        Some(self.single(operation, &success, bound_request))
    }

    /// Of a request for several resources the first one: were the drawn one refused, the others might be written all the
    /// same, and they would not be known.
    fn single(&self, operation: &Operation, success: &ProbeId, mut bound_request: BoundRequest) -> BoundRequest {
        for first in ["/data/0", "/0"] {
            let fault = Fault { place: Place::Body(first.to_owned()), words: String::new() };
            let whole = PreparedFault {
                request: bound_request.base.request,
                fault: Some(fault),
                besides: Vec::new(),
                assumed: None,
                after: Vec::new(),
                stage: Stage::Draw,
            };
            bound_request.base.request = alone(operation, whole, |list| self.takes_one(operation, success, list)).request;
        }
        bound_request
    }

    /// Whether an operation makes something; `None` when it makes what cannot be removed again.
    fn is_removable(&self, operation: &Operation) -> Option<bool> {
        let made: Vec<&str> =
            self.context.feeds_by(&operation.id).filter(|id_source| id_source.makes).map(|id_source| id_source.kind.as_str()).collect();
        let removable = |kind: &&str| {
            let mut removers = self.context.items_of(kind).filter(|other| removes(other));
            removers.any(|other| skip_reason(other, self.context.suite, self.context.options).is_none())
        };
        // What is made and not told of is made all the same.
        let unseen = made.is_empty() && operation.method.is_post() && (operation.response(Status(201)).is_some() || !operation.path.contains('{'));
        (!unseen && made.iter().all(removable)).then_some(!made.is_empty())
    }

    /// A resource that only requests with drawn values write to.
    fn resource_for_drawn_writes(&mut self, need: &ResourceNeed, index: usize) -> Option<SlotId> {
        let name = format!("{} {} {index}", need.kind, need.like);
        if let Some(known) = self.spares.get(&name) {
            return known.clone();
        }
        let spare = self.fresh(need);
        self.spares.insert(name, spare.clone());
        spare
    }

    fn drawn_probe(
        &mut self,
        operation: &Operation,
        id: ProbeId,
        bound_request: &BoundRequest,
        drawn: Drawn,
        before: Option<&ProbeId>,
    ) -> Option<ProbeId> {
        let success = self.success(&operation.id).ok()?;
        let control = self.builder.plan().probe(&success)?.clone();
        let request = applied(&bound_request.base.request, &drawn.changes)?;
        let (fault, allowed) = match &drawn.expects {
            Expects::Refusal(trigger) => {
                let place = drawn.changes.first()?.place.clone();
                let fault = Fault { place, words: drawn.describe() };
                (Some(fault), operation.statuses_for(|condition| condition.trigger == *trigger))
            }
            Expects::Success | Expects::Plausible | Expects::Open => (None, control.allowed.clone()),
        };
        let makes = fault.is_none() && !matches!(request.body, Body::CutJson(_));
        let probe = Probe {
            trigger: TRIGGER,
            status: allowed.first().copied().or_else(|| first_aim(operation, &TriggerName::SUCCESS)).unwrap_or(Status(200)),
            fault,
            allowed,
            control: Some(success.clone()),
            // One after the other, so that each answer can be foretold.
            after: std::iter::once(success).chain(before.cloned()).chain(control.after.iter().cloned()).collect(),
            assumed: bound_request.assumed.clone(),
            ..Probe::valid(id, operation, Purpose::Probe, Stage::Draw, request)
        };
        let id = self.builder.push(probe).ok()?;
        self.builder.note_drawn(id.clone(), drawn);
        if !operation.method.is_safe() && makes {
            self.yield_slots(operation, &id);
            return Some(self.read_after(operation, &id, bound_request).unwrap_or(id));
        }
        Some(id)
    }

    /// A look at what was written, so that the state shows what became of the drawn values.
    fn read_after(&mut self, operation: &Operation, id: &ProbeId, bound_request: &BoundRequest) -> Option<ProbeId> {
        let made = self.made_by(id).into_iter().next();
        let slot = made.or_else(|| last_in_path(bound_request).map(|(_, slot)| slot).filter(|_| operation.item_parameter().is_some()))?;
        let kind = self.builder.plan().slots.get(&slot)?.kind.clone();
        let contract = self.context.contract;
        let reads = |other: &&Operation| {
            other.method.is_get() && other.item_parameter().is_some() && other.done.is_none() && path_kind(other) == Some(kind.as_str())
        };
        let reader =
            contract.operations.iter().find(reads).filter(|reader| skip_reason(reader, self.context.suite, self.context.options).is_none())?;
        let slots: Vec<SlotId> = std::iter::once(slot).chain(bound_request.slots.iter().cloned()).collect();
        let look = self.bind(reader, false, &slots).ok()?;
        let mut probe = Probe::valid(ProbeId::default(), reader, Purpose::Fixture, Stage::Draw, look.base.request);
        probe.id = ProbeId::for_cell(&reader.id, probe.status, "success");
        (probe.after, probe.assumed) = (vec![id.clone()], look.assumed);
        self.builder.push(probe).ok()
    }
}

/// The last parameter in the path that a slot fills, and the slot.
fn last_in_path(bound_request: &BoundRequest) -> Option<(Place, SlotId)> {
    let mut fillings = bound_request.base.request.fillings.iter().rev();
    fillings.find(|binding| matches!(binding.place, Place::Path(_))).map(|binding| (binding.place.clone(), binding.slot.clone()))
}

/// The resources that a request without any in its path is about: the ids of the primary ones in its body.
fn named_in_body(bound_request: &BoundRequest) -> Vec<(Place, SlotId)> {
    let own = |at: &str| {
        let rest = at.strip_prefix("/data").unwrap_or(at).strip_suffix("/id");
        rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('/').is_some_and(|index| index.parse::<usize>().is_ok()))
    };
    let fillings = bound_request.base.request.fillings.iter();
    fillings
        .filter(|binding| matches!(&binding.place, Place::Body(at) if own(at)))
        .map(|binding| (binding.place.clone(), binding.slot.clone()))
        .collect()
}
