//! Removes what is left at the end of a run.
//! That is what an interruption or a failed deletion left, and what was made by a request that should have been refused.

use std::time::{Duration, Instant};

use super::orphans::says_it_failed;
use crate::execute::{Run, SendQueue};
use crate::model::exchange::Outcome;
use crate::model::journal::Entry;
use crate::model::plan::Probe;
use crate::plan::{removals, restoring_requests};

/// How often what could not be removed is tried again: it may have been held by what is removed after it.
const MOST_PASSES: usize = 3;

/// How often a server that failed to remove something is left alone for a while and asked again.
const MOST_PAUSES: u32 = 5;

/// The first pause; each one is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// How long all of that may take.
const LONGEST: Duration = Duration::from_secs(30);

/// After so many failures in a row the rest waits for the next pause.
const ENOUGH_FAILURES: usize = 3;

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
        let mut failing = false;
        for pass in 0..MOST_PASSES {
            failing = false;
            for mut probe in self.pending_removals() {
                if pass > 0 {
                    probe.id = probe.id.numbered(pass + 1);
                }
                failing |= self.take_away(probe, queue).await;
            }
        }
        if failing {
            self.sweep_after_pauses(queue).await;
        }
    }

    /// Asks a server that fails again after a while, for one thing at a time. It may have had too much to do, and it goes on with
    /// where it failed: one thing that it can never remove must not be in the way of the others.
    async fn sweep_after_pauses(&mut self, queue: &SendQueue<'a>) {
        let (started, mut tried) = (Instant::now(), 0);
        for pause in 0..MOST_PAUSES {
            tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(pause)).await;
            let mut left = self.pending_removals();
            let (count, mut in_a_row, mut failing) = (left.len(), 0, false);
            left.rotate_left(tried % count.max(1));
            for mut probe in left {
                if in_a_row == ENOUGH_FAILURES || started.elapsed() > LONGEST {
                    break;
                }
                probe.id = probe.id.numbered(MOST_PASSES + 1 + pause as usize);
                let failed = self.take_away(probe, queue).await;
                (in_a_row, failing) = (if failed { in_a_row + 1 } else { 0 }, failing || failed);
                tried += 1;
            }
            if !failing {
                return;
            }
        }
    }

    fn pending_removals(&self) -> Vec<Probe> {
        let mut plan = self.progress.known.extended(self.plan);
        plan.slots.extend(self.progress.beside.clone());
        plan.probes.extend(self.progress.added.clone());
        let undone = |probe: &Probe| !self.progress.outcomes.contains_key(&probe.id);
        let undoing = restoring_requests(&plan, &self.progress.known).into_iter().filter(undone);
        undoing.chain(removals(&plan, |slot| self.progress.slot_exists(slot))).collect()
    }

    /// Sends a request that removes something; whether the server failed, so that it is worth while to ask again later.
    pub(in crate::execute) async fn take_away(&mut self, probe: Probe, queue: &SendQueue<'a>) -> bool {
        if let Some(journal) = self.journal {
            let _ = journal.write(&Entry::Added(Box::new(probe.clone())), true);
        }
        let outcome = self.sender(queue).probe(&probe, self.progress.known.ids(), None).await;
        self.progress.swept += usize::from(!outcome.exchanges.is_empty());
        let failed = has_failed(&outcome);
        self.end(&probe, outcome);
        self.progress.added.push(probe);
        failed
    }
}

/// Whether a server did not do what it was asked for and may do it later: it failed, or said nothing.
fn has_failed(outcome: &Outcome) -> bool {
    outcome.exchanges.last().is_some_and(|exchange| exchange.answer.as_ref().is_none_or(says_it_failed))
}
