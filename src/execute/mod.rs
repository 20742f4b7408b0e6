//! Carries out a plan: sends what is due, passes values from answers to requests, stops when there is no point in going on.

mod admission;
mod backoff;
mod burst;
mod command_process;
mod credential_renewal;
mod earlier_answers;
pub mod http;
pub mod journal;
mod limiter;
mod list_lookup;
mod listed_fallback;
mod next_page;
mod outage;
mod overload;

mod ownership;
mod recovery;
mod redirect;
mod resource_hooks;
mod send;
mod send_queue;

pub use command_process::{ReadyCommand, end_commands};
pub use limiter::Limiter;

pub use recovery::journal_replay::EarlierExchanges;
pub use recovery::orphans::CleanUpResult;
pub use recovery::remaking::RemakeContext;
pub use redirect::resolve_address;
pub use resource_hooks::ResourceHooks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::execute::http::{Accounts, Client, Permit};
use crate::execute::journal::Journal;
use crate::model::contract::{Contract, RateLimit};
use crate::model::exchange::{Outcome, Outcomes};
use crate::model::plan::{Plan, Probe, ProbeId, Slot, SlotId, Stage};
use crate::model::reason::{Code, NotSent, Reason};
use crate::model::report::{Changed, RunTraces};
use crate::plan::{KnownResources, ProbeEnd};
use admission::Ended;
use send_queue::SendQueue;

/// The most requests that are sent to reach a rate limit after everything else: one more than the usual small window.
pub const MOST_BURST: u32 = 51;

/// The most requests that are sent to show a rate limit of which a window is known to be full.
pub const FULL_BURST: u32 = 2;

/// How a plan is carried out.
#[derive(Debug, Clone)]
pub struct ExecutionSettings {
    /// Base URL without a slash at its end.
    pub base: String,
    /// Requests under way at once.
    pub jobs: usize,
    /// Wait before a job is asked for the second time; it doubles from then on.
    pub poll: Duration,
    /// How long a job is waited for.
    pub patience: Duration,
    /// Requests that may be sent in all, clean-up aside; `None` for as many as the plan has.
    pub budget: Option<u64>,
    /// Rate limits that are kept on our side.
    pub windows: Vec<RateLimit>,
    /// How long ago each request was sent that counts against the rate limits although another run sent it.
    pub before: Vec<Duration>,
    /// The longest wait that a server may ask for (429) and be believed.
    pub longest_wait: Duration,
    /// Commands around resources.
    pub hooks: ResourceHooks,
    /// Whether what is left at the end is removed; a server that ends with the run has nothing left.
    pub sweep: bool,
}

/// What happens during a run, for whoever watches.
#[derive(Debug, Clone, Copy)]
pub enum RunEvent<'a> {
    /// A probe has ended.
    Ended,
    /// A request was sent.
    Sent,
    /// A rate limit, or the server itself, asks to wait this long.
    Waiting(Duration),
    /// Something that a person should know at once.
    Told(&'a str),
}

/// A plan that has been carried out.
#[derive(Debug, Clone, Default)]
pub struct ExecutionResult {
    /// What became of every probe.
    pub outcomes: Outcomes,
    /// Probes that were sent although they were not planned: what was made again, and what was left and taken away.
    pub added: Vec<Probe>,
    /// What they made.
    pub slots: BTreeMap<SlotId, Slot>,
    /// What it did to the target.
    pub traces: RunTraces,
}

/// A plan that is being carried out.
pub struct Run<'a> {
    contract: &'a Contract,
    plan: &'a Plan,
    client: &'a Client,
    accounts: &'a Accounts,
    settings: &'a ExecutionSettings,
    watch: &'a (dyn Fn(RunEvent<'_>) + Sync),
    stopped: &'a (dyn Fn() -> bool + Sync),
    journal: Option<&'a Journal>,
    pasts: Option<&'a EarlierExchanges>,
    revival: Option<&'a RemakeContext<'a>>,
    permit: &'a Permit<'a>,
    progress: RunState,
}

/// What is known so far.
#[derive(Debug, Default)]
struct RunState {
    outcomes: BTreeMap<ProbeId, usize>,
    ended: Vec<Outcome>,
    known: KnownResources,
    /// Why the request that is due to fill a slot has not filled it.
    unfilled: BTreeMap<SlotId, Reason>,
    breaker: admission::CircuitBreaker,
    sent: u64,
    /// What was sent although it was not planned, and the slots that it was to fill.
    added: Vec<Probe>,
    beside: BTreeMap<SlotId, Slot>,
    changed: Vec<Changed>,
    /// Kinds of which something may be there that cannot be looked for.
    unfound: BTreeSet<String>,
    held: BTreeSet<SlotId>,
    swept: usize,
    /// What was removed since the commands after removals were last run, by kind and id.
    removed: Vec<(String, String)>,
    /// What is being looked for in other lists.
    sought: BTreeSet<SlotId>,
}

impl RunState {
    /// Why a resource is not there for the requests that name it.
    fn absence(&self, slot: &str) -> Option<Reason> {
        self.unfilled.get(slot).cloned().or_else(|| Some(self.known.removal(slot)?.reason().into()))
    }

    /// Slots that the plan does not have.
    fn unplanned_slots(&self) -> impl Iterator<Item = (&SlotId, &Slot)> {
        self.beside.iter().filter(|(slot, _)| !self.known.unplanned().contains_key(*slot)).chain(self.known.unplanned())
    }

    /// Whether a slot names something that is there.
    fn slot_exists(&self, slot: &str) -> bool {
        self.known.exists(slot) && !self.unfilled.contains_key(slot)
    }
}

impl<'a> Run<'a> {
    /// Gets ready.
    pub fn new(
        contract: &'a Contract,
        plan: &'a Plan,
        (client, permit): (&'a Client, &'a Permit<'a>),
        accounts: &'a Accounts,
        settings: &'a ExecutionSettings,
        watch: &'a (dyn Fn(RunEvent<'_>) + Sync),
        stopped: &'a (dyn Fn() -> bool + Sync),
    ) -> Self {
        let progress = RunState { known: KnownResources::new(contract, plan), ..RunState::default() };
        Self { contract, plan, client, accounts, settings, watch, stopped, journal: None, pasts: None, revival: None, permit, progress }
    }

    /// Writes down every request before it is sent, and every answer.
    #[must_use]
    pub fn journalled(mut self, journal: Option<&'a Journal>) -> Self {
        self.journal = journal;
        self
    }

    /// Goes on where another run was cut off: what was answered then is not sent again.
    #[must_use]
    pub fn resuming(mut self, pasts: Option<&'a EarlierExchanges>, revival: Option<&'a RemakeContext<'a>>) -> Self {
        (self.pasts, self.revival) = (pasts, revival);
        self
    }

    /// Sends everything that is due, stage by stage.
    pub async fn send_everything(mut self) -> ExecutionResult {
        let queue = SendQueue::new(self.settings, self.accounts, self.contract, self.progress.known.ownership().clone());
        let mut dues: Vec<(u32, Stage)> = self.plan.probes.iter().map(Probe::stage_order).collect();
        dues.sort_unstable();
        dues.dedup();
        let mut swept = false;
        self.forestall(&queue).await;
        for due in dues {
            // Whoever has reached the rate limit cannot clean up for a while.
            if due.1 >= Stage::Burst && !swept {
                swept = true;
                self.sweep(&queue).await;
                self.put_back(&queue).await;
            }
            self.send_stage(due, &queue).await;
        }
        if !swept {
            self.sweep(&queue).await;
        }
        self.put_back(&queue).await;
        self.after_removed(&queue).await;
        for (probe, outcome) in std::mem::take(&mut *queue.asides.lock().unwrap_or_else(PoisonError::into_inner)) {
            self.end(&probe, outcome);
            self.progress.added.push(probe);
        }
        let (made, left) = self.inventory();
        let traces = RunTraces {
            made,
            left,
            changed: std::mem::take(&mut self.progress.changed),
            failed_commands: queue.failed_commands(),
            log_ins: queue.log_ins.load(std::sync::atomic::Ordering::Relaxed),
            resent: queue.resent.load(std::sync::atomic::Ordering::Relaxed),
        };
        let RunState { mut ended, added, known, beside: mut slots, .. } = self.progress;
        slots.extend(known.unplanned().clone());
        if let Some(pasts) = self.pasts {
            pasts.order(&mut ended);
        }
        ExecutionResult { outcomes: Outcomes { outcomes: ended }, added, slots, traces }
    }

    async fn send_stage(&mut self, due: (u32, Stage), queue: &SendQueue<'a>) {
        let mut open: Vec<&'a Probe> = self.plan.probes.iter().filter(|probe| probe.stage_order() == due).collect();
        let mut under_way = FuturesUnordered::new();
        loop {
            let mut waiting = Vec::with_capacity(open.len());
            let mut advanced = false;
            for probe in open {
                if self.progress.outcomes.contains_key(&probe.id) {
                    continue;
                }
                let sought = || probe.needs.iter().any(|slot| self.progress.sought.contains(slot)) || self.awaits_list(probe);
                let ready = || !sought() && probe.after.iter().all(|before| self.progress.outcomes.contains_key(before));
                if under_way.len() >= queue.pace.jobs(self.settings.jobs) || !ready() {
                    waiting.push(probe);
                    continue;
                }
                advanced = true;
                if due.1 == Stage::Burst && !self.settings.windows.is_empty() && !queue.limiter.is_full().await {
                    self.withhold(probe, NotSent::NoWindow.into());
                    continue;
                }
                match self.admit_or_withhold(probe, queue) {
                    Ok(task) => under_way.push(task),
                    // What is under way may need less than it is given.
                    Err(reason) if reason.code() == Code::Budget && !under_way.is_empty() => waiting.push(probe),
                    Err(reason) => {
                        self.withhold(probe, reason);
                        under_way.extend(self.other_list_requests(probe, queue));
                    }
                }
            }
            open = waiting;
            if let Some(ended) = under_way.next().await {
                let probe = ended.probe;
                self.record_ended(ended, queue);
                self.after_removed(queue).await;
                under_way.extend(self.other_list_requests(probe, queue));
            } else if open.is_empty() {
                return;
            } else if !advanced {
                for probe in std::mem::take(&mut open) {
                    self.withhold(probe, NotSent::NeverDue.into());
                }
            }
        }
    }

    /// Learns from what came of a probe, and of all that was sent on its behalf.
    fn record_ended(&mut self, ended: Ended<'a>, queue: &SendQueue<'a>) {
        for (remake, outcome) in ended.before {
            self.progress.beside.extend(remake.beside);
            self.end(&remake.probe, outcome);
            self.progress.added.push(remake.probe);
        }
        self.end(ended.probe, ended.outcome);
        if self.plan.finders.values().flatten().any(|finder| finder.id == ended.probe.id) {
            self.progress.added.push(ended.probe.clone());
        }
        self.add_ready(queue);
        for (probe, outcome) in queue.bursts.ended() {
            self.end(probe, outcome);
        }
    }

    /// Lets what shows the rate limit be sent as soon as a window is full.
    fn add_ready(&self, queue: &SendQueue<'a>) {
        if self.settings.windows.is_empty() {
            return;
        }
        for probe in self.plan.probes.iter().filter(|probe| probe.stage == Stage::Burst && !self.progress.outcomes.contains_key(&probe.id)) {
            let accepted = probe.control.as_ref().is_none_or(|control| self.progress.known.accepted().contains(control));
            if let Some(slots) = self.values(probe).ok().filter(|_| accepted) {
                queue.bursts.add_ready(probe, slots);
            }
        }
    }

    /// Learns from an outcome.
    fn end(&mut self, probe: &Probe, outcome: Outcome) {
        (self.watch)(RunEvent::Ended);
        let answer = outcome.answer();
        let accepted = answer.is_some_and(|answer| probe.is_accepted_by(answer.status));
        self.progress.sent += outcome.exchanges.len() as u64;
        let optional = self.contract.operation(&probe.operation).is_some_and(|operation| operation.optional);
        self.progress.breaker.record_outcome(probe, &outcome, (accepted, optional));
        let unfilled = self.progress.known.apply(self.plan, &ProbeEnd::live(probe, &outcome));
        for capture in &probe.captures {
            self.progress.unfilled.remove(&capture.slot);
        }
        for slot in unfilled {
            match self.plan.slots.get(slot).and_then(|known| known.fallback.clone()) {
                Some(example) => self.progress.known.find(slot.clone(), example),
                None => drop(self.progress.unfilled.insert(slot.clone(), admission::why_not(probe, &outcome, accepted))),
            }
        }
        for slot in &probe.consumes {
            if self.progress.known.removal(slot).is_some_and(|removal| removal.by == probe.id) {
                self.progress.unfilled.remove(slot);
                self.note_removed(slot);
            }
        }
        self.note_unlisted(probe, &outcome);
        self.progress.outcomes.insert(probe.id.clone(), self.progress.ended.len());
        self.progress.ended.push(outcome);
    }

    fn outcome(&self, probe: &str) -> Option<&Outcome> {
        self.progress.outcomes.get(probe).and_then(|index| self.progress.ended.get(*index))
    }
}
