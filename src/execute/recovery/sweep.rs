//! Removes what is left at the end of a run.
//! That is what an interruption or a failed deletion left, and what was made by a request that should have been refused.

use crate::execute::{Run, SendQueue};
use crate::model::journal::Entry;
use crate::model::plan::Probe;
use crate::plan::{removals, undoing};

/// How often what could not be removed is tried again: it may have been held by what is removed after it.
const MOST_PASSES: usize = 3;

impl<'a> Run<'a> {
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
                    probe.id = probe.id.numbered(pass + 1);
                }
                self.take_away(probe, queue).await;
            }
        }
    }

    fn left(&self) -> Vec<Probe> {
        let mut plan = self.progress.known.extended(self.plan);
        plan.slots.extend(self.progress.beside.clone());
        plan.probes.extend(self.progress.added.clone());
        let undone = |probe: &Probe| !self.progress.outcomes.contains_key(&probe.id);
        let undoing = undoing(&plan, &self.progress.known).into_iter().filter(undone);
        undoing.chain(removals(&plan, |slot| self.progress.is_there(slot))).collect()
    }

    pub(in crate::execute) async fn take_away(&mut self, probe: Probe, queue: &SendQueue<'a>) {
        if let Some(journal) = self.journal {
            let _ = journal.write(&Entry::Added(Box::new(probe.clone())), true);
        }
        let outcome = self.sender(queue).probe(&probe, self.progress.known.ids(), None).await;
        self.progress.swept += usize::from(!outcome.exchanges.is_empty());
        self.end(&probe, outcome);
        self.progress.added.push(probe);
    }
}
