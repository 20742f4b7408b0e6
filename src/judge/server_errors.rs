//! Reports operations that fail with 500 where the contract documents none, so that no cell can say it.

use std::collections::{BTreeMap, HashSet};

use super::cell_findings::{CellFinding, Placed};
use super::{JudgeInput, ProbeResult, Ruling, ServerError, entry};
use crate::judge::exchange_rules::{curl, excerpt};
use crate::model::contract::{Operation, Status};
use crate::model::exchange::Exchange;
use crate::model::file_place::WrittenPlaces;
use crate::model::plan::{Intent, PlannedCell, Probe, ProbeId};
use crate::model::verdict::{Finding, Severity, Sightings};

/// Only this one is the server's own: 502, 503 and 504 come from what stands before it, or pass.
const FAILED: Status = Status(500);

/// Whether a status says that the server has failed. A contract may say that a server does not do something, or not now (RFC
/// 9110, sections 15.6.2 and 15.6.4); and where no answer of the server itself was seen, a proxy may be all that fails.
pub(super) fn is_failure(operation: Option<&Operation>, status: Status, alive: bool) -> bool {
    match status.0 {
        501 | 503 if operation.is_some_and(|operation| operation.documents(status).is_some()) => false,
        502..=504 => alive,
        _ => status.is_server_error(),
    }
}

/// What a server error means for a request to an operation.
pub(super) fn meaning_of_error(operation: Option<&Operation>, status: Option<Status>, alive: bool) -> ServerError {
    let (Some(operation), Some(status)) = (operation, status.filter(|status| status.is_server_error())) else { return ServerError::Hinders };
    let told = [status, FAILED].iter().any(|status| operation.documents(*status).is_some());
    match is_failure(Some(operation), status, alive) {
        true if !told => ServerError::Breaks,
        false if operation.documents(status).is_some() && matches!(status.0, 501 | 503) => ServerError::Allowed,
        _ => ServerError::Hinders,
    }
}

/// Valid requests that fail and that no cell is aimed with, once for each operation: the finding of each belongs to the cell that
/// the request would have shown, which other requests may have shown; those of no cell are returned.
pub(super) fn place_errors_without_cell(input: &JudgeInput<'_>, opinions: &[ProbeResult<'_>], placed: &mut Placed) -> Vec<Finding> {
    let aimed: HashSet<&ProbeId> =
        input.plan.cells.iter().flat_map(|cell| if let Intent::Probes(ids) = &cell.intent { &ids[..] } else { &[] }).collect();
    let mut operations: HashSet<&str> = HashSet::new();
    let failing = opinions.iter().filter(|probe_result| probe_result.probe.fault.is_none() && probe_result.ruling == Ruling::Breaks);
    let failing =
        failing.filter(|probe_result| probe_result.status().is_some_and(Status::is_server_error) && !aimed.contains(&probe_result.probe.id));
    let mut homeless = Vec::new();
    for probe_result in failing.filter(|probe_result| operations.insert(&probe_result.probe.operation)) {
        let probe = probe_result.probe;
        let own = |cell: &PlannedCell| cell.operation == probe.operation && cell.status == probe.status && matches!(cell.intent, Intent::Probes(_));
        match input.plan.cells.iter().position(own) {
            Some(index) => {
                let listed = entry(probe, probe_result.outcome);
                let cell_finding = |finding: Finding| CellFinding { finding, probe: Some(listed.clone()), only_probe: false };
                placed.extend(probe_result.findings.iter().cloned().map(|finding| (index, cell_finding(finding))));
            }
            None => homeless.extend(probe_result.findings.iter().cloned()),
        }
    }
    homeless
}

/// What fails although the contract says how it is answered, and a valid request to the same operation did not: once for each
/// operation.
pub(super) fn undocumented(input: &JudgeInput<'_>, opinions: &[ProbeResult<'_>], accepted: &BTreeMap<ProbeId, bool>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for probe_result in opinions.iter().filter(|probe_result| probe_result.status() == Some(FAILED)) {
        let probe = probe_result.probe;
        let Some(operation) = input.contract.operation(&probe.operation) else { continue };
        let decided = !probe.allowed.is_empty() && !probe.allows(FAILED);
        let documented = operation.response(FAILED).is_some() || operation.fallback(FAILED).is_some();
        // Whatever is served at all by the operation is served before or after.
        let serves = opinions.iter().any(|other| other.probe.operation == operation.id && accepted.get(&other.probe.id) == Some(&true));
        let known = found.iter().any(|known| known.contract == operation.place);
        let Some(exchange) = probe_result.outcome.and_then(|outcome| outcome.exchanges.last()).filter(|_| decided && !documented && serves && !known)
        else {
            continue;
        };
        let expected: Vec<String> = probe.allowed.iter().map(Status::to_string).collect();
        found.extend(finding(input, probe, exchange, &expected.join(" or "), &operation.place));
    }
    found
}

/// The finding of an answer that says that the server has failed.
pub(super) fn finding(input: &JudgeInput<'_>, probe: &Probe, exchange: &Exchange, expected: &str, contract: &str) -> Option<Finding> {
    let answer = exchange.answer.as_ref()?;
    let asked = probe.fault.as_ref().map_or_else(|| "a valid request".to_owned(), |fault| format!("a request in which {}", fault.words));
    Some(Finding {
        check: super::check_names::SERVER_ERROR.to_owned(),
        severity: Severity::Must,
        message: format!("{} fails with {} on {asked}", probe.operation, answer.status),
        expected: expected.to_owned(),
        actual: answer.status.to_string(),
        contract: contract.to_owned(),
        answer: "status".to_owned(),
        citation: "RFC 9110, section 15.6.1: the server met an unexpected condition".to_owned(),
        probe: probe.id.clone(),
        curl: curl(&exchange.request, input.hints),
        written: WrittenPlaces::default(),
        sightings: Sightings { excerpt: excerpt(answer, "status"), ..Sightings::default() },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::judge;
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::model::exchange::AnswerContent;
    use crate::model::verdict::Verdict;

    /// What is found when a request with a fault is answered with this status, and the valid one with that.
    fn found(status: u16, valid: u16, responses: &Value, allowed: &[u16]) -> Vec<String> {
        let fault = json!({"place": {"query": "limit"}, "words": "the limit is \"x\""});
        let probes = vec![probe("valid", &json!({})), probe("wrong", &json!({"fault": fault, "allowed": allowed, "control": "valid"}))];
        let outcomes =
            vec![outcome("valid", vec![answer(valid, AnswerContent::Empty)]), outcome("wrong", vec![answer(status, AnswerContent::Empty)])];
        let root = json!({"paths": {"/things": {"get": {"operationId": "things.list", "responses": responses}}}});
        let judgement = said(&contract(&json!({}), &root), &plan(probes, json!({})), outcomes, judge);
        let failures = judgement.findings.into_iter().filter(|finding| finding.check == "server-error");
        failures.map(|finding| format!("{}: {}", finding.check, finding.message)).collect()
    }

    #[test]
    fn a_failure_where_the_contract_demands_a_refusal_is_found() {
        let two = json!({"200": {"description": "all"}, "422": {"description": "wrong"}});
        assert_eq!(found(500, 200, &two, &[422]), ["server-error: things.list fails with 500 on a request in which the limit is \"x\""]);
        assert_eq!(found(503, 200, &two, &[422]), Vec::<String>::new(), "it may pass");
        assert_eq!(found(500, 500, &two, &[422]), Vec::<String>::new(), "nothing is served at all");
        assert_eq!(found(500, 200, &two, &[]), Vec::<String>::new(), "the contract does not decide");
        assert_eq!(found(422, 200, &two, &[422]), Vec::<String>::new());
    }

    /// The verdicts of the cells of an operation whose valid request is answered so, and the exit of each.
    fn verdicts(status: u16, documented: &[u16]) -> Vec<(u16, Verdict)> {
        let responses: serde_json::Map<String, Value> =
            [&[200][..], documented].concat().iter().map(|status| (status.to_string(), json!({"description": "d"}))).collect();
        let cell = |status: u16, intent: Value| json!({"operation": "things.list", "method": "GET", "path": "/things", "status": status, "general": false, "intent": intent});
        let watched = documented.iter().map(|status| cell(*status, json!("watched")));
        let cells: Vec<Value> = std::iter::once(cell(200, json!({"probes": ["valid"]}))).chain(watched).collect();
        let plan = plan(vec![probe("valid", &json!({"allowed": [200]}))], json!({}));
        let plan = crate::model::plan::Plan { cells: serde_json::from_value(json!(cells)).unwrap(), ..plan };
        let root = json!({"paths": {"/things": {"get": {"operationId": "things.list", "responses": responses}}}});
        let judgement = said(&contract(&json!({}), &root), &plan, vec![outcome("valid", vec![answer(status, AnswerContent::Empty)])], judge);
        judgement.cells.iter().map(|cell| (cell.status.0, cell.verdict)).collect()
    }

    #[test]
    fn a_valid_request_that_fails_is_an_error_documented_or_not() {
        assert_eq!(verdicts(500, &[]), [(200, Verdict::Violates)]);
        assert_eq!(verdicts(500, &[500]), [(200, Verdict::Blocked), (500, Verdict::Violates)]);
        assert_eq!(verdicts(501, &[]), [(200, Verdict::Violates)]);
        assert_eq!(verdicts(501, &[500]), [(200, Verdict::Blocked), (500, Verdict::Violates)]);
        assert_eq!(verdicts(501, &[501]), [(200, Verdict::Unreached), (501, Verdict::Conforms)]);
        assert_eq!(verdicts(503, &[500, 503]), [(200, Verdict::Unreached), (500, Verdict::Unreached), (503, Verdict::Conforms)]);
        assert_eq!(verdicts(500, &[500, 503]), [(200, Verdict::Blocked), (500, Verdict::Violates), (503, Verdict::Blocked)]);
        // The server itself was not seen.
        assert_eq!(verdicts(503, &[]), [(200, Verdict::Blocked)]);
        assert_eq!(verdicts(502, &[500]), [(200, Verdict::Blocked), (500, Verdict::Blocked)]);
    }

    #[test]
    fn what_one_request_has_shown_does_not_hide_that_another_failed() {
        let cell =
            json!({"operation": "things.list", "method": "GET", "path": "/things", "status": 200, "general": false, "intent": {"probes": ["valid"]}});
        let probes = vec![probe("valid", &json!({"allowed": [200]})), probe("other", &json!({"allowed": [200], "status": 200}))];
        let plan = crate::model::plan::Plan { cells: serde_json::from_value(json!([cell])).unwrap(), ..plan(probes, json!({})) };
        let outcomes = vec![outcome("valid", vec![answer(200, AnswerContent::Empty)]), outcome("other", vec![answer(500, AnswerContent::Empty)])];
        let root = json!({"paths": {"/things": {"get": {"operationId": "things.list", "responses": {"200": {"description": "all"}}}}}});
        let judgement = said(&contract(&json!({}), &root), &plan, outcomes, judge);
        assert_eq!(judgement.cells[0].verdict, Verdict::Violates);
        assert!(judgement.cells[0].findings.iter().any(|finding| finding.probe == "other"), "{:?}", judgement.cells[0].findings);
    }

    #[test]
    fn a_failure_that_is_documented_is_told_elsewhere() {
        let three = json!({"200": {"description": "all"}, "422": {"description": "wrong"}, "default": {"description": "anything"}});
        assert_eq!(found(500, 200, &three, &[422]), Vec::<String>::new());
    }
}
