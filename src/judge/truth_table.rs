//! The truth table of judging: what one answer says, given what was asked.

use crate::model::contract::Status;
use crate::model::exchange::Ending;
use crate::model::reason::{Code, Reason};

/// Everything that decides about one probe.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the truth table")]
pub struct Facts {
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
    pub assumed: Option<String>,
    /// What a server error means here.
    pub failure: Failure,
    /// What became of the same request without the fault.
    pub control: Control,
}

/// What a server error means, by the request and the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It stands in the way; a cell of its own, if any, tells of it.
    Hinders,
    /// The contract lets a server answer so that cannot do it, or not now: 501 or 503, which it documents.
    Allowed,
    /// A valid request fails, and no cell tells of that.
    Breaks,
}

/// What became of the control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
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

/// Why a status is not shown where the server has chosen another one that is as right.
pub fn allowed_as_well(status: Status) -> Reason {
    Reason::new(Code::AllowedAsWell, format!("the server answered {status}, which the contract allows as well"))
}

/// Why a status is not shown where two documents name different ones and the server does as the other says.
pub fn other_side(status: Status) -> Reason {
    let words = format!("the server takes the other side: it answered {status}, which the contract allows as well");
    Reason::new(Code::AllowedAsWell, words)
}

/// Rules on one probe. The first row that fits decides.
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
pub fn rule(facts: &Facts) -> Ruling {
    let status = match (&facts.ending, facts.status) {
        (Ending::Withheld(reason), _) => return Ruling::Blocked(reason.clone()),
        (Ending::Silent(reason), _) => return Ruling::Inconclusive(reason.clone()),
        (Ending::Answered, None) => return Ruling::Inconclusive("no answer".into()),
        (Ending::Answered, Some(status)) => status,
    };
    if allows(facts, status) {
        return match &facts.control {
            Control::Refused(why) if facts.faulty && status.0 >= 400 && !(facts.unauthenticated && status == Status(401)) => {
                Ruling::Blocked(why.clone().worded(format!("its control was not accepted: {why}")))
            }
            _ => Ruling::Shows,
        };
    }
    if status.is_server_error() {
        return match facts.failure {
            Failure::Breaks if !facts.faulty => Ruling::Breaks,
            Failure::Allowed if !facts.faulty => Ruling::Unreached(allowed_as_well(status)),
            _ => Ruling::Blocked(Reason::new(Code::Refused(status), format!("the server failed with {status}"))),
        };
    }
    // The control has shown that who asks is let in, so that nothing but the fault can be the cause of a 403 (RFC 9110, section
    // 15.5.4); so it is where who is known is told that nobody knows him.
    let decided = facts.faulty && !facts.exhausting && !facts.allowed.is_empty() && facts.control == Control::Accepted;
    let intended = decided && (status == Status(403) || (facts.recognised && status == Status(401)));
    if intended && status == Status(403) && facts.forbids {
        return Ruling::Unreached(allowed_as_well(status));
    }
    if matches!(status.0, 401 | 403 | 429) && !intended {
        let words = match status.0 {
            403 if !facts.faulty => {
                "403 came to a valid request: the account lacks a permission, or the firm a licence; no promise is broken".to_owned()
            }
            _ => format!("{status}, which was not asked for, came first"),
        };
        return Ruling::Blocked(Reason::new(Code::Refused(status), words));
    }
    if facts.allowed.is_empty() {
        return Ruling::Unreached(format!("the contract does not say what is answered here; {status} came").into());
    }
    if !facts.faulty && !status.is_success() && facts.allowed.contains(&Status::DEFAULT) {
        let words = format!("{status} came to a valid request, and `default` stands for every status");
        return Ruling::Blocked(Reason::new(Code::Refused(status), words));
    }
    if !facts.faulty && !status.is_success() {
        return facts
            .assumed
            .as_ref()
            .map_or(Ruling::Breaks, |assumed| Ruling::Blocked(Reason::new(Code::Refused(status), format!("{status} came, and {assumed}"))));
    }
    match &facts.control {
        // What was accepted is answered as the contract says, however certain the values are.
        _ if !facts.faulty => Ruling::Breaks,
        _ if facts.exhausting => Ruling::Unreached(format!("the rate limit was not reached; {status} came").into()),
        Control::Refused(why) if !status.is_success() => Ruling::Blocked(why.clone().worded(format!("its control was not accepted: {why}"))),
        _ => Ruling::Breaks,
    }
}

/// Whether a status is one that the contract allows here. A range of refusals says nothing of who asks too much, or of who is
/// not known.
fn allows(facts: &Facts, status: Status) -> bool {
    let other = status == Status(429) || (status == Status(401) && !facts.unauthenticated);
    facts.allowed.contains(&status) || (!other && facts.allowed.iter().any(|allowed| allowed.covers(status)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts(status: u16, allowed: &[u16], faulty: bool, control: Control) -> Facts {
        Facts {
            ending: Ending::Answered,
            status: Some(Status(status)),
            allowed: allowed.iter().map(|status| Status(*status)).collect(),
            faulty,
            unauthenticated: false,
            forbids: false,
            recognised: false,
            exhausting: false,
            assumed: None,
            failure: Failure::Hinders,
            control,
        }
    }

    fn refused() -> Control {
        Control::Refused("x".into())
    }

    fn is_blocked(ruling: &Ruling) -> bool {
        matches!(ruling, Ruling::Blocked(_))
    }

    proptest! {
        #[test]
        fn what_was_withheld_is_blocked_and_silence_is_inconclusive(status in 100u16..600, allowed in proptest::collection::vec(200u16..500, 0..3), faulty: bool) {
            let mut facts = facts(status, &allowed, faulty, Control::Accepted);
            facts.ending = Ending::Withheld("x".into());
            prop_assert!(is_blocked(&rule(&facts)));
            facts.ending = Ending::Silent("x".into());
            prop_assert!(matches!(rule(&facts), Ruling::Inconclusive(_)));
        }

        #[test]
        fn an_allowed_answer_to_a_valid_request_shows_it(status in 200u16..500) {
            prop_assert_eq!(rule(&facts(status, &[status], false, Control::NotNeeded)), Ruling::Shows);
        }

        #[test]
        fn a_refusal_counts_only_when_its_control_was_accepted(status in 400u16..500) {
            prop_assert_eq!(rule(&facts(status, &[status], true, Control::Accepted)), Ruling::Shows);
            prop_assert!(is_blocked(&rule(&facts(status, &[status], true, refused()))));
        }

        #[test]
        fn another_refusal_breaks_only_when_its_control_was_accepted(status in 400u16..500, allowed in 400u16..500) {
            prop_assume!(status != allowed && !matches!(status, 401 | 403 | 429));
            prop_assert_eq!(rule(&facts(status, &[allowed], true, Control::Accepted)), Ruling::Breaks);
            prop_assert!(is_blocked(&rule(&facts(status, &[allowed], true, refused()))));
        }

        #[test]
        fn a_fault_that_is_accepted_breaks_whatever_the_control_did(status in 200u16..300, allowed in 400u16..500) {
            prop_assert_eq!(rule(&facts(status, &[allowed], true, Control::Accepted)), Ruling::Breaks);
            prop_assert_eq!(rule(&facts(status, &[allowed], true, refused())), Ruling::Breaks);
        }

        #[test]
        fn who_fails_or_refuses_first_blocks(status in prop_oneof![500u16..600, Just(401u16), Just(429u16)], faulty: bool) {
            prop_assert!(is_blocked(&rule(&facts(status, &[404], faulty, Control::Accepted))));
            prop_assert!(is_blocked(&rule(&facts(403, &[404], faulty, refused()))));
        }

        #[test]
        fn where_the_contract_does_not_decide_nothing_breaks(status in 200u16..600, faulty: bool) {
            let ruling = rule(&facts(status, &[], faulty, Control::Accepted));
            prop_assert!(ruling != Ruling::Breaks && ruling != Ruling::Shows);
        }

        #[test]
        fn an_accepted_request_with_a_value_nobody_vouches_for_is_answered_as_documented(status in 201u16..300) {
            let mut facts = facts(status, &[200], false, Control::NotNeeded);
            facts.assumed = Some("x".to_owned());
            prop_assert_eq!(rule(&facts), Ruling::Breaks);
        }

        #[test]
        fn a_refused_request_with_a_value_nobody_vouches_for_does_not_break(status in 400u16..500) {
            let mut facts = facts(status, &[200], false, Control::NotNeeded);
            facts.assumed = Some("x".to_owned());
            prop_assert!(is_blocked(&rule(&facts)));
        }
    }

    #[test]
    fn a_valid_request_that_fails_breaks_the_contract_where_no_cell_tells_of_it() {
        let failing = |status, faulty, failure| rule(&Facts { failure, ..facts(status, &[200], faulty, Control::NotNeeded) });
        assert_eq!(failing(500, false, Failure::Breaks), Ruling::Breaks);
        assert!(is_blocked(&failing(500, true, Failure::Breaks)) && is_blocked(&failing(500, false, Failure::Hinders)));
        assert!(matches!(failing(501, false, Failure::Allowed), Ruling::Unreached(_)));
    }

    #[test]
    fn a_range_allows_every_status_within_but_no_refusal_of_another_cause() {
        assert_eq!(rule(&facts(206, &[2], false, Control::NotNeeded)), Ruling::Shows);
        assert_eq!(rule(&facts(404, &[2], false, Control::NotNeeded)), Ruling::Breaks);
        assert_eq!(rule(&facts(422, &[4], true, Control::Accepted)), Ruling::Shows);
        assert_eq!(rule(&facts(200, &[4], true, Control::Accepted)), Ruling::Breaks);
        assert!(is_blocked(&rule(&facts(422, &[4], true, refused()))));
        assert!(is_blocked(&rule(&facts(429, &[4], true, Control::Accepted))));
        let unknown = facts(401, &[4], true, Control::Accepted);
        assert!(is_blocked(&rule(&unknown)));
        assert_eq!(rule(&Facts { unauthenticated: true, ..unknown }), Ruling::Shows);
    }

    #[test]
    fn what_only_default_is_said_of_may_be_refused() {
        assert_eq!(rule(&facts(201, &[0], false, Control::NotNeeded)), Ruling::Shows);
        assert!(is_blocked(&rule(&facts(404, &[0], false, Control::NotNeeded))));
    }

    #[test]
    fn a_401_without_credentials_needs_no_control() {
        let mut facts = facts(401, &[401], true, refused());
        facts.unauthenticated = true;
        assert_eq!(rule(&facts), Ruling::Shows);
    }

    #[test]
    fn a_403_without_credentials_is_the_wrong_refusal() {
        let mut facts = facts(403, &[401], true, Control::Accepted);
        facts.unauthenticated = true;
        assert_eq!(rule(&facts), Ruling::Breaks);
        facts.control = refused();
        assert!(is_blocked(&rule(&facts)));
    }

    #[test]
    fn a_403_for_one_fault_is_the_wrong_refusal_where_the_control_was_let_in() {
        let facts = facts(403, &[404], true, Control::Accepted);
        assert_eq!(rule(&facts), Ruling::Breaks);
        assert!(matches!(rule(&Facts { forbids: true, ..facts.clone() }), Ruling::Unreached(_)), "the contract allows it as well");
        assert!(is_blocked(&rule(&Facts { control: refused(), ..facts.clone() })));
        assert!(is_blocked(&rule(&Facts { exhausting: true, ..facts.clone() })), "nothing is wrong with it");
        assert!(is_blocked(&rule(&Facts { faulty: false, ..facts.clone() })));
        assert!(matches!(rule(&Facts { allowed: Vec::new(), ..facts.clone() }), Ruling::Blocked(_) | Ruling::Unreached(_)));
        assert!(is_blocked(&rule(&Facts { status: Some(Status(401)), ..facts })));
    }

    #[test]
    fn a_401_for_an_account_that_is_known_elsewhere_is_the_wrong_refusal() {
        let facts = Facts { recognised: true, ..facts(401, &[403], true, Control::Accepted) };
        assert_eq!(rule(&facts), Ruling::Breaks);
        assert!(is_blocked(&rule(&Facts { recognised: false, ..facts.clone() })));
        assert!(is_blocked(&rule(&Facts { control: refused(), ..facts })));
    }

    #[test]
    fn a_rate_limit_that_is_not_reached_breaks_nothing() {
        let mut facts = facts(200, &[429], true, Control::Accepted);
        facts.exhausting = true;
        assert!(matches!(rule(&facts), Ruling::Unreached(_)));
    }
}
