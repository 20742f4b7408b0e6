//! Excuses "not found" for resources that the run itself may have removed with a collection.

use super::JudgeInput;
use crate::judge::resource_rules::Contradiction;
use crate::model::effect::Effect;
use crate::model::exchange::Outcome;
use crate::model::plan::{Probe, ProbeId};
use crate::plan::may_affect;

/// The request of the run that may have removed, without naming it, what is said not to be there.
pub(super) fn swept_by(input: &JudgeInput<'_>, probe: &Probe, outcome: Option<&Outcome>) -> Option<ProbeId> {
    outcome.and_then(Outcome::answer).filter(|answer| matches!(answer.status.0, 404 | 410))?;
    sweep(input, probe, None).map(|sweep| sweep.id.clone())
}

/// The contradictions that no sweep of the run explains.
pub(super) fn unexplained(input: &JudgeInput<'_>, mut contradictions: Vec<Contradiction>) -> Vec<Contradiction> {
    contradictions.retain(|one| input.plan.probe(&one.read).is_none_or(|read| sweep(input, read, Some(&one.blamed.0)).is_none()));
    contradictions
}

/// A request that changes what it does not name, that the server has not refused, and that may have been served before another
/// one, and after a third one where there is one.
fn sweep<'a>(input: &'a JudgeInput<'_>, shown: &Probe, since: Option<&str>) -> Option<&'a Probe> {
    let operation = input.contract.operation(&shown.operation)?;
    let outcomes = &input.outcomes.outcomes;
    let first = since.and_then(|since| outcomes.iter().position(|outcome| outcome.probe == since)).map_or(0, |position| position + 1);
    let taken = |outcome: &Outcome| {
        outcome
            .exchanges
            .iter()
            .any(|exchange| exchange.answer.as_ref().is_none_or(|answer| answer.status.is_success() || answer.status.is_server_error()))
    };
    let later = outcomes.iter().skip(first).filter(|outcome| taken(outcome)).filter_map(|outcome| input.plan.probe(&outcome.probe));
    let mut sweeps = later.filter(|probe| probe.effect == Effect::Sweeping && probe.id != shown.id && probe.stage_order() <= shown.stage_order());
    sweeps.find(|probe| input.contract.operation(&probe.operation).is_some_and(|sweep| may_affect(sweep, operation)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::judge;
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::model::exchange::AnswerContent;
    use crate::model::plan::Plan;
    use crate::model::verdict::Verdict;

    /// The verdict on reading a thing that is answered 404 after a POST on this path was answered so.
    fn judged(path: &str, swept: u16, more: &Value) -> Verdict {
        let ok = json!({"responses": {"200": {"description": "d"}}});
        let mut sweep = ok.clone();
        sweep["operationId"] = json!("sweep");
        let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        let get = json!({"operationId": "get", "parameters": id, "responses": {"200": {"description": "d"}}});
        let root = json!({"paths": {path: {"post": sweep}, "/v1/things/{id}": {"get": get}}});
        let cells =
            json!([{"operation": "get", "method": "GET", "path": "/v1/things/{id}", "status": 200, "general": false, "intent": {"probes": ["get"]}}]);
        let mut first = json!({"operation": "sweep", "effect": "sweeping", "stage": "change"});
        first.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let probes = vec![probe("sweep", &first), probe("get", &json!({"operation": "get"}))];
        let plan = Plan { cells: serde_json::from_value(cells).unwrap(), ..plan(probes, json!({})) };
        let outcomes = vec![outcome("sweep", vec![answer(swept, AnswerContent::Empty)]), outcome("get", vec![answer(404, AnswerContent::Empty)])];
        said(&contract(&json!({}), &root), &plan, outcomes, |input| judge(input).cells[0].verdict)
    }

    #[test]
    fn what_the_run_may_have_swept_away_is_no_finding() {
        assert_eq!(judged("/v1/things/archive", 200, &json!({})), Verdict::Blocked);
        assert_eq!(judged("/v1/reset", 500, &json!({})), Verdict::Blocked, "it may have been done");
        assert_eq!(judged("/v1/things/archive", 400, &json!({})), Verdict::Violates, "it was refused");
        assert_eq!(judged("/v1/things/search", 200, &json!({})), Verdict::Violates, "it takes nothing away");
        assert_eq!(judged("/v1/letters", 200, &json!({})), Verdict::Violates, "it is about something else");
        assert_eq!(judged("/v1/things/archive", 200, &json!({"stage": "end"})), Verdict::Violates, "it comes later");
        assert_eq!(judged("/v1/things/archive", 200, &json!({"effect": "own"})), Verdict::Violates, "it names what it changes");
    }
}
