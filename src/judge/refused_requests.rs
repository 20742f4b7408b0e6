//! Finds valid requests that a server refused and that may be tried in another way.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{RepeatCause, RepeatRound};
use crate::model::contract::Status;
use crate::model::effect::Effect;
use crate::model::exchange::{Ending, Outcome, Outcomes};
use crate::model::plan::{Body, Plan, Probe};
use crate::model::report::FoundRequest;
use crate::model::trigger_name::TriggerName;
use crate::plan::values::names_or_quotes;

/// What became of the valid requests of an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum ValidRequestOutcome {
    /// One was accepted.
    Accepted,
    /// All were refused; what the last one was answered.
    Refused(Option<Value>),
}

/// What became of the valid requests of each operation that were answered. Requests that would change more than the run's own
/// are not among the refused ones: they are not sent in other ways.
pub fn outcomes_of_valid_requests(plan: &Plan, outcomes: &Outcomes) -> BTreeMap<String, ValidRequestOutcome> {
    let mut found: BTreeMap<String, ValidRequestOutcome> = BTreeMap::new();
    for outcome in &outcomes.outcomes {
        let Some(probe) = plan.probe(&outcome.probe).filter(|probe| probe.fault.is_none() && probe.trigger == TriggerName::SUCCESS) else { continue };
        let Some(answer) = outcome.answer().filter(|_| outcome.ending == Ending::Answered) else { continue };
        if probe.is_accepted_by(answer.status) {
            found.insert(probe.operation.clone(), ValidRequestOutcome::Accepted);
        } else if is_for_its_content(probe, outcome) && found.get(&probe.operation) != Some(&ValidRequestOutcome::Accepted) {
            found.insert(probe.operation.clone(), ValidRequestOutcome::Refused(answer.body.value().cloned()));
        }
    }
    found
}

/// Valid requests that were taken after those of the contract were refused, one for each operation.
pub fn accepted_alternatives(rounds: &[RepeatRound]) -> Vec<FoundRequest> {
    let mut found: BTreeMap<String, FoundRequest> = BTreeMap::new();
    for round in rounds {
        let RepeatCause::Another(tried) = &round.about else { continue };
        let valid = |probe: &&Probe| probe.fault.is_none() && probe.trigger == TriggerName::SUCCESS && tried.contains(&probe.operation);
        for probe in round.plan.probes.iter().filter(valid) {
            let answer = round.outcomes.of(&probe.id).and_then(Outcome::answer);
            let is_taken = answer.is_some_and(|answer| probe.is_accepted_by(answer.status));
            if let (true, Body::Json(body)) = (is_taken, &probe.request.body) {
                let one = FoundRequest { operation: probe.operation.clone(), body: body.clone(), query: probe.request.query.clone() };
                found.entry(probe.operation.clone()).or_insert(one);
            }
        }
    }
    found.into_values().collect()
}

/// Whether it may have been refused for what it holds, and not for who asks or for what it names.
fn is_for_its_content(probe: &Probe, outcome: &Outcome) -> bool {
    let status = outcome.answer().map_or(Status(0), |answer| answer.status);
    let content = matches!(status.0, 400 | 409 | 422) || (status.is_server_error() && !matches!(status.0, 501 | 503));
    // Who may not do it, or does not find something, says what: a member of the body, and neither the account nor the path.
    let is_told = || matches!(status.0, 403 | 404) && is_about_its_body(probe, outcome);
    (content || is_told()) && probe.effect <= Effect::Own
}

fn is_about_its_body(probe: &Probe, outcome: &Outcome) -> bool {
    let sent = outcome.exchanges.last().and_then(|exchange| exchange.request.body.as_ref()).and_then(|body| serde_json::from_str(body).ok());
    let answer = outcome.answer().and_then(|answer| answer.body.value());
    let in_path = |answer: &Value| probe.request.path_values.values().any(|value| answer.to_string().contains(value.as_str()));
    answer.zip(sent).is_some_and(|(answer, sent)| !in_path(answer) && names_or_quotes(answer, &sent))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::small_cases::{answer, outcome, plan, probe};
    use crate::model::exchange::AnswerContent;

    fn judged(effect: &str, answers: &[u16]) -> Option<ValidRequestOutcome> {
        let probes = (0..answers.len()).map(|index| probe(&format!("p{index}"), &json!({"effect": effect}))).collect();
        let outcomes = answers.iter().enumerate().map(|(index, status)| outcome(&format!("p{index}"), vec![answer(*status, AnswerContent::Empty)]));
        outcomes_of_valid_requests(&plan(probes, json!({})), &Outcomes { outcomes: outcomes.collect() }).remove("things.list")
    }

    #[test]
    fn what_is_refused_for_its_content_is_tried_again_unless_it_changes_what_is_not_own() {
        assert_eq!(judged("own", &[422]), Some(ValidRequestOutcome::Refused(None)));
        assert_eq!(judged("nothing", &[500]), Some(ValidRequestOutcome::Refused(None)));
        assert_eq!(judged("own", &[422, 200]), Some(ValidRequestOutcome::Accepted));
        assert_eq!(judged("own", &[200, 422]), Some(ValidRequestOutcome::Accepted));
        for status in [401, 403, 404, 429, 501, 503] {
            assert_eq!(judged("own", &[status]), None, "{status}");
        }
        assert_eq!(judged("borrowed", &[422]), None);
    }

    #[test]
    fn who_may_not_or_does_not_find_is_tried_again_where_a_member_of_the_body_is_named() {
        let tried = |status: u16, says: &str, path_value: &str| {
            let mut probe = probe("p", &json!({"effect": "own"}));
            probe.request.path_values.insert("id".to_owned(), path_value.to_owned());
            let mut outcome = outcome("p", vec![answer(status, AnswerContent::Json(json!({"detail": says})))]);
            outcome.exchanges[0].request.body = Some(json!({"pool": "my-pool"}).to_string());
            outcomes_of_valid_requests(&plan(vec![probe], json!({})), &Outcomes { outcomes: vec![outcome] }).contains_key("things.list")
        };
        assert!(tried(404, "'my-pool' is not there", "7") && tried(403, "pool is not allowed: 'pool'", "7"));
        assert!(!tried(404, "'my-pool' is not there", "my-pool"), "it is the path that names nothing");
        assert!(!tried(404, "'your-pool' is not there", "7") && !tried(401, "'my-pool' is not yours", "7"));
    }
}
