//! Decides whether a probe is sent: its resources exist, its control was accepted, the server takes requests.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use futures::future::BoxFuture;
use serde_json::Value;

use super::{Run, SendQueue};
use crate::contract::expressions::value_at;
use crate::model::contract::Status;
use crate::model::exchange::{Ending, Outcome};
use crate::model::ids;
use crate::model::ids::ProbeId;
use crate::model::plan::{Plan, Probe, Purpose, SlotId, Stage};
use crate::model::reason::{Budget, Code, NotSent, Prior, Reason};
use crate::model::trigger_name::TriggerName;
use crate::plan::values::unknown_id;
use crate::plan::{Remake, made_captures};

/// After so many valid requests in a row that were refused, with none accepted so far, nothing more is sent.
const ENOUGH_REFUSALS: usize = 3;

/// How many requests it takes to remove what was made: where the answer does not show whose it is, it is looked at before.
const TO_REMOVE: u64 = 2;

/// Requests that a probe may make necessary beside itself: what it makes has to be removed, whether it was meant to be made or
/// should have been refused.
fn requests_made_necessary(plan: &Plan, probe: &Probe) -> u64 {
    TO_REMOVE * made_captures(plan, probe).len() as u64
}

/// Why a probe left a value behind that others need.
pub fn why_not(probe: &Probe, outcome: &Outcome, accepted: bool) -> Reason {
    let what = match (&outcome.ending, outcome.answer()) {
        (Ending::Withheld(reason), _) => return reason.clone(),
        (Ending::Silent(reason), _) => Prior::Silent(Some(Box::new(reason.clone()))),
        (Ending::Answered, Some(answer)) if accepted => Prior::NoId(answer.status),
        (Ending::Answered, Some(answer)) => Prior::Answered(answer.status),
        (Ending::Answered, None) => Prior::Silent(None),
    };
    Reason::Prior(probe.id.clone(), what)
}

/// Notices that a server takes nothing at all: dead credentials, a used-up rate limit, another base URL, a server that is
/// down.
#[derive(Debug, Default)]
pub struct CircuitBreaker {
    refusals: Vec<Reason>,
    anything: bool,
}

impl CircuitBreaker {
    /// Learns from an outcome: whether it was accepted, and whether not every account has what was asked for.
    pub fn record_outcome(&mut self, probe: &Probe, outcome: &Outcome, (accepted, optional): (bool, bool)) {
        self.anything |= accepted;
        if probe.fault.is_some() || accepted {
            return;
        }
        let refused = |status| Reason::Prior(probe.id.clone(), Prior::Refused(status));
        match (&outcome.ending, outcome.answer()) {
            // A feature that is not there says nothing of the rest.
            (_, Some(answer)) if optional && matches!(answer.status.0, 403 | 404) => {}
            (Ending::Silent(reason), _) => {
                self.refusals.push(Reason::Prior(probe.id.clone(), Prior::Unanswered(Box::new(reason.clone()))));
            }
            (_, Some(answer)) if matches!(answer.status.0, 401 | 403 | 429 | 500..600) => self.refusals.push(refused(answer.status)),
            // A path without an id leads somewhere, or the base URL is another.
            (_, Some(answer)) if answer.status == Status(404) && !probe.request.path.contains('{') => self.refusals.push(refused(answer.status)),
            _ => {}
        }
    }

    /// Why nothing more is sent; `None` while there is hope.
    fn reason(&self) -> Option<Reason> {
        let last = self.refusals.last().filter(|_| !self.anything && self.refusals.len() >= ENOUGH_REFUSALS)?;
        Some(NotSent::NothingAccepted(Box::new(last.clone()), self.refusals.len()).into())
    }

    /// Whether it is the credentials that the server does not take. Any other server that takes nothing has nothing to
    /// say to a request without credentials either.
    fn is_about_credentials(&self) -> bool {
        self.refusals.last().is_some_and(|last| matches!(last.code(), Code::Refused(Status(401 | 403))))
    }
}

/// What came of a probe.
pub struct Ended<'a> {
    /// The probe.
    pub probe: &'a Probe,
    /// Its outcome.
    pub outcome: Outcome,
    /// What had to be made again for it, before it was sent for the last time.
    pub before: Vec<(Remake, Outcome)>,
}

/// A request under way, and what comes of it.
pub type PendingRequest<'a, 'p> = BoxFuture<'a, Ended<'p>>;

impl<'a> Run<'a> {
    /// Lets a probe through, or says why it is withheld.
    pub(super) fn admit_or_withhold<'b>(&self, probe: &'a Probe, queue: &'b SendQueue<'a>) -> Result<PendingRequest<'b, 'a>, Reason>
    where
        'a: 'b,
    {
        // What was let through by a run that was cut off has been sent already.
        let known = self.pasts.is_some_and(|pasts| pasts.knows(&probe.id));
        // Who is refused for lack of credentials needs no resource that exists, and proves its point on a server that
        // refuses everybody, too.
        let unauthenticated = probe.is_unauthenticated();
        if (self.stopped)() && probe.purpose != Purpose::Cleanup && !known {
            return Err(NotSent::Interrupted.into());
        }
        let removes = probe.purpose == Purpose::Cleanup || (probe.fault.is_none() && !probe.consumes.is_empty());
        let entailed = requests_made_necessary(self.plan, probe);
        let credentials =
            self.contract.operation(&probe.operation).map(|operation| self.accounts.sessions(operation, self.contract, &probe.request.credentials));
        let log_ins = credentials.iter().flatten().filter(|(_, session)| !session.is_valid()).count() as u64;
        let committed = || {
            queue.reserved.store(self.requests_for_cleanup(queue) + entailed, Ordering::Relaxed);
            queue.requests_sent_and_needed() + log_ins
        };
        if let Some(budget) = self.settings.budget.filter(|budget| !removes && !known && committed() >= *budget) {
            return Err(Budget::Spent(budget).into());
        }
        let slots = match self.values(probe) {
            // What has to be made again names things that the probe itself does not.
            Ok(_) if known && probe.fault.is_none() => self.progress.known.ids().clone(),
            Ok(slots) => slots,
            Err(_) if unauthenticated => self.slot_values_or_ids_of_nothing(probe),
            // A request that is one too many is refused whatever it names.
            Err(_) if probe.stage == Stage::Burst => BTreeMap::new(),
            Err(reason) => self.found_instead(probe).ok_or(reason)?,
        };
        if let Some(reason) =
            self.progress.breaker.reason().filter(|_| !known).filter(|_| !unauthenticated || !self.progress.breaker.is_about_credentials())
        {
            return Err(reason);
        }
        let refused = |control: &&ProbeId| probe.after.contains(*control) && !self.progress.known.accepted().contains(*control);
        if let Some(control) = probe.control.as_ref().filter(|_| !unauthenticated).filter(refused) {
            let why = self.outcome(control).zip(self.plan.probe(control)).map(|(outcome, control)| why_not(control, outcome, false));
            let why = why.unwrap_or_else(|| Reason::Prior(control.clone(), Prior::Unknown));
            return Err(NotSent::Control(Box::new(why)).into());
        }
        let told = self.earlier_answer(probe)?;
        if !known {
            queue.release(&probe.id);
            queue.entailed.lock().unwrap_or_else(PoisonError::into_inner).insert(probe.id.clone(), entailed);
        }
        Ok(self.task(probe, queue, slots, told))
    }

    /// Ends a probe that is not sent.
    pub(super) fn withhold(&mut self, probe: &Probe, reason: Reason) {
        self.end(probe, Outcome { probe: probe.id.clone(), exchanges: Vec::new(), ending: Ending::Withheld(reason) });
    }

    /// Requests that it takes to remove what is there of the run's own, and what may come of probes under way.
    pub(super) fn requests_for_cleanup(&self, queue: &SendQueue<'a>) -> u64 {
        let entailed = queue.entailed.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way: u64 = entailed.iter().filter(|(probe, _)| !self.progress.outcomes.contains_key(*probe)).map(|(_, count)| count).sum();
        let there = |slot: &SlotId| self.progress.slot_exists(slot);
        let open = |probe: &&Probe| probe.fault.is_none() && !self.progress.outcomes.contains_key(&probe.id);
        let removing: Vec<&Probe> = self.plan.probes.iter().filter(open).filter(|probe| probe.consumes.iter().any(there)).collect();
        let planned = |slot: &SlotId| removing.iter().any(|probe| probe.consumes.contains(slot));
        let removable = |slot: &SlotId| self.progress.known.removers().contains_key(slot) || self.plan.removers.contains_key(ids::plan_id(slot));
        let made = self
            .plan
            .slots
            .iter()
            .filter(|(_, known)| known.maker().is_some())
            .map(|(slot, _)| slot)
            .chain(self.progress.unplanned_slots().map(|(slot, _)| slot));
        let beside = made.filter(|slot| there(slot) && removable(slot) && !planned(slot)).count();
        (removing.len() + beside) as u64 + under_way
    }

    /// The values that a probe needs, and for each that is not there the id of nothing: a server that lets everybody in must
    /// not be told the contract's example, which may belong to another user.
    fn slot_values_or_ids_of_nothing(&self, probe: &Probe) -> BTreeMap<SlotId, Value> {
        let fillings = probe.request.fillings.iter().filter_map(|binding| Some((&binding.slot, value_at(&probe.request, &binding.place)?)));
        let nothing = fillings.filter_map(|(slot, example)| Some((slot.clone(), unknown_id(&example, &self.plan.mark, |_| true)?)));
        let there = self.progress.known.ids().iter().filter(|(slot, _)| probe.needs.contains(slot) && self.progress.slot_exists(slot));
        nothing.chain(there.map(|(slot, value)| (slot.clone(), value.clone()))).collect()
    }

    /// The values that a probe needs.
    pub(super) fn values(&self, probe: &Probe) -> Result<BTreeMap<SlotId, Value>, Reason> {
        let mut values = BTreeMap::new();
        // Only what is about something that is gone waits for the removal of what it names.
        let removers = probe.after.iter().filter(|_| probe.trigger == TriggerName::DELETED_RESOURCE).filter_map(|before| self.plan.probe(before));
        let removers: Vec<&Probe> =
            removers.filter(|remover| remover.fault.is_none() && remover.consumes.iter().any(|slot| probe.needs.contains(slot))).collect();
        if let Some(remover) = removers.iter().find(|remover| !self.progress.known.accepted().contains(&remover.id)) {
            return Err(Reason::Prior(remover.id.clone(), Prior::DeletedNothing));
        }
        let pending = |remover: &&&Probe| self.outcome(&remover.id).and_then(Outcome::answer).is_some_and(|answer| answer.status == Status(202));
        if let Some(remover) = removers.iter().find(pending) {
            // Accepted is not enacted (RFC 9110, section 15.3.3).
            return Err(Reason::Prior(remover.id.clone(), Prior::DeletionOpen));
        }
        for slot in &probe.needs {
            let gone = removers.iter().any(|remover| remover.consumes.contains(slot));
            if !gone && let Some(reason) = self.progress.absence(slot) {
                return Err(NotSent::SlotLost(slot.clone(), Box::new(reason.clone())).into());
            }
            let value = self.progress.known.ids().get(slot).ok_or_else(|| NotSent::SlotEmpty(slot.clone()))?;
            values.insert(slot.clone(), value.clone());
        }
        Ok(values)
    }
}
