//! What an earlier run left may be unknown to a server that has begun anew since.

use std::collections::BTreeMap;

use super::{Case, Ruling};
use crate::domain::exchange::Outcome;
use crate::domain::plan::{Origin, Probe};
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
        Some((kind, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    })
    .any(|(kind, id)| known.iter().any(|known| *known == (kind, &id)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{Schemas, bundle, read};
    use crate::domain::contract::{Method, Status};
    use crate::domain::exchange::{Answer, Content, Ending, Exchange, Outcomes, SentRequest};
    use crate::domain::plan::Plan;
    use crate::judge::Hints;

    /// What is ruled when a job of an earlier run is answered with this status, and the run itself made one with this id.
    fn ruled(status: u16, made: &str, assumed: Option<&str>) -> Ruling {
        let document = json!({"openapi": "3.1.0", "info": {"title": "Jobs", "version": "1"},
            "paths": {"/jobs": {"get": {"operationId": "jobs.get", "responses": {"200": {"description": "all"}}}}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let schemas = Schemas::new(&contract).unwrap();
        let probe = |id: &str, rest: serde_json::Value| -> Probe {
            let mut whole = json!({
                "id": id, "operation": "jobs.get", "trigger": "success", "status": 200, "purpose": "probe", "stage": "read",
                "request": {"method": "GET", "path": "/jobs", "path_values": {}, "query": [], "headers": [], "body": "empty", "credentials": "none",
                            "fillings": []},
                "fault": null, "allowed": [200], "control": null, "needs": [], "consumes": [], "captures": [], "after": [],
                "repeat": "once", "also": [], "assumed": null
            });
            whole.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            serde_json::from_value(whole).unwrap()
        };
        let fault = json!({"place": "state", "words": "the result has expired"});
        let asking = probe("old", json!({"fault": fault, "allowed": [410], "needs": ["jobs=7"], "assumed": assumed}));
        let making = probe("new", json!({"captures": [{"slot": "jobs#1", "expression": "$response.body#/id", "like": null, "nth": 0}]}));
        let slots = json!({"jobs=7": {"kind": "jobs", "origin": {"given": "7"}, "like": null},
                           "jobs#1": {"kind": "jobs", "origin": {"created": "new"}, "like": null}});
        let plan = Plan { probes: vec![asking, making], slots: serde_json::from_value(slots).unwrap(), ..Plan::default() };
        let outcome = |id: &str, status: u16, body: Content| {
            let request = SentRequest { method: Method("GET".to_owned()), url: "http://t/jobs".to_owned(), headers: Vec::new(), body: None };
            let answer = Answer { status: Status(status), headers: Vec::new(), body, millis: 1, echoes_credentials: false };
            Outcome { probe: id.to_owned(), exchanges: vec![Exchange { request, answer: Some(answer) }], ending: Ending::Answered }
        };
        let outcomes = Outcomes { outcomes: vec![outcome("old", status, Content::Empty), outcome("new", 200, Content::Json(json!({"id": made})))] };
        let case = Case { contract: &contract, schemas: &schemas, plan: &plan, outcomes: &outcomes, hints: &Hints::default() };
        begun(&case, &plan.probes[0], outcomes.of("old"), Ruling::Breaks)
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
