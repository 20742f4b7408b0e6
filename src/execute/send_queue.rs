//! What all requests of a run share: the rate limiter, the removal of secrets, what is known of resources.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::burst::BurstQueue;
use super::limiter::Limiter;
use super::recovery::original::OriginalState;
use super::{ExecutionSettings, outage, overload};
use crate::execute::http::{Accounts, SecretRedactor};
use crate::model::contract::Contract;
use crate::model::exchange::Outcome;
use crate::model::plan::{Probe, ProbeId, SlotId};
use crate::plan::SharedOwnership;

/// What a run sends through: the rate limit, what waits for it to be reached, and what keeps secrets out of answers.
pub(super) struct SendQueue<'a> {
    pub limiter: Limiter,
    pub bursts: BurstQueue<'a>,
    pub censor: SecretRedactor,
    pub silence: outage::UnansweredRequests,
    /// Whether the server can do with many requests at once.
    pub pace: overload::Concurrency,
    /// Slots of things that something may refer to which was made without knowing and cannot be found.
    pub held: std::sync::OnceLock<BTreeSet<SlotId>>,
    /// What is known of ids.
    pub ownership: SharedOwnership,
    /// What the run may change without having made it, as it was before; by address.
    pub originals: tokio::sync::Mutex<BTreeMap<String, OriginalState>>,
    /// How many requests it takes to put back what is changed.
    pub owed: AtomicU64,
    /// How many requests it may take to remove what is there, as it was when something was last let through.
    pub reserved: AtomicU64,
    /// How many requests were sent.
    pub sent: AtomicU64,
    /// How many of them only obtained a credential.
    pub log_ins: AtomicU64,
    /// How many of them were refused because their token had ended, and were sent once more.
    pub resent: AtomicU64,
    /// How many requests of a run that was cut off are sent once more, because the token had ended.
    pub renewed_again: AtomicU64,
    /// Probes that are let through and of which nothing has been sent yet.
    pub waiting: Mutex<BTreeSet<ProbeId>>,
    /// Requests that a probe which is let through may make necessary.
    pub entailed: Mutex<BTreeMap<ProbeId, u64>>,
    /// What is told of commands around resources, and whether that is a failure.
    told_commands: Mutex<BTreeMap<String, bool>>,
    /// Requests that were sent beside the plan, and what came.
    pub asides: Mutex<Vec<(Probe, Outcome)>>,
}

impl SendQueue<'_> {
    pub fn new(settings: &ExecutionSettings, accounts: &Accounts, contract: &Contract, ownership: SharedOwnership) -> Self {
        let limiter = Limiter::with_ages(settings.windows.clone(), settings.before.clone());
        Self {
            limiter,
            bursts: BurstQueue::default(),
            censor: SecretRedactor::new(accounts, contract),
            silence: outage::UnansweredRequests::default(),
            pace: overload::Concurrency::default(),
            held: std::sync::OnceLock::new(),
            ownership,
            originals: tokio::sync::Mutex::default(),
            owed: AtomicU64::new(0),
            reserved: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            log_ins: AtomicU64::new(0),
            resent: AtomicU64::new(0),
            renewed_again: AtomicU64::new(0),
            waiting: Mutex::default(),
            entailed: Mutex::default(),
            told_commands: Mutex::default(),
            asides: Mutex::default(),
        }
    }

    /// Requests that were sent, or are about to be.
    pub fn requests_sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed) + self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    /// Requests that were sent, and those that are still needed to leave everything as it was.
    pub fn requests_sent_and_needed(&self) -> u64 {
        self.requests_sent() + self.owed.load(Ordering::Relaxed) + self.reserved.load(Ordering::Relaxed)
    }

    pub fn release(&self, probe: &ProbeId) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(probe.clone());
    }

    pub fn no_longer_waits(&self, probe: &str) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(probe);
    }

    pub fn block_slots(&self, slots: BTreeSet<SlotId>) {
        let _ = self.held.set(slots);
    }

    /// Notes what is told of a command around a resource, and whether that is a failure; whether it is new.
    pub fn note_command(&self, reason: &str, failed: bool) -> bool {
        self.told_commands.lock().unwrap_or_else(PoisonError::into_inner).insert(reason.to_owned(), failed).is_none()
    }

    /// What commands have failed.
    pub fn failed_commands(&self) -> Vec<String> {
        let told = self.told_commands.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter().filter(|(_, failed)| **failed).map(|(reason, _)| reason.clone()).collect()
    }

    /// Whether a thing may be held by something that cannot be found, directly or not.
    pub fn may_be_referred_to(&self, slots: &[SlotId]) -> bool {
        !slots.is_empty() && self.held.get().is_some_and(|held| !held.is_empty())
    }
}
