//! Requests of a run that was cut off, each handed out in its turn in place of being sent again. Silence is no answer: what
//! was not answered is sent again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::domain::exchange::Outcome;
use crate::domain::journal::{Chronicle, Fate, Past};
use crate::domain::plan::ProbeId;

/// What was sent before, by probe.
#[derive(Debug, Default)]
pub struct Pasts {
    left: Mutex<BTreeMap<ProbeId, VecDeque<Past>>>,
    /// How many requests there were for each probe, and the number of the last one where it was the end of the probe.
    ends: BTreeMap<ProbeId, (usize, Option<u64>)>,
}

impl Pasts {
    /// Everything that a journal tells.
    pub fn new(chronicle: &Chronicle) -> Self {
        let left = chronicle.past.iter().map(|(probe, past)| (probe.clone(), past.iter().cloned().collect())).collect();
        let end = |past: &Vec<Past>| past.last().filter(|last| matches!(last.fate, Fate::Answered(_))).map(|last| last.number);
        let ends = chronicle.past.iter().map(|(probe, past)| (probe.clone(), (past.len(), end(past)))).collect();
        Self { left: Mutex::new(left), ends }
    }

    /// The next request that was sent for a probe.
    pub fn next(&self, probe: &str) -> Option<Past> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).get_mut(probe)?.pop_front()
    }

    /// Whether there is another one.
    pub fn has_more(&self, probe: &str) -> bool {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).get(probe).is_some_and(|left| !left.is_empty())
    }

    /// Whether anything was sent for a probe.
    pub fn knows(&self, probe: &str) -> bool {
        self.ends.contains_key(probe)
    }

    /// Puts outcomes into the order in which the probes really ended: those of the past first.
    pub fn order(&self, outcomes: &mut [Outcome]) {
        outcomes.sort_by_key(|outcome| {
            let end = self.ends.get(&outcome.probe).filter(|(count, _)| *count == outcome.exchanges.len());
            end.and_then(|(_, number)| *number).unwrap_or(u64::MAX)
        });
    }
}
