//! Takes from earlier answers what a request needs besides ids: addresses, page sizes, job states.

use serde_json::Value;

use super::Run;
use crate::contract::paging::resources;
use crate::model::exchange::{Answer, Outcome};
use crate::model::ids::ProbeId;
use crate::model::job::is_among;
use crate::model::plan::{Probe, Repeat};
use crate::model::reason::NotSent;
use crate::model::trigger_name::TriggerName;

impl Run<'_> {
    /// What an earlier answer tells a probe, if it asks for anything.
    ///
    /// # Errors
    /// Why it cannot be sent: there is no such answer, or it says something else.
    pub(super) fn earlier_answer(&self, probe: &Probe) -> Result<Option<String>, NotSent> {
        if probe.trigger == TriggerName::FINISHED {
            self.finished(probe)?;
        }
        match &probe.repeat {
            Repeat::Follow(first) => self.location(first).map(Some),
            Repeat::Pages { smallest, largest, .. } => Ok(Some(self.length(probe, *smallest, *largest).to_string())),
            _ => Ok(None),
        }
    }

    /// That the job that a probe is about has come to a good end; one that takes longer breaks nothing.
    fn finished(&self, probe: &Probe) -> Result<(), NotSent> {
        let polls = self.plan.probes.iter().filter(|poll| probe.after.contains(&poll.id));
        for poll in polls {
            let Repeat::Poll { at, finished, .. } = &poll.repeat else { continue };
            // A redirect leads to what came of the job, whatever it shows.
            let shown = self.answer(&poll.id).filter(|answer| answer.status.is_success());
            let state = shown.and_then(|answer| answer.body.value()?.pointer(at).and_then(Value::as_str));
            if let Some(state) = state.filter(|state| !is_among(finished, state)) {
                return Err(NotSent::JobOpen(state.to_owned()));
            }
        }
        Ok(())
    }

    /// How many resources a page is to hold: half of what the list showed at once, so that two pages hold everything.
    fn length(&self, probe: &Probe, smallest: u64, largest: u64) -> u64 {
        let list = probe.control.as_ref().and_then(|control| self.answer(control)).and_then(|answer| answer.body.value());
        let shown = list.map_or(0, |list| resources(list).len() as u64);
        shown.div_ceil(2).min(largest).max(smallest)
    }

    fn location(&self, first: &ProbeId) -> Result<String, NotSent> {
        let answer = self.answer(first).ok_or_else(|| NotSent::NothingToFollow(first.clone()))?;
        if answer.status.0 / 100 != 3 && !matches!(answer.status.0, 201 | 202) {
            return Err(NotSent::LeadsNowhere(first.clone(), answer.status));
        }
        answer.header("location").map(str::to_owned).ok_or_else(|| NotSent::NoLocation(first.clone(), answer.status))
    }

    fn answer(&self, probe: &str) -> Option<&Answer> {
        self.outcome(probe).and_then(Outcome::answer)
    }
}
