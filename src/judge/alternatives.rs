//! Records which of two permitted answers a server gives, where standard and contract differ.

use std::collections::BTreeSet;

use super::{JudgeInput, declared};
use crate::model::contract::{Operation, Response, Status};
use crate::model::exchange::{Answer, Outcome};
use crate::model::job::is_among;
use crate::model::plan::{Probe, Repeat};
use crate::model::report::Alternative;

/// Every place where the contract lets a server choose and an answer has shown what it chose, in the order of the contract.
pub fn alternatives(input: &JudgeInput<'_>) -> Vec<Alternative> {
    let mut found: Vec<Alternative> = Vec::new();
    for operation in &input.contract.operations {
        let pairs = operation.responses.iter().filter_map(|response| Some((response, operation.response(response.alternative_to?)?)));
        // How a job ends is told by itself.
        let ends = |one: &Response| operation.done.as_ref().is_some_and(|done| done.status.contains(&one.status));
        let pairs = pairs.filter(|(one, other)| !ends(one) && !ends(other));
        found.extend(pairs.filter_map(|(one, other)| status(input, operation, [other, one])));
        found.extend(end_of_job(input, operation));
    }
    for (probe, _, answer) in answers(input) {
        let operation = input.contract.operation(&probe.operation);
        let Some(response) = declared(input.contract, operation, answer.status) else { continue };
        for alternative in response.headers.iter().filter(|header| !header.or.is_empty()).filter_map(|header| {
            let names: Vec<&String> = std::iter::once(&header.name).chain(&header.or).collect();
            field(&response, answer, &names)
        }) {
            if !found.contains(&alternative) {
                found.push(alternative);
            }
        }
    }
    found
}

/// Every answer with its probe.
fn answers<'a>(input: &JudgeInput<'a>) -> impl Iterator<Item = (&'a Probe, &'a Outcome, &'a Answer)> {
    let plan = input.plan;
    let known = input.outcomes.outcomes.iter().filter_map(|outcome| Some((plan.probe(&outcome.probe)?, outcome)));
    known.flat_map(|(probe, outcome)| outcome.exchanges.iter().filter_map(move |exchange| Some((probe, outcome, exchange.answer.as_ref()?))))
}

/// Which of two statuses came.
fn status(input: &JudgeInput<'_>, operation: &Operation, sides: [&Response; 2]) -> Option<Alternative> {
    let statuses: BTreeSet<Status> = answers(input)
        .filter(|(probe, ..)| probe.operation == operation.id && probe.request.method == operation.method)
        .map(|(_, _, answer)| answer.status)
        .collect();
    let (taken, left): (Vec<&Response>, Vec<&Response>) = sides.into_iter().partition(|side| statuses.contains(&side.status));
    let words = |responses: &[&Response]| responses.iter().map(|response| response.status.to_string()).collect::<Vec<_>>();
    (!taken.is_empty()).then(|| Alternative {
        operation: operation.id.clone(),
        about: "the status".to_owned(),
        takes: words(&taken).join(" and "),
        others: words(&left),
        sources: sources(&[taken, left].concat()),
    })
}

/// How the end of a job is told: by a status, or by a state in the body.
fn end_of_job(input: &JudgeInput<'_>, operation: &Operation) -> Option<Alternative> {
    let done = operation.done.as_ref().filter(|done| !done.status.is_empty())?;
    let looks = input.plan.probes.iter().filter(|probe| probe.operation == operation.id && matches!(probe.repeat, Repeat::Poll { .. }));
    let ends: BTreeSet<Status> = looks
        .filter_map(|look| input.outcomes.of(&look.id)?.answer())
        .filter(|answer| done.status.contains(&answer.status) || state(answer, &done.at).is_some_and(|state| is_among(&done.finished, state)))
        .map(|answer| answer.status)
        .collect();
    let by_state = operation.successes().map(|response| response.status).filter(|status| status.class() < 3);
    let all: BTreeSet<Status> = done.status.iter().copied().chain(by_state).collect();
    let responses: Vec<&Response> = all.iter().filter_map(|status| operation.response(*status)).collect();
    (!ends.is_empty()).then(|| Alternative {
        operation: operation.id.clone(),
        about: "the status of a finished job".to_owned(),
        takes: ends.iter().map(Status::to_string).collect::<Vec<_>>().join(" and "),
        others: all.difference(&ends).map(Status::to_string).collect(),
        sources: sources(&responses),
    })
}

fn state<'a>(answer: &'a Answer, at: &str) -> Option<&'a str> {
    answer.body.whole_value()?.pointer(at)?.as_str()
}

/// Which of several fields an answer has.
fn field(response: &Response, answer: &Answer, names: &[&String]) -> Option<Alternative> {
    let has = |name: &&&String| answer.headers.iter().any(|(field, _)| field.eq_ignore_ascii_case(name));
    let taken: Vec<String> = names.iter().filter(has).map(ToString::to_string).collect();
    (!taken.is_empty()).then(|| Alternative {
        operation: String::new(),
        about: format!("the field of a {}", response.status),
        takes: taken.join(" and "),
        others: names.iter().filter(|name| !has(name)).map(ToString::to_string).collect(),
        sources: sources(&[response]),
    })
}

/// Where responses are described, each source once.
fn sources(responses: &[&Response]) -> Vec<String> {
    let mut sources: Vec<String> = Vec::new();
    for response in responses {
        if !sources.contains(&response.source) {
            sources.push(response.source.clone());
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::model::exchange::AnswerContent;

    #[test]
    fn of_two_statuses_that_are_as_right_the_one_that_came_is_told() {
        let responses = json!({"200": {"description": "all"}, "201": {"description": "all", "x-probity-alternative-to": 200}});
        let contract = contract(&json!({}), &json!({"paths": {"/things": {"get": {"operationId": "things.list", "responses": responses}}}}));
        let plan = plan(vec![probe("p", &json!({"allowed": [200, 201]}))], json!({}));
        let taken = |status: u16| {
            let outcomes = vec![outcome("p", vec![answer(status, AnswerContent::Empty)])];
            said(&contract, &plan, outcomes, |input| alternatives(input).into_iter().map(|one| (one.takes, one.others)).collect::<Vec<_>>())
        };
        assert_eq!(taken(200), [("200".to_owned(), vec!["201".to_owned()])]);
        assert_eq!(taken(201), [("201".to_owned(), vec!["200".to_owned()])]);
        assert!(taken(500).is_empty(), "an answer that is neither shows no choice");
    }

    #[test]
    fn of_several_fields_the_one_that_came_is_told_once() {
        let header = json!({"Retry-After": {"required": true, "schema": {"type": "string"}, "x-probity-or": ["X-Wait"]}});
        let contract = contract(&json!({"headers": header}), &json!({}));
        let plan = plan(vec![probe("p", &json!({}))], json!({}));
        let with = |name: &str| Answer { headers: vec![(name.to_owned(), "1".to_owned())], ..answer(200, AnswerContent::Empty) };
        let taken = |answers: Vec<Answer>| {
            said(&contract, &plan, vec![outcome("p", answers)], |input| {
                alternatives(input).into_iter().map(|one| (one.takes, one.others)).collect::<Vec<_>>()
            })
        };
        assert_eq!(taken(vec![with("x-wait"), with("x-wait")]), [("X-Wait".to_owned(), vec!["Retry-After".to_owned()])]);
        assert!(taken(vec![answer(200, AnswerContent::Empty)]).is_empty());
    }

    #[test]
    fn how_the_end_of_a_job_is_told_is_said() {
        let done = json!({"at": "/state", "in": ["done"], "status": [303]});
        let responses = json!({"200": {"description": "the job"}, "303": {"description": "finished"}});
        let get = json!({"operationId": "things.list", "x-probity-done": done, "responses": responses});
        let contract = contract(&json!({}), &json!({"paths": {"/things": {"get": get}}}));
        let poll = json!({"poll": {"at": "/state", "finished": ["done"], "failed": []}});
        let plan = plan(vec![probe("p", &json!({"repeat": poll}))], json!({}));
        let taken = |last: Answer| {
            said(&contract, &plan, vec![outcome("p", vec![last])], |input| alternatives(input).into_iter().map(|one| one.takes).collect::<Vec<_>>())
        };
        assert_eq!(taken(answer(303, AnswerContent::Empty)), ["303"]);
        assert_eq!(taken(answer(200, AnswerContent::Json(json!({"state": "Done"})))), ["200"]);
        assert!(taken(answer(200, AnswerContent::Json(json!({"state": "waiting"})))).is_empty());
    }
}
