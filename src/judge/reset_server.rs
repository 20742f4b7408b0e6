//! Excuses "not found" for what an earlier run left on a server that has been reset since.

use super::{JudgeInput, seen_ids};
use crate::model::assumption::Assumption;
use crate::model::exchange::Outcome;
use crate::model::plan::{Origin, Probe};
use crate::model::text::unquoted_text;

/// What only an earlier run confirms of a request with a fault: that it is refused in another way breaks nothing, nor does that
/// it is accepted where the server has given the same id again.
pub(super) fn why_unconfirmed(input: &JudgeInput<'_>, probe: &Probe, outcome: Option<&Outcome>) -> Option<Assumption> {
    let assumed = probe.assumed.as_ref().filter(|_| probe.fault.is_some())?;
    let answer = outcome.and_then(Outcome::answer)?;
    (!answer.status.is_success() || is_given_again(input, probe)).then(|| assumed.clone())
}

/// Whether the run has made something with an id that the probe knows from before.
fn is_given_again(input: &JudgeInput<'_>, probe: &Probe) -> bool {
    let known = probe.needs.iter().filter_map(|slot| input.plan.slots.get(slot)).filter_map(|slot| match &slot.origin {
        Origin::Given(id) => Some((&slot.kind, id)),
        Origin::Created(_) | Origin::Borrowed(_) => None,
    });
    let known: Vec<_> = known.collect();
    let (values, _) = seen_ids::captured_and_removed(input.plan, input.outcomes);
    let made = input.plan.slots.iter().filter(|(_, slot)| slot.maker().is_some());
    let mut made = made.filter_map(|(id, slot)| Some((&slot.kind, unquoted_text(values.get(id)?))));
    made.any(|(kind, id)| known.contains(&(kind, &id)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::small_cases::{answer, outcome, plan, probe, verdict};
    use crate::model::exchange::AnswerContent;
    use crate::model::verdict::Verdict;

    /// What is said when a job of an earlier run is answered with this status, and the run itself made one with this id.
    fn judged(status: u16, made: &str, assumed: Option<&str>) -> Verdict {
        let fault = json!({"place": "state", "words": "the result has expired"});
        let asking = probe("old", &json!({"fault": fault, "allowed": [410], "needs": ["jobs=7"], "assumed": assumed}));
        let making = probe("new", &json!({"captures": [{"slot": "jobs#1", "expression": "$response.body#/id", "like": null, "nth": 0}]}));
        let slots = json!({"jobs=7": {"kind": "jobs", "origin": {"given": "7"}, "like": null},
                           "jobs#1": {"kind": "jobs", "origin": {"created": "new"}, "like": null}});
        let made = outcome("new", vec![answer(200, AnswerContent::Json(json!({"id": made})))]);
        verdict(&plan(vec![asking, making], slots), "old", 410, vec![outcome("old", vec![answer(status, AnswerContent::Empty)]), made])
    }

    #[test]
    fn what_a_server_may_have_forgotten_breaks_nothing_when_it_is_refused_in_another_way() {
        assert_eq!(judged(404, "8", Some("it may be gone")), Verdict::Blocked);
        assert_eq!(judged(404, "8", None), Verdict::Violates);
        assert_eq!(judged(410, "8", Some("it may be gone")), Verdict::Conforms);
    }

    #[test]
    fn what_is_still_served_breaks_the_contract_unless_its_id_was_given_again() {
        assert_eq!(judged(200, "8", Some("it may be gone")), Verdict::Violates);
        assert_eq!(judged(200, "7", Some("it may be gone")), Verdict::Blocked);
    }
}
