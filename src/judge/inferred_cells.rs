//! Judges cells that no document names: the expected answer proves them and no other breaks them.

use super::{Case, Ruling};
use crate::model::contract::{Operation, Status, WHOLE_SERVER};
use crate::model::exchange::Outcome;
use crate::model::plan::Probe;
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

/// What a ruling comes to when the statuses that were expected are only inferred: another success leaves the cell open, a
/// refusal stands in its way.
pub(super) fn open(case: &Case<'_>, probe: &Probe, outcome: Option<&Outcome>, ruling: Ruling) -> Ruling {
    let operation = case.contract.operation(&probe.operation).filter(|_| !probe.id.starts_with(WHOLE_SERVER));
    let status = outcome.and_then(Outcome::answer).map(|answer| answer.status);
    let (Some(operation), Some(status), Ruling::Breaks) = (operation, status, &ruling) else { return ruling };
    if !all(operation, &probe.allowed) {
        return ruling;
    }
    let expected = probe.allowed.iter().map(Status::to_string).collect::<Vec<_>>().join(" or ");
    let words = format!("{status} came; that {expected} is answered is inferred, and no document says so");
    if status.0 < 400 { Ruling::Unreached(words.into()) } else { Ruling::Blocked(words.into()) }
}

/// What is left of a ruling and its findings when the status that came is only inferred: another body than the inferred one
/// breaks nothing and proves nothing.
pub(super) fn judged(case: &Case<'_>, probe: &Probe, outcome: Option<&Outcome>, ruling: Ruling, findings: Vec<Finding>) -> (Ruling, Vec<Finding>) {
    let operation = case.contract.operation(&probe.operation).filter(|_| !probe.id.starts_with(WHOLE_SERVER));
    let status = outcome.and_then(Outcome::answer).map(|answer| answer.status);
    let (Some(operation), Some(status), Ruling::Shows) = (operation, status, &ruling) else { return (ruling, findings) };
    if !all(operation, &[status]) {
        return (ruling, findings);
    }
    let (open, mut kept): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(is_open);
    let Some(first) = open.into_iter().next() else { return (ruling, kept) };
    if kept.iter().any(|finding| finding.severity == Severity::Must) {
        return (ruling, kept);
    }
    kept.clear();
    (Ruling::Unreached(format!("{status} came as inferred, but not as it is inferred to look: {}", first.message).into()), kept)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Finding, Severity, is_open};
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::judge::{Case, judge};
    use crate::model::exchange::Content;
    use crate::model::verdict::Verdict;

    /// What is said of an inferred 200 when this comes.
    fn judged(status: u16, body: Content) -> Verdict {
        let schema = json!({"type": "object", "required": ["id"]});
        let inferred = json!({"x-probity-certainty": "inferred", "content": {"application/json": {"schema": schema}}});
        let cells =
            json!([{"operation": "things.list", "method": "GET", "path": "/things", "status": 200, "general": false, "intent": {"probes": ["p"]}}]);
        let plan = crate::model::plan::Plan {
            cells: serde_json::from_value(cells).unwrap(),
            ..plan(vec![probe("p", &json!({"allowed": [200]}))], json!({}))
        };
        let outcomes = vec![outcome("p", vec![answer(status, body)])];
        said(&contract(&inferred, &json!({})), &plan, outcomes, |case: &Case<'_>| judge(case).cells[0].verdict)
    }

    #[test]
    fn an_inferred_status_is_proved_by_itself_with_a_right_body() {
        assert_eq!(judged(200, Content::Json(json!({"id": "1"}))), Verdict::Conforms);
        assert_eq!(judged(200, Content::Json(json!({"name": "1"}))), Verdict::Unreached);
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
        assert_eq!(judged(204, Content::Empty), Verdict::Unreached);
        assert_eq!(judged(404, Content::Empty), Verdict::Blocked);
        assert_eq!(judged(500, Content::Empty), Verdict::Blocked);
    }
}
