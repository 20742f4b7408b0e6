//! Carries out a plan: sends what is due, hands values from answers to requests, and stops where going on makes no sense.

mod gate;
mod limiter;
mod redirect;
mod send;

pub use limiter::Limiter;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::Value;

use crate::domain::contract::{Contract, RateLimit};
use crate::domain::exchange::{Ending, Outcome, Outcomes};
use crate::domain::plan::{Plan, Probe, ProbeId, Repeat, SlotId, Stage};
use crate::generate::captured;
use crate::transport::{Accounts, Censor, Client};

/// The most requests that are sent to reach a rate limit after everything else: one more than the usual small window.
pub const MOST_BURST: u32 = 51;

/// How a plan is carried out.
#[derive(Debug, Clone)]
pub struct Settings {
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
    /// The longest wait that a server may ask for (429) before its cells are given up.
    pub longest_wait: Duration,
}

/// What happens during a run, for whoever watches.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A probe has ended.
    Ended(&'a Outcome),
    /// The server asks to wait this long.
    Waiting(Duration),
}

/// A plan that is being carried out.
pub struct Run<'a> {
    contract: &'a Contract,
    plan: &'a Plan,
    client: &'a Client,
    accounts: &'a Accounts,
    censor: Arc<Censor>,
    settings: &'a Settings,
    watch: &'a (dyn Fn(Event<'_>) + Sync),
    stopped: &'a (dyn Fn() -> bool + Sync),
    limiter: Limiter,
    progress: Progress,
}

/// What is known so far.
#[derive(Debug, Default)]
struct Progress {
    outcomes: BTreeMap<ProbeId, usize>,
    ended: Vec<Outcome>,
    slots: BTreeMap<SlotId, Value>,
    /// Why a slot has no value, or has lost it.
    lost: BTreeMap<SlotId, String>,
    accepted: BTreeSet<ProbeId>,
    breaker: gate::Breaker,
    sent: u64,
}

impl<'a> Run<'a> {
    /// Gets ready.
    pub fn new(
        contract: &'a Contract,
        plan: &'a Plan,
        client: &'a Client,
        accounts: &'a Accounts,
        settings: &'a Settings,
        watch: &'a (dyn Fn(Event<'_>) + Sync),
        stopped: &'a (dyn Fn() -> bool + Sync),
    ) -> Self {
        let mut progress = Progress::default();
        for (id, slot) in &plan.slots {
            if let crate::domain::plan::Origin::Given(value) = &slot.origin {
                progress.slots.insert(id.clone(), Value::String(value.clone()));
            }
        }
        let censor = Arc::new(Censor::new(accounts, contract));
        Self { contract, plan, client, accounts, censor, settings, watch, stopped, limiter: Limiter::new(settings.windows.clone()), progress }
    }

    /// Sends everything that is due, stage by stage.
    pub async fn carry_out(mut self) -> Outcomes {
        let limiter = std::mem::replace(&mut self.limiter, Limiter::new(Vec::new()));
        let mut stages: Vec<Stage> = self.plan.probes.iter().map(|probe| probe.stage).collect();
        stages.sort_unstable();
        stages.dedup();
        for stage in stages {
            self.stage(stage, &limiter).await;
        }
        Outcomes { outcomes: self.progress.ended }
    }

    async fn stage(&mut self, stage: Stage, limiter: &Limiter) {
        let mut open: Vec<&'a Probe> = self.plan.probes.iter().filter(|probe| probe.stage == stage).collect();
        let mut under_way = FuturesUnordered::new();
        loop {
            let mut waiting = Vec::with_capacity(open.len());
            let mut advanced = false;
            for probe in open {
                let due = probe.after.iter().all(|before| self.progress.outcomes.contains_key(before));
                if !due || under_way.len() >= self.settings.jobs {
                    waiting.push(probe);
                    continue;
                }
                advanced = true;
                match self.gate(probe, limiter) {
                    Ok(task) => under_way.push(task),
                    Err(reason) => self.end(probe, Outcome { probe: probe.id.clone(), exchanges: Vec::new(), ending: Ending::Withheld(reason) }),
                }
            }
            open = waiting;
            if let Some((probe, outcome)) = under_way.next().await {
                self.end(probe, outcome);
            } else if open.is_empty() {
                return;
            } else if !advanced {
                for probe in std::mem::take(&mut open) {
                    let reason = "it waits for a request that was never due".to_owned();
                    self.end(probe, Outcome { probe: probe.id.clone(), exchanges: Vec::new(), ending: Ending::Withheld(reason) });
                }
            }
        }
    }

    /// Learns from an outcome.
    fn end(&mut self, probe: &Probe, outcome: Outcome) {
        (self.watch)(Event::Ended(&outcome));
        let answer = outcome.answer();
        let accepted = answer.is_some_and(|answer| probe.is_accepted_by(answer.status));
        if accepted {
            self.progress.accepted.insert(probe.id.clone());
        }
        self.progress.sent += outcome.exchanges.len() as u64;
        self.progress.breaker.learn(probe, &outcome, accepted);
        for capture in &probe.captures {
            match answer.filter(|_| accepted).and_then(|answer| captured(capture, answer, probe, &self.progress.slots)) {
                Some(value) => {
                    self.progress.slots.insert(capture.slot.clone(), value);
                }
                None => {
                    self.progress.lost.insert(capture.slot.clone(), gate::why_not(probe, &outcome, accepted));
                }
            }
        }
        if answer.is_some_and(|answer| answer.status.is_success()) && probe.repeat == Repeat::Once {
            for slot in &probe.consumes {
                self.progress.lost.insert(slot.clone(), format!("{} removed it", probe.id));
            }
        }
        self.progress.outcomes.insert(probe.id.clone(), self.progress.ended.len());
        self.progress.ended.push(outcome);
    }

    fn outcome(&self, probe: &str) -> Option<&Outcome> {
        self.progress.outcomes.get(probe).and_then(|index| self.progress.ended.get(*index))
    }
}
