//! What an earlier run left may be unknown to a server that has begun anew since.

use std::collections::BTreeMap;

use super::{Case, Ruling};
use crate::domain::exchange::Outcome;
use crate::domain::plan::{Origin, Probe};
use crate::domain::text::plain;
use crate::generate::captured;

/// What a ruling comes to when a request with a fault uses what nobody but an earlier run vouches for: that it is refused in
/// another way breaks nothing, nor does that it is accepted where the server has given the same id again.
pub(super) fn begun(case: &Case<'_>, probe: &Probe, outcome: Option<&Outcome>, ruling: Ruling) -> Ruling {
    let (Some(assumed), Some(answer)) = (probe.assumed.as_ref().filter(|_| probe.fault.is_some()), outcome.and_then(Outcome::answer)) else {
        return ruling;
    };
    if ruling != Ruling::Breaks || (answer.status.is_success() && !is_given_again(case, probe)) {
        return ruling;
    }
    Ruling::Blocked(format!("{} came, and {assumed}", answer.status))
}

/// Whether the run has made something with an id that the probe knows from before.
fn is_given_again(case: &Case<'_>, probe: &Probe) -> bool {
    let known = probe.needs.iter().filter_map(|slot| case.plan.slots.get(slot)).filter_map(|slot| match &slot.origin {
        Origin::Given(id) => Some((&slot.kind, id)),
        Origin::Created(_) | Origin::Borrowed(_) => None,
    });
    let known: Vec<_> = known.collect();
    let made = case.plan.slots.iter().filter_map(|(id, slot)| Some((id, &slot.kind, slot.maker()?)));
    made.filter_map(|(id, kind, maker)| {
        let maker = case.plan.probe(maker)?;
        let capture = maker.captures.iter().find(|capture| capture.slot == *id)?;
        let value = captured(capture, case.outcomes.of(&maker.id)?.answer()?, maker, &BTreeMap::new())?;
        Some((kind, plain(&value)))
    })
    .any(|(kind, id)| known.contains(&(kind, &id)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::exchange::Content;
    use crate::judge::testing::{answer, contract, outcome, plan, probe, said};

    /// What is ruled when a job of an earlier run is answered with this status, and the run itself made one with this id.
    fn ruled(status: u16, made: &str, assumed: Option<&str>) -> Ruling {
        let fault = json!({"place": "state", "words": "the result has expired"});
        let asking = probe("old", &json!({"fault": fault, "allowed": [410], "needs": ["jobs=7"], "assumed": assumed}));
        let making = probe("new", &json!({"captures": [{"slot": "jobs#1", "expression": "$response.body#/id", "like": null, "nth": 0}]}));
        let slots = json!({"jobs=7": {"kind": "jobs", "origin": {"given": "7"}, "like": null},
                           "jobs#1": {"kind": "jobs", "origin": {"created": "new"}, "like": null}});
        let plan = plan(vec![asking, making], slots);
        let made = outcome("new", vec![answer(200, Content::Json(json!({"id": made})))]);
        said(&contract(&json!({}), &json!({})), &plan, vec![outcome("old", vec![answer(status, Content::Empty)]), made], |case| {
            begun(case, &plan.probes[0], case.outcomes.of("old"), Ruling::Breaks)
        })
    }

    #[test]
    fn what_a_server_may_have_forgotten_breaks_nothing_when_it_is_refused_in_another_way() {
        assert!(matches!(ruled(404, "8", Some("it may be gone")), Ruling::Blocked(_)));
        assert_eq!(ruled(404, "8", None), Ruling::Breaks);
    }

    #[test]
    fn what_is_still_served_breaks_the_contract_unless_its_id_was_given_again() {
        assert_eq!(ruled(200, "8", Some("it may be gone")), Ruling::Breaks);
        assert!(matches!(ruled(200, "7", Some("it may be gone")), Ruling::Blocked(_)));
    }
}
