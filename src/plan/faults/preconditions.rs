//! Brings the server into the state that a trigger needs, such as "already deleted" or "job still running".

use serde_json::Value;

use crate::contract::replace_or_add;
use crate::model::assumption::Assumption;
use crate::model::contract::{Operation, ResourceNeed, Status};
use crate::model::plan::{Binding, Capture, Fault, Origin, Place, ProbeId, RequestTemplate, Slot, SlotId, Stage};
use crate::model::reason::{NoRequest, NoState, Reason, UserChoice};
use crate::plan::bound_request::BoundRequest;
use crate::plan::resolver::Resolver;
use crate::plan::triggers::{Mutation, Precondition};

/// The slots that a settled request would take away if it were accepted.
pub fn slots_removed_by(operation: &Operation, settled: &PreparedFault) -> Vec<SlotId> {
    let base = crate::plan::values::ValidRequest { request: settled.request.clone(), needs: Vec::new(), media: None, unvouched: None };
    crate::plan::bound_request::consumed_slots(operation, &BoundRequest { base, slots: Vec::new(), assumed: None })
}

/// A request that is ready to be planned.
#[derive(Debug, Clone)]
pub struct PreparedFault {
    /// The request.
    pub request: RequestTemplate,
    /// What is wrong with it.
    pub fault: Option<Fault>,
    /// Slots that it does not name, and that have to be there unchanged all the same.
    pub besides: Vec<SlotId>,
    /// What is not certain.
    pub assumed: Option<Assumption>,
    /// Probes that must have ended.
    pub after: Vec<ProbeId>,
    /// When it is due.
    pub stage: Stage,
}

impl Resolver<'_> {
    /// Settles a variation.
    ///
    /// # Errors
    /// Why the situation cannot be had.
    pub(in crate::plan) fn settle(&mut self, operation: &Operation, mutation: &Mutation, success: &ProbeId) -> Result<PreparedFault, Reason> {
        let mut settled = PreparedFault {
            besides: Vec::new(),
            assumed: None,
            request: mutation.request.clone(),
            fault: mutation.fault.clone(),
            after: Vec::new(),
            // A read waits for its control, which is read after everything that is written.
            stage: if operation.method.is_safe() { Stage::Doubt } else { Stage::Refuse },
        };
        match &mutation.precondition {
            Precondition::Plain | Precondition::Exhausted | Precondition::Finished => {}
            Precondition::Again(at) => self.again(operation, &mut settled, success, at.as_deref())?,
            Precondition::Repeated => {
                settled.after.push(success.clone());
                settled.stage = self.builder.plan().probe(success).map_or(Stage::Change, |probe| probe.stage.min(Stage::Change));
            }
            Precondition::Deleted => self.deleted(&mut settled)?,
            Precondition::Own => self.require_own(&mut settled)?,
            Precondition::Referred(by) => self.referred(&mut settled, by.as_deref())?,
            Precondition::Unfinished => self.unfinished(&mut settled)?,
            Precondition::Unmodified { condition, validator } => self.unmodified(&mut settled, success, (condition, validator))?,
            Precondition::Given(state) => self.require_given_state(&mut settled, state)?,
            Precondition::After(by) => self.require_state_after(&mut settled, by.as_deref())?,
        }
        Ok(settled)
    }

    fn again(&mut self, operation: &Operation, settled: &mut PreparedFault, success: &ProbeId, at: Option<&str>) -> Result<(), Reason> {
        settled.after.push(success.clone());
        // Before the next change makes what was taken free again.
        settled.stage = self.builder.plan().probe(success).map_or(Stage::Change, |probe| probe.stage.min(Stage::Change));
        let own = target_filling(&settled.request);
        let before = self.bases.get(success).cloned().ok_or(NoState::ValidRequestGone)?;
        let taken = at.and_then(|at| before.base.request.body.value()?.pointer(at).cloned());
        match (at, taken) {
            (None, _) => {}
            (Some(at), Some(value)) => settled.request = self.with_value_at(operation, &before, at, value)?,
            (Some(at), None) => {
                let own = own.as_ref().ok_or_else(|| NoState::NothingToRepeat(at.to_owned()))?;
                let kind = self.kind_of(&own.slot);
                let other = self.another(&kind, Some(&own.slot)).ok_or(NoState::OnlyOneOf(kind))?;
                let value = self.value_at_creation(&other, at).ok_or_else(|| NoState::MadeWithout(at.to_owned()))?;
                settled.request = self.with_value_at(operation, &before, at, value)?;
                settled.besides.push(other);
                return Ok(());
            }
        }
        // What a resource has already it may be given again; only another one is in conflict with it.
        if let Some(own) = own {
            let kind = self.kind_of(&own.slot);
            let other = self.another(&kind, Some(&own.slot)).ok_or(NoState::OnlyOneOf(kind))?;
            settled.request.replace_slot(&own.slot, &other);
            // The one that has it must not be changed in the meantime.
            settled.besides.push(own.slot);
        }
        Ok(())
    }

    /// A fresh valid request with one member as it is elsewhere. Everything else is made again, or another rule might
    /// refuse the request first.
    fn with_value_at(&mut self, operation: &Operation, before: &BoundRequest, at: &str, value: Value) -> Result<RequestTemplate, Reason> {
        let with_body = before.base.request.body.value().is_some();
        let mut fresh = self.bind(operation, with_body, &before.slots)?;
        let Some(body) = fresh.base.request.body.value_mut() else {
            return Err(NoState::NoJson.into());
        };
        if replace_or_add(body, at, value) { Ok(fresh.base.request) } else { Err(NoState::NoPlace(at.to_owned()).into()) }
    }

    /// What the request that made a resource says at a pointer.
    fn value_at_creation(&self, slot: &str, at: &str) -> Option<Value> {
        let maker = self.builder.plan().maker(slot)?;
        self.builder.plan().probe(maker)?.request.body.value()?.pointer(at).cloned()
    }

    fn deleted(&self, settled: &mut PreparedFault) -> Result<(), Reason> {
        let place = path_filling(&settled.request).ok_or(NoState::NothingInPath)?;
        let kind = self.kind_of(&place.slot);
        let names = |consumer: &ProbeId, slot: &SlotId| self.builder.plan().probe(consumer).is_some_and(|consumer| consumer.consumes.contains(slot));
        let gone = self.builder.consumers.iter().filter(|(slot, consumer)| self.kind_of(slot) == kind && names(consumer, slot));
        // Each that is gone is asked for before one is asked for again; of several that go together, the last comes first.
        let asked =
            |slot: &SlotId| self.builder.plan().probes.iter().filter(|probe| probe.stage == Stage::Gone && probe.needs.contains(slot)).count();
        let together = |consumer: &ProbeId| self.builder.plan().probe(consumer).map_or(0, |consumer| consumer.consumes.len());
        let (slot, consumer) = gone
            .rev()
            .min_by_key(|(slot, consumer)| (asked(slot), std::cmp::Reverse(together(consumer))))
            .ok_or_else(|| NoState::NotDeleted(kind.clone()))?;
        if self.builder.plan().probe(consumer).is_some_and(|removal| removal.status == Status(202)) {
            // Accepted is not enacted (RFC 9110, section 15.3.3).
            return Err(NoState::OnlyAccepted(consumer.clone()).into());
        }
        settled.request.replace_slot(&place.slot, slot);
        settled.after.push(consumer.clone());
        settled.stage = Stage::Gone;
        Ok(())
    }

    /// What is in the path is made by this run: nothing that is there already is asked for in the name of another user. One of
    /// several things in the path cannot be exchanged, because it belongs to the others.
    fn require_own(&mut self, settled: &mut PreparedFault) -> Result<(), Reason> {
        let place = path_filling(&settled.request).ok_or(NoState::NothingInPath)?;
        if self.builder.plan().is_made(&place.slot) {
            return Ok(());
        }
        if !self.context.options.permission.writes {
            return Err(UserChoice::Writes.into());
        }
        let kind = self.kind_of(&place.slot);
        let alone = settled.request.fillings.iter().filter(|binding| matches!(binding.place, Place::Path(_))).count() == 1;
        let own = if alone { self.another(&kind, None) } else { None };
        settled.request.replace_slot(&place.slot, &own.ok_or(NoState::NoneMade(kind))?);
        Ok(())
    }

    fn referred(&mut self, settled: &mut PreparedFault, by: Option<&str>) -> Result<(), Reason> {
        let by = by.ok_or(NoState::NoReferrer)?;
        let referrer = self.success(by)?;
        let named: Vec<SlotId> = self.builder.plan().probe(&referrer).map(|probe| probe.needs.clone()).unwrap_or_default();
        let binding = path_filling(&settled.request).or_else(|| settled.request.fillings.first().cloned()).ok_or(NoState::NothingInRequest)?;
        let kind = self.kind_of(&binding.slot);
        let target = named.iter().find(|slot| self.kind_of(slot) == kind && self.builder.plan().is_made(slot));
        let target = target.ok_or_else(|| NoState::RefersToNone(by.to_owned(), kind.clone()))?;
        let target = target.clone();
        settled.request.replace_slot(&binding.slot, &target);
        // What is done to the resource itself may be undone by the next change, so the request is due before that.
        if self.bases.get(&referrer).and_then(|bound_request| path_filling(&bound_request.base.request)).is_some_and(|own| own.slot == target) {
            settled.stage = Stage::Change;
            self.undo_operation(by);
        }
        // While what refers to it is there, that is, before it is removed in its turn.
        settled.besides.extend(self.made_by(&referrer));
        settled.after.push(referrer);
        Ok(())
    }

    /// What an operation has done to a resource is undone by the deletion on the same route, or the resource could not be
    /// removed in the end.
    fn undo_operation(&mut self, operation: &str) {
        let contract = self.context.contract;
        let Some(done) = contract.operation(operation) else { return };
        let inverse = contract.operations_on(&done.path).find(|other| other.method.is_delete());
        if let Some(inverse) = inverse {
            // Where it cannot be called, the clean-up says so.
            let _ = self.success(&inverse.id);
        }
    }

    fn unfinished(&mut self, settled: &mut PreparedFault) -> Result<(), Reason> {
        let binding = path_filling(&settled.request).ok_or(NoState::NoJobInPath)?;
        let kind = self.kind_of(&binding.slot);
        let reader = self.reader_of(&kind).ok_or(NoRequest::NoJobReader(kind))?;
        let poll = self.success(&reader)?;
        settled.stage = Stage::Make;
        let id = settled.after.clone();
        if let Some(poll) = self.builder.probe_mut(&poll) {
            poll.after.extend(id);
        }
        Ok(())
    }

    /// A header field of the answer to the valid request goes into the one that is settled.
    fn unmodified(&mut self, settled: &mut PreparedFault, success: &ProbeId, (condition, validator): (&str, &str)) -> Result<(), Reason> {
        let slot = SlotId::numbered(validator, success);
        let told = self.builder.probe_mut(success).ok_or(NoState::ValidRequestGone)?;
        if told.captures.iter().all(|capture| capture.slot != slot) {
            let expression = format!("$response.header.{validator}");
            told.captures.push(Capture { slot: slot.clone(), expression, like: Value::Null, nth: 0, state: None });
        }
        self.builder.slots_mut().insert(slot.clone(), Slot::any(validator, Origin::Borrowed(success.clone())));
        settled.request.fillings.push(Binding { place: Place::Header(condition.to_owned()), slot });
        settled.after.push(success.clone());
        Ok(())
    }

    fn require_given_state(&mut self, settled: &mut PreparedFault, state: &str) -> Result<(), Reason> {
        let place = path_filling(&settled.request).ok_or(NoState::NothingInPath)?;
        let kind = self.kind_of(&place.slot);
        let known = self.context.options.given.get(&kind).and_then(|known| known.iter().find(|known| known.state.as_deref() == Some(state)));
        let known = known.ok_or_else(|| self.why_not_given(&kind, state))?;
        let id = SlotId::given(&kind, &known.id);
        let slot = Slot::any(&kind, Origin::Given(known.id.clone()));
        self.builder.slots_mut().insert(id.clone(), slot);
        settled.request.replace_slot(&place.slot, &id);
        settled.assumed = known.left.as_ref().map(|left| Assumption::EarlierRun(left.clone(), known.id.clone()));
        Ok(())
    }

    fn why_not_given(&self, kind: &str, state: &str) -> Reason {
        let failed = self.context.options.not_given.get(&(kind.to_owned(), Some(state.to_owned()))).cloned();
        failed.unwrap_or_else(|| self.how_to_give(kind, state).into())
    }

    fn how_to_give(&self, kind: &str, state: &str) -> NoState {
        let given = self.context.suite.given.get(kind).into_iter().flatten().find(|given| given.state.as_deref() == Some(state));
        let later = given.and_then(|given| given.after).filter(|_| self.context.options.keep);
        let variable = given.and_then(|given| given.env.clone());
        NoState::NotGiven { kind: kind.to_owned(), state: state.to_owned(), variable, later }
    }

    fn require_state_after(&mut self, settled: &mut PreparedFault, by: Option<&str>) -> Result<(), Reason> {
        let first = || settled.request.fillings.first().cloned();
        let binding = path_filling(&settled.request).or_else(first).ok_or(NoState::NothingInRequest)?;
        let kind = self.kind_of(&binding.slot);
        let Some(by) = by else {
            let fresh = self.another(&kind, None).ok_or(NoState::NoneMade(kind))?;
            settled.request.replace_slot(&binding.slot, &fresh);
            settled.stage = Stage::Make;
            return Ok(());
        };
        let before = self.success(by)?;
        let named = self.builder.plan().probe(&before).map(|probe| probe.needs.clone()).unwrap_or_default();
        let target = named.iter().find(|slot| self.kind_of(slot) == kind).ok_or_else(|| NoState::AboutNone(by.to_owned(), kind.clone()))?;
        settled.request.replace_slot(&binding.slot, target);
        settled.after.push(before);
        Ok(())
    }

    /// Lets a request that the server may just as well accept name only things of its own.
    pub(in crate::plan) fn set_apart(&mut self, operation: &Operation, settled: &mut PreparedFault) {
        for slot in slots_removed_by(operation, settled) {
            let need = ResourceNeed::any(&self.kind_of(&slot));
            if let Some(fresh) = self.fresh(&need) {
                settled.request.replace_slot(&slot, &fresh);
            }
        }
    }

    pub(in crate::plan) fn kind_of(&self, slot: &str) -> String {
        self.builder.plan().slots.get(slot).map(|slot| slot.kind.clone()).unwrap_or_default()
    }
}

/// The place that names the resource a request is about: in the path, or in the body as the id of its (first) primary
/// resource.
fn target_filling(request: &RequestTemplate) -> Option<Binding> {
    let own = ["/data/id", "/data/0/id", "/id"];
    path_filling(request)
        .or_else(|| request.fillings.iter().find(|binding| matches!(&binding.place, Place::Body(at) if own.contains(&at.as_str()))).cloned())
}

/// The last place in the path that a slot fills.
fn path_filling(request: &RequestTemplate) -> Option<Binding> {
    request.fillings.iter().rfind(|binding| matches!(binding.place, Place::Path(_))).cloned()
}
