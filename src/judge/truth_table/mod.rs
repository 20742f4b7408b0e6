//! The truth tables of judging: the ruling on one answer, and the verdict on one cell.
//!
//! No other file of this folder names a ruling or a verdict to give one: `tests/house/verdicts.rs` sees to it.

mod cell_verdict;
mod excuses;
mod whole_answer;

pub use cell_verdict::{CellFacts, verdict};
pub use excuses::{AcceptableBecause, Excuses, JobState};
pub use whole_answer::{BodyFacts, rule_on_body};

use crate::model::assumption::Assumption;
use crate::model::contract::Status;
use crate::model::exchange::Ending;
use crate::model::reason::{NoAnswer, NotSent, NotShown, Reason};

/// Everything that decides about one probe.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the truth table")]
pub struct RulingInput {
    /// How it ended.
    pub ending: Ending,
    /// The status of the answer that counts.
    pub status: Option<Status>,
    /// The statuses that the contract allows; empty when it does not decide.
    pub allowed: Vec<Status>,
    /// Whether the request had a fault, or asked for a state that refuses it.
    pub faulty: bool,
    /// Whether the fault is that the request lacks valid credentials.
    pub unauthenticated: bool,
    /// Whether 403 is documented by an author who has not said when.
    pub forbids: bool,
    /// Whether the fault is the account without permissions, and the server is known to know that account.
    pub recognised: bool,
    /// Whether it was sent again and again to use up the rate limit.
    pub exhausting: bool,
    /// A value that is not certain to be accepted.
    pub assumed: Option<Assumption>,
    /// What a server error means here.
    pub failure: ServerError,
    /// What became of the same request without the fault.
    pub control: ControlOutcome,
    /// The kind of which the server has nothing and the run may make nothing, where the request was not sent for want of it.
    pub none_of: Option<String>,
    /// What the refusal of a valid request says for people.
    pub refusal: Option<String>,
    /// What explains an answer that the contract does not allow.
    pub excuses: Excuses,
    /// What is known of the header fields and the body of an answer that counts.
    pub body: BodyFacts,
}

impl RulingInput {
    /// Whether the answer has a status that the contract allows here, so that it needs no excuse.
    pub fn is_allowed(&self) -> bool {
        self.status.is_some_and(|status| allows(self, status))
    }
}

/// What a server error means, by the request and the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerError {
    /// It stands in the way; a cell of its own, if any, tells of it.
    Hinders,
    /// The contract lets a server answer so that cannot do it, or not now: 501 or 503, which it documents.
    Allowed,
    /// A valid request fails, and no cell tells of that.
    Breaks,
}

/// What became of the control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlOutcome {
    /// The request is valid itself.
    NotNeeded,
    /// It was accepted.
    Accepted,
    /// It was not; why.
    Refused(Reason),
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// It shows a status where the contract allows it.
    Shows,
    /// It breaks the contract.
    Breaks,
    /// Something else stood in the way; what.
    Blocked(Reason),
    /// The contract does not decide, or the state could not be had; why.
    Unreached(Reason),
    /// No answer came; why.
    Inconclusive(Reason),
}

/// Rules on one probe.
///
/// | by its status | and                           | ruling       |
/// |---------------|-------------------------------|--------------|
/// | shows         |                               | see [`rule_on_body`] |
/// | breaks        | excused                       | see [`Excuses`] |
/// | breaks        |                               | breaks       |
/// | blocked       | there is none of a kind       | unreached    |
/// | blocked       |                               | blocked, with the words of the refusal |
/// | other         |                               | the same     |
pub fn rule(facts: &RulingInput) -> Ruling {
    let ruling = match by_status(facts) {
        Ruling::Breaks => excuses::excuse(facts).unwrap_or(Ruling::Breaks),
        Ruling::Shows => rule_on_body(&facts.body),
        ruling => ruling,
    };
    match ruling {
        Ruling::Blocked(reason) => match (&facts.none_of, &facts.refusal) {
            (Some(kind), _) => Ruling::Unreached(NotShown::NoneOf(kind.clone()).into()),
            (None, Some(words)) => Ruling::Blocked(NotShown::Explained(Box::new(reason), words.clone()).into()),
            (None, None) => Ruling::Blocked(reason),
        },
        ruling => ruling,
    }
}

/// What the status says by itself. The first row that fits decides.
///
/// | ending   | status            | allowed     | request | control  | ruling       |
/// |----------|-------------------|-------------|---------|----------|--------------|
/// | withheld |                   |             |         |          | blocked      |
/// | silent   |                   |             |         |          | inconclusive |
/// | answered | in allowed, 401   |             | unauthenticated |  | shows        |
/// | answered | in allowed, < 400 |             |         |          | shows        |
/// | answered | in allowed        |             | valid   |          | shows        |
/// | answered | in allowed        |             | faulty  | accepted | shows        |
/// | answered | in allowed        |             | faulty  | refused  | blocked      |
/// | answered | 5xx               |             | valid, failure breaks | | breaks  |
/// | answered | 501, 503          |             | valid, failure allowed | | unreached |
/// | answered | 5xx               |             |         |          | blocked      |
/// | answered | 403               | some        | faulty, forbids | accepted | unreached |
/// | answered | 403               | some        | faulty  | accepted | breaks       |
/// | answered | 401               |             | recognised | accepted | breaks    |
/// | answered | 401, 403, 429     |             |         |          | blocked      |
/// | answered |                   | none        |         |          | unreached    |
/// | answered | not 2xx           | `default`   | valid   |          | blocked      |
/// | answered | not 2xx           |             | valid, assumed | | blocked      |
/// | answered |                   |             | valid   |          | breaks       |
/// | answered |                   |             | exhausting |       | unreached    |
/// | answered | 2xx               |             | faulty  |          | breaks       |
/// | answered |                   |             | faulty  | accepted | breaks       |
/// | answered |                   |             | faulty  | refused  | blocked      |
fn by_status(facts: &RulingInput) -> Ruling {
    let status = match (&facts.ending, facts.status) {
        (Ending::Withheld(reason), _) => return Ruling::Blocked(reason.clone()),
        (Ending::Silent(reason), _) => return Ruling::Inconclusive(reason.clone()),
        (Ending::Answered, None) => return Ruling::Inconclusive(NoAnswer::None.into()),
        (Ending::Answered, Some(status)) => status,
    };
    if allows(facts, status) {
        return match &facts.control {
            ControlOutcome::Refused(why) if facts.faulty && status.0 >= 400 && !(facts.unauthenticated && status == Status(401)) => {
                Ruling::Blocked(NotSent::Control(Box::new(why.clone())).into())
            }
            _ => Ruling::Shows,
        };
    }
    if status.is_server_error() {
        return match facts.failure {
            ServerError::Breaks if !facts.faulty => Ruling::Breaks,
            ServerError::Allowed if !facts.faulty => Ruling::Unreached(NotShown::AllowedAsWell(status).into()),
            _ => Ruling::Blocked(NotShown::Failed(status).into()),
        };
    }
    // The control has shown that who asks is let in, so that nothing but the fault can be the cause of a 403 (RFC 9110, section
    // 15.5.4); the same holds of a 401 to an account that the server has recognised.
    let decided = facts.faulty && !facts.exhausting && !facts.allowed.is_empty() && facts.control == ControlOutcome::Accepted;
    let intended = decided && (status == Status(403) || (facts.recognised && status == Status(401)));
    if intended && status == Status(403) && facts.forbids {
        return Ruling::Unreached(NotShown::AllowedAsWell(status).into());
    }
    if matches!(status.0, 401 | 403 | 429) && !intended {
        let lacking = status == Status(403) && !facts.faulty;
        return Ruling::Blocked(if lacking { NotShown::NoPermission(status) } else { NotShown::Unasked(status) }.into());
    }
    if facts.allowed.is_empty() {
        return Ruling::Unreached(NotShown::Undecided(status).into());
    }
    if !facts.faulty && !status.is_success() && facts.allowed.contains(&Status::DEFAULT) {
        return Ruling::Blocked(NotShown::OnlyDefault(status).into());
    }
    if !facts.faulty && !status.is_success() {
        return facts.assumed.as_ref().map_or(Ruling::Breaks, |assumed| Ruling::Blocked(NotShown::Assumed(status, assumed.clone()).into()));
    }
    match &facts.control {
        // What was accepted is answered as the contract says, however certain the values are.
        _ if !facts.faulty => Ruling::Breaks,
        _ if facts.exhausting => Ruling::Unreached(NotShown::LimitNotReached(status).into()),
        ControlOutcome::Refused(why) if !status.is_success() => Ruling::Blocked(NotSent::Control(Box::new(why.clone())).into()),
        _ => Ruling::Breaks,
    }
}

/// Whether a status is one that the contract allows here. A range of refusals says nothing of who asks too much, or of who is
/// not known.
fn allows(facts: &RulingInput, status: Status) -> bool {
    let other = status == Status(429) || (status == Status(401) && !facts.unauthenticated);
    facts.allowed.contains(&status) || (!other && facts.allowed.iter().any(|allowed| allowed.covers(status)))
}

#[cfg(test)]
mod tests;
