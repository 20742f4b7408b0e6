//! Holds back the probes that show the rate limit until a window is full.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::model::exchange::Outcome;
use crate::model::plan::{Probe, ProbeId, SlotId};

/// Probes that wait for a full window, and those that have met one.
#[derive(Debug, Default)]
pub struct BurstQueue<'a> {
    inner: Mutex<Inner<'a>>,
}

#[derive(Debug, Default)]
struct Inner<'a> {
    armed: Vec<(&'a Probe, BTreeMap<SlotId, Value>)>,
    known: Vec<ProbeId>,
    fired: Vec<(&'a Probe, Outcome)>,
}

impl<'a> BurstQueue<'a> {
    /// A probe is ready: whoever finds a window full sends it.
    pub fn add_ready(&self, probe: &'a Probe, slots: BTreeMap<SlotId, Value>) {
        let mut inner = self.lock();
        if !inner.known.contains(&probe.id) {
            inner.known.push(probe.id.clone());
            inner.armed.push((probe, slots));
        }
    }

    /// Everything that is ready; no other request gets it.
    pub fn take_ready(&self) -> Vec<(&'a Probe, BTreeMap<SlotId, Value>)> {
        std::mem::take(&mut self.lock().armed)
    }

    /// A probe has been sent.
    pub fn record_sent(&self, probe: &'a Probe, outcome: Outcome) {
        self.lock().fired.push((probe, outcome));
    }

    /// What has been sent since this was asked last.
    pub fn ended(&self) -> Vec<(&'a Probe, Outcome)> {
        std::mem::take(&mut self.lock().fired)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner<'a>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
