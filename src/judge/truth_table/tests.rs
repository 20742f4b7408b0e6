//! Tests of the truth table of one probe.

use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::model::assumption::Assumption;
use crate::model::ids::ProbeId;
use crate::model::reason::{NotJudged, UserChoice};
use crate::model::verdict::Verdict;

fn some_reason() -> Reason {
    NotSent::NeverDue.into()
}

fn facts(status: u16, allowed: &[u16], faulty: bool, control: ControlOutcome) -> RulingInput {
    RulingInput {
        ending: Ending::Answered,
        status: Some(Status(status)),
        allowed: allowed.iter().map(|status| Status(*status)).collect(),
        faulty,
        unauthenticated: false,
        forbids: false,
        recognised: false,
        exhausting: false,
        assumed: None,
        failure: ServerError::Hinders,
        control,
        none_of: None,
        refusal: None,
        excuses: Excuses::default(),
        body: BodyFacts::default(),
    }
}

fn refused() -> ControlOutcome {
    ControlOutcome::Refused(some_reason())
}

fn is_blocked(ruling: &Ruling) -> bool {
    matches!(ruling, Ruling::Blocked(_))
}

proptest! {
    #[test]
    fn what_was_withheld_is_blocked_and_silence_is_inconclusive(status in 100u16..600, allowed in proptest::collection::vec(200u16..500, 0..3), faulty: bool) {
        let mut facts = facts(status, &allowed, faulty, ControlOutcome::Accepted);
        facts.ending = Ending::Withheld(some_reason());
        prop_assert!(is_blocked(&rule(&facts)));
        facts.ending = Ending::Silent(some_reason());
        prop_assert!(matches!(rule(&facts), Ruling::Inconclusive(_)));
    }

    #[test]
    fn an_allowed_answer_to_a_valid_request_shows_it(status in 200u16..500) {
        prop_assert_eq!(rule(&facts(status, &[status], false, ControlOutcome::NotNeeded)), Ruling::Shows);
    }

    #[test]
    fn a_refusal_counts_only_when_its_control_was_accepted(status in 400u16..500) {
        prop_assert_eq!(rule(&facts(status, &[status], true, ControlOutcome::Accepted)), Ruling::Shows);
        prop_assert!(is_blocked(&rule(&facts(status, &[status], true, refused()))));
    }

    #[test]
    fn another_refusal_breaks_only_when_its_control_was_accepted(status in 400u16..500, allowed in 400u16..500) {
        prop_assume!(status != allowed && !matches!(status, 401 | 403 | 429));
        prop_assert_eq!(rule(&facts(status, &[allowed], true, ControlOutcome::Accepted)), Ruling::Breaks);
        prop_assert!(is_blocked(&rule(&facts(status, &[allowed], true, refused()))));
    }

    #[test]
    fn a_fault_that_is_accepted_breaks_whatever_the_control_did(status in 200u16..300, allowed in 400u16..500) {
        prop_assert_eq!(rule(&facts(status, &[allowed], true, ControlOutcome::Accepted)), Ruling::Breaks);
        prop_assert_eq!(rule(&facts(status, &[allowed], true, refused())), Ruling::Breaks);
    }

    #[test]
    fn who_fails_or_refuses_first_blocks(status in prop_oneof![500u16..600, Just(401u16), Just(429u16)], faulty: bool) {
        prop_assert!(is_blocked(&rule(&facts(status, &[404], faulty, ControlOutcome::Accepted))));
        prop_assert!(is_blocked(&rule(&facts(403, &[404], faulty, refused()))));
    }

    #[test]
    fn where_the_contract_does_not_decide_nothing_breaks(status in 200u16..600, faulty: bool) {
        let ruling = rule(&facts(status, &[], faulty, ControlOutcome::Accepted));
        prop_assert!(ruling != Ruling::Breaks && ruling != Ruling::Shows);
    }

    #[test]
    fn an_accepted_request_with_a_value_that_no_document_vouches_for_is_answered_as_documented(status in 201u16..300) {
        let mut facts = facts(status, &[200], false, ControlOutcome::NotNeeded);
        facts.assumed = Some(Assumption::Told("x".to_owned()));
        prop_assert_eq!(rule(&facts), Ruling::Breaks);
    }

    #[test]
    fn a_refused_request_with_a_value_that_no_document_vouches_for_does_not_break(status in 400u16..500) {
        let mut facts = facts(status, &[200], false, ControlOutcome::NotNeeded);
        facts.assumed = Some(Assumption::Told("x".to_owned()));
        prop_assert!(is_blocked(&rule(&facts)));
    }
}

#[test]
fn a_valid_request_that_fails_breaks_the_contract_where_no_cell_tells_of_it() {
    let failing = |status, faulty, failure| rule(&RulingInput { failure, ..facts(status, &[200], faulty, ControlOutcome::NotNeeded) });
    assert_eq!(failing(500, false, ServerError::Breaks), Ruling::Breaks);
    assert!(is_blocked(&failing(500, true, ServerError::Breaks)) && is_blocked(&failing(500, false, ServerError::Hinders)));
    assert!(matches!(failing(501, false, ServerError::Allowed), Ruling::Unreached(_)));
}

#[test]
fn a_range_allows_every_status_within_but_no_refusal_of_another_cause() {
    assert_eq!(rule(&facts(206, &[2], false, ControlOutcome::NotNeeded)), Ruling::Shows);
    assert_eq!(rule(&facts(404, &[2], false, ControlOutcome::NotNeeded)), Ruling::Breaks);
    assert_eq!(rule(&facts(422, &[4], true, ControlOutcome::Accepted)), Ruling::Shows);
    assert_eq!(rule(&facts(200, &[4], true, ControlOutcome::Accepted)), Ruling::Breaks);
    assert!(is_blocked(&rule(&facts(422, &[4], true, refused()))));
    assert!(is_blocked(&rule(&facts(429, &[4], true, ControlOutcome::Accepted))));
    let unknown = facts(401, &[4], true, ControlOutcome::Accepted);
    assert!(is_blocked(&rule(&unknown)));
    assert_eq!(rule(&RulingInput { unauthenticated: true, ..unknown }), Ruling::Shows);
}

#[test]
fn what_only_default_is_said_of_may_be_refused() {
    assert_eq!(rule(&facts(201, &[0], false, ControlOutcome::NotNeeded)), Ruling::Shows);
    assert!(is_blocked(&rule(&facts(404, &[0], false, ControlOutcome::NotNeeded))));
}

#[test]
fn a_401_without_credentials_needs_no_control() {
    let mut facts = facts(401, &[401], true, refused());
    facts.unauthenticated = true;
    assert_eq!(rule(&facts), Ruling::Shows);
}

#[test]
fn a_403_without_credentials_is_the_wrong_refusal() {
    let mut facts = facts(403, &[401], true, ControlOutcome::Accepted);
    facts.unauthenticated = true;
    assert_eq!(rule(&facts), Ruling::Breaks);
    facts.control = refused();
    assert!(is_blocked(&rule(&facts)));
}

#[test]
fn a_403_for_one_fault_is_the_wrong_refusal_where_the_control_was_let_in() {
    let facts = facts(403, &[404], true, ControlOutcome::Accepted);
    assert_eq!(rule(&facts), Ruling::Breaks);
    assert!(matches!(rule(&RulingInput { forbids: true, ..facts.clone() }), Ruling::Unreached(_)), "the contract allows it as well");
    assert!(is_blocked(&rule(&RulingInput { control: refused(), ..facts.clone() })));
    assert!(is_blocked(&rule(&RulingInput { exhausting: true, ..facts.clone() })), "nothing is wrong with it");
    assert!(is_blocked(&rule(&RulingInput { faulty: false, ..facts.clone() })));
    assert!(matches!(rule(&RulingInput { allowed: Vec::new(), ..facts.clone() }), Ruling::Blocked(_) | Ruling::Unreached(_)));
    assert!(is_blocked(&rule(&RulingInput { status: Some(Status(401)), ..facts })));
}

#[test]
fn a_401_for_an_account_that_is_known_elsewhere_is_the_wrong_refusal() {
    let facts = RulingInput { recognised: true, ..facts(401, &[403], true, ControlOutcome::Accepted) };
    assert_eq!(rule(&facts), Ruling::Breaks);
    assert!(is_blocked(&rule(&RulingInput { recognised: false, ..facts.clone() })));
    assert!(is_blocked(&rule(&RulingInput { control: refused(), ..facts })));
}

#[test]
fn a_rate_limit_that_is_not_reached_breaks_nothing() {
    let mut facts = facts(200, &[429], true, ControlOutcome::Accepted);
    facts.exhausting = true;
    assert!(matches!(rule(&facts), Ruling::Unreached(_)));
}

/// Every set of circumstances, with one kind of each.
fn all_excuses() -> impl Iterator<Item = Excuses> {
    (0u8..=255).map(|bits| {
        let has = |bit: u8| bits & (1 << bit) != 0;
        Excuses {
            absent: has(0).then(some_reason),
            as_right: has(1).then_some(AcceptableBecause::Documented),
            inferred: has(2),
            swept_by: has(3).then(|| ProbeId::from_text("x")),
            job: has(4).then_some(JobState::Unknown),
            forgotten: has(5).then(|| Assumption::Told("x".to_owned())),
            marked: has(6),
            shut_out: has(7),
        }
    })
}

fn is_none(excuses: &Excuses) -> bool {
    let Excuses { absent, shut_out, as_right, inferred, swept_by, job, forgotten, marked } = excuses;
    absent.is_none() && !shut_out && as_right.is_none() && !inferred && swept_by.is_none() && job.is_none() && forgotten.is_none() && !marked
}

#[test]
fn an_excuse_takes_an_accusation_away_and_does_nothing_else() {
    let statuses = [None, Some(200), Some(201), Some(304), Some(401), Some(403), Some(404), Some(410), Some(429), Some(500), Some(503)];
    for (status, control, allowed) in statuses
        .into_iter()
        .flat_map(|status| [ControlOutcome::NotNeeded, ControlOutcome::Accepted, refused()].map(|control| (status, control)))
        .flat_map(|(status, control)| [&[][..], &[200], &[404], &[2], &[0]].map(|allowed| (status, control.clone(), allowed)))
    {
        let bare = RulingInput { status: status.map(Status), ..facts(0, allowed, control != ControlOutcome::NotNeeded, control.clone()) };
        for failure in [ServerError::Hinders, ServerError::Allowed, ServerError::Breaks] {
            let bare = RulingInput { failure, ..bare.clone() };
            let without = rule(&bare);
            for excuses in all_excuses() {
                let excused = !is_none(&excuses);
                let with = rule(&RulingInput { excuses: excuses.clone(), ..bare.clone() });
                if without == Ruling::Breaks && excused {
                    assert!(matches!(with, Ruling::Blocked(_) | Ruling::Unreached(_)), "{status:?} {control:?} {excuses:?}: {with:?}");
                } else {
                    assert_eq!(with, without, "{status:?} {control:?} {excuses:?}");
                }
            }
        }
    }
}

#[test]
fn the_first_excuse_decides() {
    let broken = facts(404, &[200], false, ControlOutcome::NotNeeded);
    let all = all_excuses().last().unwrap();
    let mut excuses = all.clone();
    let said = |excuses: &Excuses| rule(&RulingInput { excuses: excuses.clone(), ..broken.clone() });
    assert!(matches!(said(&excuses), Ruling::Blocked(_)), "the API is absent");
    excuses.absent = None;
    assert!(matches!(said(&excuses), Ruling::Blocked(Reason::NotShown(NotShown::ShutOut(_)))));
    excuses.shut_out = false;
    assert_eq!(said(&excuses), Ruling::Unreached(NotShown::AllowedAsWell(Status(404)).into()));
    excuses.as_right = None;
    assert!(matches!(said(&excuses), Ruling::Blocked(Reason::NotShown(NotShown::Inferred(..)))));
    excuses.inferred = false;
    assert!(matches!(said(&excuses), Ruling::Blocked(Reason::NotShown(NotShown::SweptBy(..)))));
    excuses.swept_by = None;
    assert!(matches!(said(&excuses), Ruling::Unreached(Reason::NotShown(NotShown::JobFinished(_) | NotShown::JobUnseen))));
    excuses.job = None;
    assert!(is_blocked(&said(&excuses)));
    excuses.forgotten = None;
    assert!(matches!(said(&excuses), Ruling::Unreached(Reason::NotShown(NotShown::Marked(_)))));
    excuses.marked = false;
    assert_eq!(said(&excuses), Ruling::Breaks);
    let created = facts(201, &[200], false, ControlOutcome::NotNeeded);
    let inferred = Excuses { inferred: true, ..Excuses::default() };
    assert!(matches!(rule(&RulingInput { excuses: inferred, ..created }), Ruling::Unreached(_)), "another success leaves the cell open");
}

#[test]
fn an_answer_shows_its_status_only_with_all_of_it_read_and_judged() {
    for bits in 0u8..32 {
        let has = |bit: u8| bits & (1 << bit) != 0;
        let reason = |bit: u8| has(bit).then_some(NotJudged::NoStatus);
        let body = BodyFacts { unread: reason(0), broken: has(1), unlike_default: reason(2), unlike_inferred: reason(3), unjudged: reason(4) };
        let ruling = rule(&RulingInput { body: body.clone(), ..facts(200, &[200], false, ControlOutcome::NotNeeded) });
        match () {
            () if has(0) => assert!(matches!(ruling, Ruling::Inconclusive(_)), "{body:?}"),
            () if has(1) => assert_eq!(ruling, Ruling::Shows, "the finding breaks the cell: {body:?}"),
            () if has(2) => assert!(matches!(ruling, Ruling::Inconclusive(_)), "{body:?}"),
            () if has(3) => assert!(matches!(ruling, Ruling::Unreached(_)), "{body:?}"),
            () if has(4) => assert!(matches!(ruling, Ruling::Inconclusive(_)), "{body:?}"),
            () => assert_eq!(ruling, Ruling::Shows),
        }
        // Whatever the body is, it makes no accusation and hides none.
        let wrong = rule(&RulingInput { body, ..facts(404, &[200], false, ControlOutcome::NotNeeded) });
        assert_eq!(wrong, Ruling::Breaks);
    }
}

#[test]
fn what_could_not_be_sent_for_want_of_a_resource_is_not_reached() {
    let withheld = RulingInput {
        ending: Ending::Withheld(some_reason()),
        none_of: Some("things".to_owned()),
        ..facts(0, &[200], false, ControlOutcome::NotNeeded)
    };
    assert!(matches!(rule(&withheld), Ruling::Unreached(Reason::NotShown(NotShown::NoneOf(kind))) if kind == "things"));
    assert!(is_blocked(&rule(&RulingInput { none_of: None, ..withheld })));
}

#[test]
fn the_words_of_a_refusal_are_added_to_what_it_blocks() {
    let refused = RulingInput { refusal: Some("no".to_owned()), ..facts(403, &[200], false, ControlOutcome::NotNeeded) };
    assert!(matches!(rule(&refused), Ruling::Blocked(reason) if reason.to_string().ends_with("; the answer says no")));
}

#[test]
fn a_cell_goes_by_its_facts_in_order() {
    let choice = Ruling::Blocked(UserChoice::Excluded.into());
    let (blocked, silent, open) = (Ruling::Blocked(some_reason()), Ruling::Inconclusive(some_reason()), Ruling::Unreached(some_reason()));
    let rulings = [
        (None, Verdict::Unreached, Verdict::Blocked),
        (Some(&choice), Verdict::Skipped, Verdict::Skipped),
        (Some(&blocked), Verdict::Blocked, Verdict::Blocked),
        (Some(&silent), Verdict::Inconclusive, Verdict::Blocked),
        (Some(&open), Verdict::Unreached, Verdict::Unreached),
        (Some(&Ruling::Shows), Verdict::Unreached, Verdict::Unreached),
        (Some(&Ruling::Breaks), Verdict::Unreached, Verdict::Unreached),
    ];
    for bits in 0u8..32 {
        let has = |bit: u8| bits & (1 << bit) != 0;
        for (ruling, aimed, watched) in rulings {
            let facts =
                CellFacts { broken: has(0), shown: has(1), left_out: has(2), held: has(3), watched: has(4), ruling: ruling.map(Cow::Borrowed) };
            let expected = match () {
                () if has(0) => Verdict::Violates,
                () if has(1) => Verdict::Conforms,
                () if has(2) => Verdict::Skipped,
                () if has(3) => Verdict::Held,
                () if has(4) => watched,
                () => aimed,
            };
            assert_eq!(verdict(&facts), expected, "{facts:?}");
        }
    }
}
