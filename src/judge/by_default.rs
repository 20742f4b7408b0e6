//! A success that only `default` stands for.
//!
//! By the letter `default` is about every status that has no response of its own (OpenAPI, Responses Object), so that a success
//! is to look as it says. Most authors write it for errors alone. So a success that fits it is judged by it, and of one that
//! does not fit nothing is certain.

use std::borrow::Cow;

use super::{JudgeInput, UnjudgedParts, check_as, declared};
use crate::model::contract::{Response, Status};
use crate::model::exchange::Outcome;
use crate::model::plan::Probe;
use crate::model::reason::NotJudged;
use crate::model::verdict::{Finding, Severity};

/// How an answer whose status is documented by nothing but `default` differs from what that says. What is found without it
/// stays; the gaps are those of that response.
pub(super) fn differences_from_default(
    input: &JudgeInput<'_>,
    probe: &Probe,
    outcome: Option<&Outcome>,
    (known, gaps): (&[Finding], &mut UnjudgedParts),
) -> Option<NotJudged> {
    let broken = known.iter().any(|finding| finding.severity == Severity::Must);
    let status = outcome.and_then(Outcome::answer).filter(|_| !broken).map(|answer| answer.status)?;
    let operation = input.contract.operation(&probe.operation)?;
    let response = operation.response(Status::DEFAULT).filter(|_| operation.covers_code(Status::DEFAULT, status))?;
    if declared(input.contract, Some(operation), status).is_some() {
        return None;
    }
    let by_letter = Response { status, ..response.clone() };
    let (findings, own) = check_as(input, probe, outcome, &|_, _| Some(Cow::Borrowed(&by_letter)));
    if let Some(first) = findings.into_iter().find(|finding| finding.severity == Severity::Must) {
        return Some(NotJudged::UnlikeDefault(status, first.message));
    }
    *gaps = own;
    None
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::judge;
    use crate::judge::small_cases::{answer, outcome, plan, probe, said};
    use crate::model::exchange::AnswerContent;
    use crate::model::plan::Plan;
    use crate::model::verdict::Verdict;

    /// The verdict on the cell of `default` of an operation that documents nothing else.
    fn judged(status: u16, body: Value) -> Verdict {
        let schema = json!({"type": "object", "required": ["code"], "properties": {"code": {"type": "integer"}}});
        let response = json!({"description": "d", "content": {"application/json": {"schema": schema}}});
        let document = json!({
            "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/things": {"get": {"operationId": "things.list", "responses": {"default": response}}}}
        });
        let contract = crate::contract::read(crate::contract::bundle("t.json", &[("t.json".to_owned(), document)].into()).unwrap()).unwrap();
        let cells = json!([{"operation": "things.list", "method": "GET", "path": "/things", "status": "default", "general": false, "intent": {"probes": ["p"]}}]);
        let plan = Plan { cells: serde_json::from_value(cells).unwrap(), ..plan(vec![probe("p", &json!({"allowed": ["default"]}))], json!({})) };
        let mut came = answer(status, AnswerContent::Json(body));
        came.headers.push(("content-type".to_owned(), "application/json".to_owned()));
        said(&contract, &plan, vec![outcome("p", vec![came])], |input| judge(input).cells[0].verdict)
    }

    #[test]
    fn a_success_is_judged_by_default_and_never_accused_by_it() {
        assert_eq!(judged(200, json!({"code": 1})), Verdict::Conforms);
        assert_eq!(judged(200, json!({"name": "a thing"})), Verdict::Inconclusive);
        assert_eq!(judged(404, json!({"code": 1})), Verdict::Blocked);
        assert_eq!(judged(500, json!({"code": 1})), Verdict::Violates);
    }
}
