//! `--failed`: the cells that the last run found wrong.

use std::collections::BTreeSet;
use std::path::Path;

use super::report::read_report;
use super::stop::Stop;
use crate::model::contract::{Contract, Status};
use crate::model::report::{Cell, Report};
use crate::model::verdict::{Severity, Verdict};

/// What the last run found wrong, and what is said of it.
#[derive(Debug, PartialEq, Eq)]
pub struct FailedCells {
    /// The cells, each as operation and status.
    pub cells: BTreeSet<(String, Status)>,
    /// Which run found them wrong.
    pub told: String,
}

/// Takes what is wrong from the report of the last run, which stands in this folder.
///
/// # Errors
/// There is no report, it is of another contract, or nothing is wrong in it.
pub fn failed_cells(out: &Path, contract: &Contract, strict: bool) -> Result<FailedCells, Stop> {
    let path = out.join("report.json");
    if !path.exists() {
        let hint = "run once without --failed, or name the folder of its reports with --out";
        return Err(Stop::Unusable(format!("--failed: there is no report of a last run at {}; {hint}", path.display())));
    }
    let report = read_report(&path)?;
    if report.contract.title != contract.title {
        let (path, of) = (path.display(), &report.contract.title);
        let hint = "name the contract of that run, or the folder of the reports with --out";
        return Err(Stop::Unusable(format!("--failed: {path} is of {of:?}, not of {:?}; {hint}", contract.title)));
    }
    let wrong = wrong_cells(&report, contract, strict);
    let run = format!("the run of {} against {}", report.started_at, report.target.url);
    if wrong.is_empty() {
        let open = report.cells.iter().filter(|cell| cell.verdict.is_open()).count();
        let open = if open == 0 { String::new() } else { format!(" ({} not proved)", cells(open)) };
        return Err(Stop::Nothing(format!("--failed: {run} found nothing wrong{open}; nothing is sent. Leave out --failed to ask for everything")));
    }
    let (known, gone): (BTreeSet<_>, BTreeSet<_>) = wrong.into_iter().partition(|(operation, status)| has(contract, operation, *status));
    if known.is_empty() {
        return Err(Stop::Nothing(format!("--failed: the contract has none of the {} any more that {run} found wrong", cells(gone.len()))));
    }
    let gone = if gone.is_empty() { String::new() } else { format!("; {} more the contract does not have any more", cells(gone.len())) };
    Ok(FailedCells { told: format!("--failed: {} that {run} found wrong{gone}.", cells(known.len())), cells: known })
}

/// The cells that broke the run, those of findings that belong to no cell, and those that a run before found wrong and that were
/// not judged since.
fn wrong_cells(report: &Report, contract: &Contract, strict: bool) -> BTreeSet<(String, Status)> {
    let binds = |severity| severity == Severity::Must || strict;
    let is_wrong = |cell: &&Cell| {
        matches!(cell.verdict, Verdict::Violates | Verdict::StaleWaiver) || (strict && cell.findings.iter().any(|finding| binds(finding.severity)))
    };
    let own = report.cells.iter().filter(is_wrong).map(|cell| (cell.operation.clone(), cell.status));
    let beside = report.findings.iter().filter(|finding| binds(finding.severity)).filter_map(|finding| contract.operation(finding.probe.operation()));
    let beside = beside.flat_map(|operation| operation.responses.iter().map(|response| (operation.id.clone(), response.status)));
    let still = report.still_wrong.iter().map(|cell| (cell.operation.clone(), cell.status));
    own.chain(beside).chain(still).collect()
}

fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

fn has(contract: &Contract, operation: &str, status: Status) -> bool {
    let responses = contract.operation(operation).map_or(&contract.server_responses, |operation| &operation.responses);
    responses.iter().any(|response| response.status == status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{bundle, read};
    use crate::model::report::NamedCell;
    use crate::model::small_report::sample;

    fn contract() -> Contract {
        let responses = |statuses: &[u16]| -> serde_json::Value {
            statuses.iter().map(|status| (status.to_string(), serde_json::json!({"description": "d"}))).collect::<serde_json::Map<_, _>>().into()
        };
        let list = serde_json::json!({"operationId": "things.list", "responses": responses(&[200, 400])});
        let get = serde_json::json!({"operationId": "things.get", "responses": responses(&[200, 404])});
        let create = serde_json::json!({"operationId": "things.create", "responses": responses(&[201])});
        let document = serde_json::json!({"openapi": "3.1.0", "info": {"title": "Things", "version": "1"},
            "paths": {"/things": {"get": list, "post": create}, "/things/{thing_id}": {"get": get}}});
        read(bundle("t.yaml", &[("t.yaml".to_owned(), document)].into()).unwrap()).unwrap()
    }

    fn names(report: &Report, strict: bool) -> Vec<String> {
        wrong_cells(report, &contract(), strict).iter().map(|(operation, status)| format!("{operation} {status}")).collect()
    }

    #[test]
    fn what_broke_the_run_is_asked_for_again() {
        let plain = ["GET /jobs/{job_id} 303", "things.get 200", "things.get 404", "things.list 400"];
        // A finding beside the matrix is about `things.get`, of which every cell is asked for.
        let documented: Vec<String> = names(&sample(), false).into_iter().filter(|name| contract_has(name)).collect();
        assert_eq!(documented, plain[1..]);
        assert!(names(&sample(), false).contains(&plain[0].to_owned()));
        assert!(!names(&sample(), false).contains(&"things.create 201".to_owned()), "a warning breaks no run");
        assert!(names(&sample(), true).contains(&"things.create 201".to_owned()), "with --strict it does");
    }

    fn contract_has(name: &str) -> bool {
        let (operation, status) = name.rsplit_once(' ').unwrap();
        contract().operation(operation).is_some_and(|operation| operation.response(Status(status.parse().unwrap())).is_some())
    }

    #[test]
    fn what_was_wrong_and_was_not_judged_since_is_still_asked_for() {
        let mut report = sample();
        report.still_wrong = vec![NamedCell { operation: "things.create".to_owned(), status: Status(409) }];
        assert!(names(&report, false).contains(&"things.create 409".to_owned()));
    }
}
