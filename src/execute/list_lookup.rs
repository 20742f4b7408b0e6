//! Looks for a resource in other lists when the first list does not hold it.

use super::admission::PendingRequest;
use super::{Run, SendQueue};
use crate::contract::expressions::captured;
use crate::model::exchange::Outcome;
use crate::model::ids;
use crate::model::journal::Entry;
use crate::model::plan::{Probe, SlotId};

impl<'a> Run<'a> {
    /// What is to be asked next for the things that a probe should have found and did not, as far as other lists may show
    /// them. Until that has ended, what needs one of them waits.
    pub(super) fn other_list_requests<'b>(&mut self, ended: &Probe, queue: &'b SendQueue<'a>) -> Vec<PendingRequest<'b, 'a>>
    where
        'a: 'b,
    {
        let mut tasks = Vec::new();
        for slot in ended.captures.iter().map(|capture| &capture.slot) {
            self.progress.sought.remove(slot);
            let finders = self.plan.finders.get(slot).into_iter().flatten();
            for finder in finders {
                if self.progress.known.ids().contains_key(slot) {
                    break;
                }
                if !self.progress.outcomes.contains_key(&finder.id)
                    && !self.take_from_repeated_answer(slot, finder)
                    && let Some(task) = self.list_request(finder, queue)
                {
                    self.progress.sought.insert(slot.clone());
                    tasks.push(task);
                    break;
                }
            }
        }
        tasks
    }

    fn list_request<'b>(&self, finder: &'a Probe, queue: &'b SendQueue<'a>) -> Option<PendingRequest<'b, 'a>>
    where
        'a: 'b,
    {
        if (self.stopped)() || self.settings.budget.is_some_and(|budget| queue.requests_sent() + self.requests_for_cleanup(queue) >= budget) {
            return None;
        }
        let values = self.values(finder).ok()?;
        if let Some(journal) = self.journal {
            journal.write(&Entry::Added(Box::new(finder.clone())), true).ok()?;
        }
        Some(self.task(finder, queue, values, None))
    }

    /// Takes a thing from the answer to the request that a finder repeats, where there is one already.
    fn take_from_repeated_answer(&mut self, slot: &SlotId, finder: &Probe) -> bool {
        let planned = ids::plan_id(&finder.id);
        let answer = self.outcome(planned).and_then(Outcome::answer).filter(|answer| finder.is_accepted_by(answer.status));
        let found = answer.and_then(|answer| captured(finder.captures.first()?, answer, finder, self.progress.known.ids()));
        if let Some(value) = found {
            self.progress.known.find(slot.clone(), value);
            self.progress.unfilled.remove(slot);
        }
        self.outcome(planned).is_some()
    }
}
