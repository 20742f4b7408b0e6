//! A job that was to be met unfinished may have finished by then.

use super::{Case, Ruling};
use crate::domain::exchange::Outcome;
use crate::domain::plan::{Probe, Repeat};

/// What a ruling comes to when a job that was asked for its outcome too early gave it: the first look at the job, which
/// comes later, has to show that it was still under way, or nothing is broken.
pub(super) fn finished(case: &Case<'_>, probe: &Probe, outcome: Option<&Outcome>, ruling: Ruling) -> Ruling {
    let served = outcome.and_then(Outcome::answer).is_some_and(|answer| answer.status.0 < 400);
    if ruling != Ruling::Breaks || !served || probe.trigger != "unfinished" {
        return ruling;
    }
    let looks = case.plan.probes.iter().filter(|look| look.needs == probe.needs).find_map(|look| match &look.repeat {
        Repeat::Poll { at, finished, .. } => Some((look, at, finished)),
        _ => None,
    });
    let state = looks.and_then(|(look, at, finished)| {
        let first = case.outcomes.of(&look.id)?.exchanges.first()?.answer.as_ref()?;
        Some((first.body.json()?.pointer(at)?.as_str()?, finished))
    });
    match state {
        Some((state, finished)) if !finished.iter().any(|word| word == state) => ruling,
        Some((state, _)) => Ruling::Unreached(format!("the job may have finished by then: its state is {state:?} at the first look")),
        None => Ruling::Unreached("the job may have finished by then: no look at it shows its state".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{Schemas, bundle, read};
    use crate::domain::contract::{Method, Status};
    use crate::domain::exchange::{Answer, Content, Ending, Exchange, Outcomes, SentRequest};
    use crate::domain::plan::Plan;
    use crate::judge::Hints;

    fn probe(id: &str, trigger: &str, repeat: &Value) -> Probe {
        serde_json::from_value(json!({
            "id": id, "operation": "jobs.get", "trigger": trigger, "status": 404, "purpose": "probe", "stage": "read",
            "request": {"method": "GET", "path": "/jobs", "path_values": {}, "query": [], "headers": [], "body": "empty", "credentials": "none",
                        "fillings": []},
            "fault": null, "allowed": [404], "control": null, "needs": ["jobs#1"], "consumes": [], "captures": [], "after": [],
            "repeat": repeat, "also": [], "assumed": null
        }))
        .unwrap()
    }

    fn outcome(id: &str, status: u16, body: Content) -> Outcome {
        let request = SentRequest { method: Method("GET".to_owned()), url: "http://t/jobs".to_owned(), headers: Vec::new(), body: None };
        let answer = Answer { status: Status(status), headers: Vec::new(), body, millis: 1, echoes_credentials: false };
        Outcome { probe: id.to_owned(), exchanges: vec![Exchange { request, answer: Some(answer) }], ending: Ending::Answered }
    }

    /// What is ruled when the outcome of a job comes too early and the first look at the job shows this.
    fn ruled(status: u16, state: Option<&str>) -> Ruling {
        let document = json!({"openapi": "3.1.0", "info": {"title": "Jobs", "version": "1"},
            "paths": {"/jobs": {"get": {"operationId": "jobs.get", "responses": {"200": {"description": "all"}}}}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let schemas = Schemas::new(&contract).unwrap();
        let poll = json!({"poll": {"at": "/state", "finished": ["done"], "failed": ["broken"]}});
        let plan = Plan { probes: vec![probe("early", "unfinished", &json!("once")), probe("look", "success", &poll)], ..Plan::default() };
        let look = state.map(|state| outcome("look", 200, Content::Json(json!({"state": state}))));
        let outcomes = Outcomes { outcomes: [Some(outcome("early", status, Content::Empty)), look].into_iter().flatten().collect() };
        let case = Case { contract: &contract, schemas: &schemas, plan: &plan, outcomes: &outcomes, hints: &Hints::default() };
        finished(&case, &plan.probes[0], outcomes.of("early"), Ruling::Breaks)
    }

    #[test]
    fn an_outcome_that_comes_too_early_breaks_something_only_when_the_job_was_under_way() {
        assert_eq!(ruled(200, Some("waiting")), Ruling::Breaks);
        assert!(matches!(ruled(200, Some("done")), Ruling::Unreached(_)));
        assert!(matches!(ruled(200, None), Ruling::Unreached(_)));
        assert_eq!(ruled(410, Some("done")), Ruling::Breaks);
    }
}
