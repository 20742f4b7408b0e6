//! Decides which known circumstances explain an answer that would break the contract.

use super::{Ruling, RulingInput};
use crate::model::assumption::Assumption;
use crate::model::contract::Status;
use crate::model::plan::ProbeId;
use crate::model::reason::{NotShown, Reason};

/// Circumstances by which an answer that the contract does not allow breaks nothing. The first row that fits decides.
///
/// | circumstance                            | ruling                                 |
/// |-----------------------------------------|----------------------------------------|
/// | the account does not have the API       | blocked                                |
/// | the account has lost its permissions    | blocked                                |
/// | another answer is as right              | unreached                              |
/// | what was expected is only inferred      | unreached below 400, blocked from there |
/// | the run may have removed the resource   | blocked                                |
/// | the job may have finished               | unreached                              |
/// | the server may have been reset          | blocked                                |
/// | a deleted resource is shown and marked  | unreached                              |
#[derive(Debug, Clone, Default)]
pub struct Excuses {
    /// Why the operation is not available, where the refusal of a valid request says so.
    pub absent: Option<Reason>,
    /// Whether the account has lost its permissions before.
    pub shut_out: bool,
    /// Why the answer is as right as the expected one.
    pub as_right: Option<AcceptableBecause>,
    /// Whether all statuses that were expected are only inferred.
    pub inferred: bool,
    /// The request without a named target that may have removed the resource.
    pub swept_by: Option<ProbeId>,
    /// What is known of the job whose outcome was asked for too early.
    pub job: Option<JobState>,
    /// What only an earlier run confirms, where the server may have been reset since.
    pub forgotten: Option<Assumption>,
    /// Whether a deleted resource is shown, and marked by a representation that is another one than before.
    pub marked: bool,
}

/// Why an answer is as right as the one that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptableBecause {
    /// The contract documents it as well.
    Documented,
    /// The value of the valid request is as uncertain as the wrong one.
    LikeControl,
    /// The path may be input of a computation.
    Computed,
}

/// What a look at a job has shown that had to be under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// It is in this state, which is a finished one.
    Finished(String),
    /// Its state was not seen.
    Unknown,
}

/// What explains the answer; `None` where nothing does, so that it breaks the contract.
pub(super) fn excuse(facts: &RulingInput) -> Option<Ruling> {
    let (status, excuses) = (facts.status?, &facts.excuses);
    if let Some(reason) = &excuses.absent {
        return Some(Ruling::Blocked(reason.clone()));
    }
    if excuses.shut_out {
        return Some(Ruling::Blocked(NotShown::ShutOut(status).into()));
    }
    if let Some(why) = excuses.as_right {
        return Some(Ruling::Unreached(acceptable_answer(why, status)));
    }
    if excuses.inferred {
        let reason = NotShown::Inferred(status, facts.allowed.clone()).into();
        return Some(if status.0 < 400 { Ruling::Unreached(reason) } else { Ruling::Blocked(reason) });
    }
    if let Some(sweep) = &excuses.swept_by {
        return Some(Ruling::Blocked(NotShown::SweptBy(status, sweep.clone()).into()));
    }
    if let Some(look) = &excuses.job {
        return Some(Ruling::Unreached(match look {
            JobState::Finished(state) => NotShown::JobFinished(state.clone()).into(),
            JobState::Unknown => NotShown::JobUnseen.into(),
        }));
    }
    if let Some(assumed) = &excuses.forgotten {
        return Some(Ruling::Blocked(NotShown::Forgotten(status, assumed.clone()).into()));
    }
    excuses.marked.then(|| Ruling::Unreached(NotShown::Marked(status).into()))
}

fn acceptable_answer(why: AcceptableBecause, status: Status) -> Reason {
    match why {
        AcceptableBecause::Documented => NotShown::AllowedAsWell(status).into(),
        AcceptableBecause::LikeControl => NotShown::LikeControl(status).into(),
        AcceptableBecause::Computed => NotShown::Computed(status).into(),
    }
}
