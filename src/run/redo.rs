//! Makes sure of a deletion whose answer was lost: what is gone already is made once more and deleted before our eyes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::gate::Ended;
use super::send::Sender;
use crate::contract::Schemas;
use crate::domain::contract::Contract;
use crate::domain::exchange::{Ending, Outcome};
use crate::domain::journal::Entry;
use crate::domain::plan::{Plan, Probe, SlotId};
use crate::generate::captured;
use crate::plan::{Remake, remake};

/// How often a thing is made again for one probe.
const MOST_TIMES: usize = 5;

/// What it takes to make something again.
pub struct Revival<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// Its schemas.
    pub schemas: &'a Schemas,
    /// The plan.
    pub plan: &'a Plan,
    /// The mark of the run.
    pub mark: &'a str,
}

impl Sender<'_, '_> {
    /// Ends a probe. Where it takes something away, nobody knows whether an earlier request did, and the answer now is that
    /// there is no such thing, the thing is made again and the probe sent again.
    pub(super) async fn made_sure<'p>(&self, probe: &'p Probe, mut outcome: Outcome, mut slots: BTreeMap<SlotId, Value>) -> Ended<'p> {
        let mut before: Vec<(Remake, Outcome)> = Vec::new();
        for time in 1..=MOST_TIMES {
            let Some(remake) = self.remake(probe, &outcome, time) else { break };
            if let Some(journal) = self.journal
                && journal.write(&Entry::Added(Box::new(remake.probe.clone())), true).is_err()
            {
                break;
            }
            let made = self.probe(&remake.probe, &slots, None).await;
            for capture in &remake.probe.captures {
                if let Some(value) = made.answer().and_then(|answer| captured(capture, answer, &remake.probe, &slots)) {
                    slots.insert(capture.slot.clone(), value);
                }
            }
            let there = made.answer().is_some_and(|answer| remake.probe.is_accepted_by(answer.status));
            before.push((remake, made));
            if !there {
                break;
            }
            let first = std::mem::replace(&mut outcome, self.probe(probe, &slots, None).await);
            outcome.exchanges.splice(0..0, first.exchanges);
        }
        Ended { probe, outcome, before }
    }

    fn remake(&self, probe: &Probe, outcome: &Outcome, time: usize) -> Option<Remake> {
        let revival = self.revival?;
        let gone = outcome.ending == Ending::Answered && outcome.answer().is_some_and(|answer| matches!(answer.status.0, 404 | 410));
        let (_, earlier) = outcome.exchanges.split_last()?;
        // After the last time that it was answered, nobody knows what a request did.
        let doubtful = earlier.last().is_some_and(|exchange| exchange.answer.is_none());
        if !gone || !doubtful || probe.fault.is_some() {
            return None;
        }
        remake(revival.contract, revival.schemas, revival.plan, revival.mark, probe, time)
    }
}
