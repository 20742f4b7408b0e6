//! Self-test of each fault on one operation alone, drawn at random from those on which it breaks a promise.

use std::collections::BTreeSet;

use super::trial::TrialResult;
use super::{Stop, TrialSetup};
use crate::mock::Fault;
use crate::model::contract::{Status, WHOLE_SERVER};
use crate::model::filter::Filter;
use crate::model::hash::hash_of_seed_and_name;
use crate::plan::PlanningOptions;

/// How many operations are tried until a fault takes hold on one alone.
const TRIES: u64 = 5;

/// What became of a fault on one operation alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SingleOperationResult {
    /// The run breaks.
    Caught,
    /// The run ends without a verdict.
    Refused,
    /// The run is as good as without the fault.
    Survived,
}

impl TrialSetup<'_> {
    /// Puts a fault on one operation. The draw is among those on which it breaks a promise: where the contract allows both
    /// the right answer and the wrong one, there is none to break.
    pub(super) fn alone(&self, fault: &Fault, whole: &TrialResult, usual: &TrialResult) -> Result<Option<(String, SingleOperationResult)>, Stop> {
        // Where only the state goes another way, what is violated may be so because of another operation.
        let told = if fault.is_hidden() && !whole.stated.is_disjoint(&whole.faulted) { &whole.stated } else { &whole.operations };
        let mut open: Vec<&String> = told.intersection(&whole.faulted).collect();
        if open.is_empty() {
            open = whole.faulted.iter().collect();
        }
        for attempt in 0..TRIES {
            if open.is_empty() {
                break;
            }
            let draw = hash_of_seed_and_name(self.seed.wrapping_add(attempt), fault.name);
            let operation = open.swap_remove(usize::try_from(draw % open.len() as u64).unwrap_or_default());
            let named = [format!("{}@{operation}", fault.name)];
            // First only what showed it before, then, where that is not enough, everything.
            let part = self.specification.plan(&self.part(operation, whole))?;
            let mut shown = self.judge_trial(&part, &named, &[])?;
            if !shown.breaks() {
                shown = self.judge_trial(&self.whole, &named, &[])?;
            }
            let fate = if shown.breaks() {
                SingleOperationResult::Caught
            } else if shown.refuses(usual) {
                SingleOperationResult::Refused
            } else if shown.faulted.is_empty() || (fault.is_sporadic() && attempt + 1 < TRIES) {
                // It took no hold, or by chance on a request for which the wrong answer was the right one.
                continue;
            } else {
                SingleOperationResult::Survived
            };
            return Ok(Some((operation.clone(), fate)));
        }
        Ok(None)
    }

    /// The operation and those whose requests have shown the fault; where it was shown on the server as a whole, the cells
    /// of that.
    fn part(&self, operation: &str, whole: &TrialResult) -> PlanningOptions {
        let mut only: BTreeSet<String> = whole.witnesses.get(operation).cloned().unwrap_or_default();
        if only.is_empty() && whole.witnesses.contains_key(WHOLE_SERVER) {
            let statuses: Vec<Status> = self.specification.contract.server_responses.iter().map(|response| response.status).collect();
            return PlanningOptions { statuses, ..self.options.clone() };
        }
        only.insert(operation.to_owned());
        PlanningOptions { filter: Filter { only: only.into_iter().collect(), ..Filter::default() }, ..self.options.clone() }
    }
}
