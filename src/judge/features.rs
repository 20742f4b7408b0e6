//! Finds APIs that the account does not seem to have: every valid request to them was refused with 403, or with 404 where
//! the contract calls them optional.

use std::collections::BTreeMap;

use super::{Case, Ruling};
use crate::domain::contract::{Operation, Status};
use crate::domain::exchange::Outcome;
use crate::domain::plan::{Credentials, Probe};
use crate::domain::reason::{Code, Reason};
use crate::domain::report::Cell;
use crate::domain::verdict::Verdict;

/// APIs that the account does not seem to have, each with the status of the first refusal and how many requests were refused.
#[derive(Debug, Default)]
pub(super) struct Features(BTreeMap<Feature, (Status, usize)>);

/// An API, and whether it is the optional part of it.
type Feature = (String, bool);

impl Features {
    /// Looks at the answers to all valid requests of the account that may do everything. Where nothing was accepted at all,
    /// something else is wrong.
    pub fn new(case: &Case<'_>, alive: bool) -> Self {
        let mut asked: BTreeMap<Feature, Vec<Status>> = BTreeMap::new();
        let valid = case.plan.probes.iter().filter(|probe| alive && probe.fault.is_none() && probe.request.credentials == Credentials::Full);
        for (probe, answer) in valid.filter_map(|probe| Some((probe, case.outcomes.of(&probe.id)?.answer()?))) {
            let Some(operation) = case.contract.operation(&probe.operation) else { continue };
            asked.entry(feature(operation)).or_default().push(answer.status);
        }
        let refused = |optional: bool, status: &Status| status.0 == 403 || (optional && status.0 == 404);
        let missing = asked.into_iter().filter(|((_, optional), statuses)| statuses.iter().all(|status| refused(*optional, status)));
        Self(missing.filter_map(|(feature, statuses)| Some((feature, (*statuses.first()?, statuses.len())))).collect())
    }

    /// Why the operation is not available, where it is not.
    fn reason(&self, case: &Case<'_>, operation: &Operation) -> Option<Reason> {
        let (status, count) = self.0.get(&feature(operation))?;
        let (same, others): (Vec<&Operation>, Vec<&Operation>) =
            case.contract.operations.iter().filter(|other| other.api == operation.api).partition(|other| feature(other) == feature(operation));
        let part: Vec<&str> = same.iter().map(|operation| operation.id.as_str()).collect();
        let part = if others.is_empty() { String::new() } else { format!(" ({})", part.join(", ")) };
        let requests = if *count == 1 { "its only valid request".to_owned() } else { format!("each of {count} valid requests") };
        let words = format!(
            "{}{part}: {requests} was refused with {status}; the account may not have this feature, and no promise is broken",
            operation.api
        );
        Some(Reason::new(Code::Unavailable(*status), words))
    }

    /// What a ruling comes to where the refusal of a valid request says that the feature is not there: no promise is broken.
    pub fn hidden(&self, case: &Case<'_>, probe: &Probe, outcome: Option<&Outcome>, ruling: Ruling) -> Ruling {
        let status = outcome.and_then(Outcome::answer).map(|answer| answer.status);
        let operation = case.contract.operation(&probe.operation).filter(|_| ruling == Ruling::Breaks && status == Some(Status(404)));
        match operation.and_then(|operation| self.reason(case, operation)) {
            Some(reason) if probe.fault.is_none() => Ruling::Blocked(reason),
            _ => ruling,
        }
    }

    /// Says of every cell that is blocked by a missing feature which one it is, in the same words.
    pub fn name(&self, case: &Case<'_>, cells: &mut [Cell]) {
        for cell in cells.iter_mut().filter(|cell| cell.verdict == Verdict::Blocked) {
            let cause = cell.because.as_ref().and_then(|because| case.plan.probe(&because.probe));
            let operations = [Some(cell.operation.as_str()), cause.map(|probe| probe.operation.as_str())];
            let cause = cause.and_then(|probe| case.contract.operation(&probe.operation)).filter(|operation| self.reason(case, operation).is_some());
            let of = |id: &str| self.reason(case, case.contract.operation(id)?);
            if let Some(reason) = cause.and_then(|_| operations.into_iter().flatten().find_map(of)) {
                cell.code = Some(reason.code);
                cell.reason = Some(reason.words);
            }
        }
    }
}

fn feature(operation: &Operation) -> Feature {
    (operation.api.clone(), operation.optional)
}
