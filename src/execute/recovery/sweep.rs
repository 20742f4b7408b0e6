//! Removes what is left at the end of a run.
//! That is what an interruption or a failed deletion left, and what was made by a request that should have been refused.

use std::collections::BTreeSet;

use crate::contract::expressions::captured;
use crate::execute::{Run, SendQueue};
use crate::model::exchange::Outcome;
use crate::model::ids;
use crate::model::journal::Entry;
use crate::model::plan::{Probe, SlotId};
use crate::plan::{Held, intruders, removals, undoing};

/// How often what could not be removed is tried again: it may have been held by what is removed after it.
const MOST_PASSES: usize = 3;

impl<'a> Run<'a> {
    /// Notes what a request has made that should have been refused, and what a valid one made before the answer that counts.
    pub(in crate::execute) fn note_intruders(&mut self, probe: &Probe, outcome: &Outcome) {
        let answers = outcome.exchanges.iter().filter_map(|exchange| exchange.answer.as_ref());
        if probe.makes(self.plan) && outcome.exchanges.len() > 1 {
            let former = answers.clone().rev().skip(1).filter(|answer| probe.is_accepted_by(answer.status));
            for (time, answer) in former.enumerate() {
                for capture in &probe.captures {
                    let slot = self.plan.slots.get(&capture.slot);
                    let Some((slot, value)) = slot.zip(captured(capture, answer, probe, &self.progress.slots)) else { continue };
                    let id = ids::former(&capture.slot, time);
                    self.progress.slots.insert(id.clone(), value);
                    self.progress.made.insert(id, slot.clone());
                }
            }
        }
        for (time, answer) in answers.enumerate() {
            for (id, slot, value) in intruders(self.plan, probe, answer, &self.progress.slots, time as u64) {
                self.progress.slots.insert(id.clone(), value);
                self.progress.made.insert(id, slot);
            }
        }
    }

    /// What a slot named before it names another thing may be there as well.
    pub(in crate::execute) fn keep_former(&mut self, probe: &Probe, slot: &SlotId) {
        let made = self.plan.slots.get(slot).filter(|slot| slot.maker().is_some());
        let former = self.progress.slots.get(slot).filter(|_| !self.progress.lost.contains_key(slot)).cloned();
        if let (Some(made), Some(former)) = (made.cloned(), former) {
            let id = ids::former(slot, &probe.id);
            self.progress.slots.insert(id.clone(), former);
            self.progress.made.insert(id, made);
        }
    }

    /// Removes what is left, as far as the contract has operations for it.
    pub(in crate::execute) async fn sweep(&mut self, queue: &SendQueue<'a>) {
        if !self.settings.sweep {
            return;
        }
        if (self.stopped)()
            && let Some(journal) = self.journal
        {
            // From here on the plan cannot be gone on with: what it needs is being removed.
            let _ = journal.write(&Entry::Interrupted, true);
        }
        if !self.permit.is_unlimited() {
            self.find_unanswered(queue).await;
        }
        for pass in 0..MOST_PASSES {
            let left = self.left();
            if left.is_empty() {
                break;
            }
            for mut probe in left {
                if pass > 0 {
                    probe.id = ids::numbered(&probe.id, pass + 1);
                }
                self.take_away(probe, queue).await;
            }
        }
    }

    fn left(&self) -> Vec<Probe> {
        let mut plan = self.plan.clone();
        plan.slots.extend(self.progress.made.clone());
        plan.removers.extend(self.progress.removers.clone());
        plan.probes.extend(self.progress.added.clone());
        let gone: BTreeSet<SlotId> = self.progress.lost.keys().cloned().collect();
        let held = Held { values: self.progress.slots.clone(), gone, accepted: self.progress.accepted.clone(), ..Held::default() };
        let undone = |probe: &Probe| !self.progress.outcomes.contains_key(&probe.id);
        undoing(&plan, &held).into_iter().filter(undone).chain(removals(&plan, &held)).collect()
    }

    pub(in crate::execute) async fn take_away(&mut self, probe: Probe, queue: &SendQueue<'a>) {
        if let Some(journal) = self.journal {
            let _ = journal.write(&Entry::Added(Box::new(probe.clone())), true);
        }
        let outcome = self.sender(queue).probe(&probe, &self.progress.slots, None).await;
        self.progress.swept += usize::from(!outcome.exchanges.is_empty());
        if outcome.answer().is_some_and(|answer| matches!(answer.status.0, 404 | 410)) {
            for slot in &probe.consumes {
                self.progress.lost.insert(slot.clone(), "it was gone already".into());
            }
        }
        self.end(&probe, outcome);
        self.progress.added.push(probe);
    }
}
