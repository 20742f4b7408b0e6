//! Judges cells that no document names: the expected answer proves them and no other breaks them.

use super::JudgeInput;
use crate::model::contract::{Operation, Status};
use crate::model::exchange::Outcome;
use crate::model::plan::Probe;
use crate::model::reason::NotJudged;
use crate::model::verdict::{Finding, Severity};

/// Checks of what no server may do, whatever is documented.
const ALWAYS: [&str; 2] = ["no-leak", "no-echo"];

/// Whether all of these statuses are only inferred for an operation.
pub(super) fn all(operation: &Operation, statuses: &[Status]) -> bool {
    let inferred = |status: &Status| operation.response(*status).is_some_and(|response| response.certainty.is_inferred());
    !statuses.is_empty() && statuses.iter().all(inferred)
}

/// Whether a finding about an inferred answer breaks nothing.
pub(super) fn is_open(finding: &Finding) -> bool {
    finding.severity == Severity::Must && !ALWAYS.contains(&finding.check.as_str())
}

/// Whether the statuses that were expected are only inferred.
pub(super) fn expected(input: &JudgeInput<'_>, probe: &Probe) -> bool {
    let operation = input.contract.operation(&probe.operation).filter(|_| !probe.id.is_about_whole_server());
    operation.is_some_and(|operation| all(operation, &probe.allowed))
}

/// Takes the findings that break nothing from an answer whose status is only inferred, and says how it differs from what is
/// inferred: another body than the inferred one proves nothing.
pub(super) fn difference_from_inferred(
    input: &JudgeInput<'_>,
    probe: &Probe,
    outcome: Option<&Outcome>,
    findings: &mut Vec<Finding>,
) -> Option<NotJudged> {
    let operation = input.contract.operation(&probe.operation).filter(|_| !probe.id.is_about_whole_server())?;
    let status = outcome.and_then(Outcome::answer).map(|answer| answer.status).filter(|status| all(operation, &[*status]))?;
    let (open, kept): (Vec<Finding>, Vec<Finding>) = std::mem::take(findings).into_iter().partition(is_open);
    *findings = kept;
    let first = open.into_iter().next()?;
    Some(NotJudged::UnlikeInferred(status, first.message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Finding, Severity, is_open};
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::judge::{JudgeInput, judge};
    use crate::model::exchange::AnswerContent;
    use crate::model::verdict::Verdict;

    /// What is said of an inferred 200 when this comes.
    fn judged(status: u16, body: AnswerContent) -> Verdict {
        let schema = json!({"type": "object", "required": ["id"]});
        let inferred = json!({"x-probity-certainty": "inferred", "content": {"application/json": {"schema": schema}}});
        let cells =
            json!([{"operation": "things.list", "method": "GET", "path": "/things", "status": 200, "general": false, "intent": {"probes": ["p"]}}]);
        let plan = crate::model::plan::Plan {
            cells: serde_json::from_value(cells).unwrap(),
            ..plan(vec![probe("p", &json!({"allowed": [200]}))], json!({}))
        };
        let outcomes = vec![outcome("p", vec![answer(status, body)])];
        said(&contract(&inferred, &json!({})), &plan, outcomes, |input: &JudgeInput<'_>| judge(input).cells[0].verdict)
    }

    #[test]
    fn an_inferred_status_is_proved_by_itself_with_a_right_body() {
        assert_eq!(judged(200, AnswerContent::Json(json!({"id": "1"}))), Verdict::Conforms);
        assert_eq!(judged(200, AnswerContent::Json(json!({"name": "1"}))), Verdict::Unreached);
    }

    #[test]
    fn what_no_server_may_do_breaks_an_inferred_answer_as_well() {
        let finding =
            |check: &str| Finding { check: check.to_owned(), severity: Severity::Must, ..crate::model::small_report::sample().findings[0].clone() };
        assert!(is_open(&finding("body-schema")));
        assert!(!is_open(&finding("no-leak")) && !is_open(&finding("no-echo")));
    }

    #[test]
    fn another_answer_than_an_inferred_one_breaks_nothing() {
        assert_eq!(judged(204, AnswerContent::Empty), Verdict::Unreached);
        assert_eq!(judged(404, AnswerContent::Empty), Verdict::Blocked);
        assert_eq!(judged(500, AnswerContent::Empty), Verdict::Blocked);
    }
}
