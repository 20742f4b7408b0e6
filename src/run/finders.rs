//! Looks into other lists for what the first one does not hold.

use super::{Lane, Run};
use crate::domain::exchange::Outcome;
use crate::domain::journal::Entry;
use crate::domain::plan::{Probe, Purpose, Repeat, SlotId};
use crate::generate::captured;

impl<'a> Run<'a> {
    /// Finds what is missing after a probe has ended, as far as other lists show it.
    pub(super) async fn look_elsewhere(&mut self, ended: &Probe, lane: &Lane<'a>) {
        for capture in &ended.captures {
            let Some(finders) = self.plan.finders.get(&capture.slot) else { continue };
            for finder in finders {
                if self.progress.slots.contains_key(&capture.slot) || (self.stopped)() {
                    break;
                }
                self.look(&capture.slot, finder, ended, lane).await;
            }
        }
    }

    /// Takes a thing from an answer that is there already, or asks for it.
    async fn look(&mut self, slot: &SlotId, finder: &Probe, ended: &Probe, lane: &Lane<'a>) {
        if let Some(outcome) = self.outcome(&finder.id) {
            self.take(slot, finder, &outcome.clone());
            return;
        }
        let spent = self.settings.budget.is_some_and(|budget| self.progress.sent >= budget);
        let Ok(values) = self.values(finder) else { return };
        if spent {
            return;
        }
        let id = format!("{}~{slot}", finder.id);
        let (wave, stage) = ended.due();
        let after = vec![ended.id.clone()];
        let probe = Probe { id, purpose: Purpose::Fixture, repeat: Repeat::Once, wave, stage, after, ..finder.clone() };
        if let Some(journal) = self.journal
            && journal.write(&Entry::Added(Box::new(probe.clone())), true).is_err()
        {
            return;
        }
        let outcome = self.sender(lane).probe(&probe, &values, None).await;
        self.take(slot, &probe, &outcome);
        // What it captures is known from here on, so that nothing is lost that was there before.
        let probe = Probe { captures: Vec::new(), ..probe };
        self.end(&probe, outcome);
        self.progress.added.push(probe);
    }

    fn take(&mut self, slot: &SlotId, finder: &Probe, outcome: &Outcome) {
        let Some(answer) = outcome.answer().filter(|answer| finder.is_accepted_by(answer.status)) else { return };
        for capture in finder.captures.iter().filter(|capture| capture.slot == *slot) {
            if let Some(value) = captured(capture, answer, finder, &self.progress.slots) {
                self.progress.slots.insert(slot.clone(), value);
                self.progress.lost.remove(slot);
            }
        }
    }
}
