//! Decides which known circumstances explain an answer that would break the contract.

use super::{Ruling, RulingInput, allowed_as_well};
use crate::model::contract::Status;
use crate::model::plan::ProbeId;
use crate::model::reason::Reason;

/// Circumstances by which an answer that the contract does not allow breaks nothing. The first row that fits decides.
///
/// | circumstance                            | ruling                                 |
/// |-----------------------------------------|----------------------------------------|
/// | the account does not have the API       | blocked                                |
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
    /// Why the answer is as right as the expected one.
    pub as_right: Option<AcceptableBecause>,
    /// Whether all statuses that were expected are only inferred.
    pub inferred: bool,
    /// The request without a named target that may have removed the resource.
    pub swept_by: Option<ProbeId>,
    /// What is known of the job whose outcome was asked for too early.
    pub job: Option<JobState>,
    /// What only an earlier run confirms, where the server may have been reset since.
    pub forgotten: Option<String>,
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
pub(super) fn excused(facts: &RulingInput) -> Option<Ruling> {
    let (status, excuses) = (facts.status?, &facts.excuses);
    if let Some(reason) = &excuses.absent {
        return Some(Ruling::Blocked(reason.clone()));
    }
    if let Some(why) = excuses.as_right {
        return Some(Ruling::Unreached(as_right(why, status)));
    }
    if excuses.inferred {
        let expected = facts.allowed.iter().map(Status::to_string).collect::<Vec<_>>().join(" or ");
        let reason = format!("{status} came; that {expected} is answered is inferred, and no document says so").into();
        return Some(if status.0 < 400 { Ruling::Unreached(reason) } else { Ruling::Blocked(reason) });
    }
    if let Some(sweep) = &excuses.swept_by {
        return Some(Ruling::Blocked(format!("{status} came, and {sweep} may have removed it").into()));
    }
    if let Some(look) = &excuses.job {
        return Some(Ruling::Unreached(match look {
            JobState::Finished(state) => format!("the job may have finished by then: its state is {state:?} at the first look").into(),
            JobState::Unknown => "the job may have finished by then: no look at it shows its state".into(),
        }));
    }
    if let Some(assumed) = &excuses.forgotten {
        return Some(Ruling::Blocked(format!("{status} came, and {assumed}").into()));
    }
    let reason = || format!("{status} came, with a representation that is another than before the deletion").into();
    excuses.marked.then(|| Ruling::Unreached(reason()))
}

fn as_right(why: AcceptableBecause, status: Status) -> Reason {
    match why {
        AcceptableBecause::Documented => allowed_as_well(status),
        AcceptableBecause::LikeControl => {
            format!("{status} came, as it did for the valid request, whose value is not certain to be accepted either").into()
        }
        AcceptableBecause::Computed => {
            format!("{status} came; nothing says that what its path names is kept anywhere, so that any value may be right").into()
        }
    }
}
