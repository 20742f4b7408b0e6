//! Takes the proof from a cell whose declared body could not be read.

use super::{JudgeInput, declared};
use crate::model::exchange::{AnswerContent, Outcome};
use crate::model::plan::Probe;
use crate::model::reason::NotJudged;

/// Why the body that the contract declares as JSON was not read, where bounds of our own are the cause: a status that is right
/// shows only half of what it should.
pub(super) fn unread(input: &JudgeInput<'_>, probe: &Probe, outcome: Option<&Outcome>) -> Option<NotJudged> {
    let answer = outcome.and_then(Outcome::answer)?;
    let reason = match &answer.body {
        AnswerContent::TooLong(most) => NotJudged::TooLong(answer.status, *most),
        AnswerContent::Unread(reason) => NotJudged::Unread(answer.status, reason.clone()),
        // Every rule over bodies was left out, also those that no declared schema makes.
        AnswerContent::Withheld(reason) => return Some(NotJudged::Withheld(answer.status, reason.clone())),
        AnswerContent::Empty | AnswerContent::Json(_) | AnswerContent::Xml { .. } | AnswerContent::Text(_) | AnswerContent::Bytes(_) => return None,
    };
    let operation = input.contract.operation(&probe.operation).filter(|_| !probe.id.is_about_whole_server());
    let json = declared(input.contract, operation, answer.status)
        .is_some_and(|response| response.content.iter().any(|media| media.schema.is_some() && media.name.contains("json")));
    json.then_some(reason)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::judge;
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said, verdict};
    use crate::model::exchange::AnswerContent;
    use crate::model::verdict::Verdict;

    #[test]
    fn a_status_alone_proves_nothing_where_a_body_is_declared() {
        let unread = || AnswerContent::Unread("it is too deep".to_owned());
        let probes = || plan(vec![probe("p", &json!({}))], json!({}));
        let without = verdict(&probes(), "p", 200, vec![outcome("p", vec![answer(200, unread())])]);
        assert_ne!(without, Verdict::Inconclusive, "no body is declared");
        let declared = json!({"content": {"application/json": {"schema": {"type": "object"}}}});
        let cells =
            json!([{"operation": "things.list", "method": "GET", "path": "/things", "status": 200, "general": false, "intent": {"probes": ["p"]}}]);
        let plan = crate::model::plan::Plan { cells: serde_json::from_value(cells).unwrap(), ..probes() };
        let outcomes = vec![outcome("p", vec![answer(200, unread())])];
        let found = said(&contract(&declared, &json!({})), &plan, outcomes, |input| judge(input).cells[0].verdict);
        assert_eq!(found, Verdict::Inconclusive);
    }
}
