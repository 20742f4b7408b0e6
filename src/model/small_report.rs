//! A sample report with every verdict in it, for tests of formats.

use crate::model::certainty::Certainty;
use crate::model::contract::Status;
use crate::model::file_place::{FilePlace, WrittenPlaces};
use crate::model::ids::ProbeId;
use crate::model::report::{
    Alternative, Cell, CellProbe, ContractName, FoundRequest, Leftover, Report, SCHEMA_VERSION, Target, Tool, Totals, Undocumented,
};
use crate::model::trigger_name::TriggerName;
use crate::model::verdict::{Finding, Severity, Sightings, Verdict};

/// A choice that the contract leaves to the server.
fn choice() -> Alternative {
    Alternative {
        operation: "jobs.get".to_owned(),
        about: "the status of a finished job".to_owned(),
        takes: "303".to_owned(),
        others: vec!["200".to_owned()],
        sources: vec!["https://things.example/jobs".to_owned()],
    }
}

/// Two parts of an API and the server as a whole.
pub fn sample() -> Report {
    let cells = vec![
        cell("things.list", "GET", "/things", 200, Verdict::Conforms),
        with_finding(cell("things.list", "GET", "/things", 400, Verdict::Violates), "status", Severity::Must),
        general_cell(cell("things.list", "GET", "/things", 500, Verdict::Held)),
        with_finding(cell("things.create", "POST", "/things", 201, Verdict::Conforms), "media-type", Severity::Should),
        reason(cell("things.create", "POST", "/things", 400, Verdict::Unreached), "the contract names no condition for it"),
        cell("things.create", "POST", "/things", 409, Verdict::Conforms),
        general_cell(cell("things.create", "POST", "/things", 500, Verdict::Held)),
        cell("things.get", "GET", "/things/{thing_id}", 200, Verdict::Conforms),
        reason(cell("things.get", "GET", "/things/{thing_id}", 404, Verdict::StaleWaiver), "the waiver TH-1 is not needed any more"),
        reason(cell("GET /jobs/{job_id}", "GET", "/jobs/{job_id}", 200, Verdict::Blocked), "the control was answered 403"),
        with_finding(cell("GET /jobs/{job_id}", "GET", "/jobs/{job_id}", 303, Verdict::Violates), "location", Severity::Must),
        reason(cell("GET /jobs/{job_id}", "GET", "/jobs/{job_id}", 404, Verdict::Inconclusive), "no answer within 30 s"),
        reason(cell("GET /jobs/{job_id}", "GET", "/jobs/{job_id}", 410, Verdict::Skipped), "a job that is 24 hours old was not given"),
        reason(cell("GET /jobs/{job_id}", "GET", "/jobs/{job_id}", 415, Verdict::Waived), "TH-2, until 2027-01-31: fixed in the next release"),
        general_cell(cell("GET /jobs/{job_id}", "GET", "/jobs/{job_id}", 500, Verdict::Held)),
        reason(cell("*", "", "", 429, Verdict::Unreached), "the server has no rate limit here"),
    ];
    Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "probity".to_owned(), version: "0.0.0".to_owned() },
        suite: "things".to_owned(),
        contract: ContractName { title: "Things".to_owned(), version: "1".to_owned() },
        target: Target { url: "mock".to_owned(), profile: "full".to_owned() },
        started_at: "2026-01-02T03:04:05Z".to_owned(),
        duration_ms: 2345,
        seed: 7,
        keep: crate::model::keep::Keep::All,
        failed_commands: Vec::new(),
        still_wrong: Vec::new(),
        totals: Totals::totals_of(&cells, 21, 2, 1),
        cells,
        findings: vec![finding("body-schema", Severity::Must, "things.get::200::success")],
        undocumented: undocumented(),
        causes: Vec::new(),
        alternatives: vec![choice()],
        found_requests: vec![FoundRequest { operation: "things.create".to_owned(), body: serde_json::json!({"name": "probity"}), query: Vec::new() }],
        checks: crate::model::check_level::CheckLevels::default(),
        own_requests: vec!["things.search".to_owned()],
        probes: Vec::new(),
        made: Vec::new(),
        changed: Vec::new(),
        put_back: Vec::new(),
        left: vec![leftover()],
        document_issues: Vec::new(),
    }
}

/// What answers held and no contract documents.
fn undocumented() -> Vec<Undocumented> {
    vec![
        Undocumented { kind: "header".to_owned(), operation: "things.get".to_owned(), status: Status(200), place: "x-trace".to_owned(), seen: 9 },
        Undocumented {
            kind: "member".to_owned(),
            operation: "things.list".to_owned(),
            status: Status(200),
            place: "/data/*/colour".to_owned(),
            seen: 1,
        },
    ]
}

/// A thing that could not be removed.
fn leftover() -> Leftover {
    Leftover {
        kind: "things".to_owned(),
        id: "7".to_owned(),
        address: "http://127.0.0.1/things/7".to_owned(),
        operation: "things.delete".to_owned(),
        reason: "things.delete was answered 400".to_owned(),
        removable: true,
        because: None,
    }
}

fn cell(operation: &str, method: &str, path: &str, status: u16, verdict: Verdict) -> Cell {
    let api = match path.split('/').nth(1) {
        Some("things") => "Things",
        Some(_) => "Jobs",
        None => "",
    };
    let sent = matches!(verdict, Verdict::Conforms | Verdict::Violates);
    let probe = CellProbe {
        effect: crate::model::effect::Effect::Nothing,
        id: ProbeId::for_cell(operation, status, "trigger"),
        trigger: TriggerName::new("trigger"),
        status: Some(Status(status)),
        fault: (status >= 400).then(|| "something | is wrong".to_owned()),
        requests: 1,
    };
    Cell {
        code: None,
        because: None,
        operation: operation.to_owned(),
        api: api.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        status: Status(status),
        general: false,
        certainty: Certainty::Documented,
        source: if api.is_empty() { String::new() } else { format!("https://example.com/docs/{}", api.to_lowercase()) },
        verdict,
        reason: None,
        in_part: None,
        probes: if sent { vec![probe] } else { Vec::new() },
        findings: Vec::new(),
        remembered: None,
    }
}

fn reason(mut cell: Cell, words: &str) -> Cell {
    cell.reason = Some(words.to_owned());
    cell
}

fn general_cell(mut cell: Cell) -> Cell {
    cell.general = true;
    cell
}

fn with_finding(mut cell: Cell, check: &str, severity: Severity) -> Cell {
    cell.findings.push(finding(check, severity, &format!("{}::{}::trigger", cell.operation, cell.status)));
    cell
}

fn file_place(line: u64, column: u64) -> FilePlace {
    FilePlace { file: "api/things.yaml".to_owned(), line, column }
}

fn finding(check: &str, severity: Severity, probe: &str) -> Finding {
    Finding {
        check: check.to_owned(),
        severity,
        message: format!("what {check} asks for is <not> there"),
        expected: "409 (type is another)".to_owned(),
        actual: "400 (badly formed)".to_owned(),
        contract: "things.yaml#/paths/~1things/get/responses/409".to_owned(),
        answer: "status".to_owned(),
        citation: "Things, things, 409: type is another".to_owned(),
        probe: ProbeId::from_text(probe),
        curl: "curl -i 'http://127.0.0.1:1/things' -u \"${KEY}\":\"${SECRET}\"".to_owned(),
        written: WrittenPlaces { operation: Some(file_place(4, 5)), response: Some(file_place(12, 9)) },
        sightings: Sightings::default(),
    }
}

mod tests {
    use super::*;

    #[test]
    fn totals_hold_every_verdict_and_add_up() {
        let report = sample();
        let totals = Totals::totals_of(&report.cells, 5, 2, 1);
        assert_eq!(totals.verdicts.len(), Verdict::ALL.len());
        assert_eq!(totals.verdicts.values().sum::<u64>(), totals.cells);
        assert_eq!((totals.of(Verdict::StaleWaiver), totals.requests), (1, 5));
        assert!(totals.inferred.is_empty());
        assert_eq!(Totals::totals_of(&[], 0, 0, 0).of(Verdict::Held), 0);
    }

    #[test]
    fn inferred_cells_are_counted_apart() {
        let mut cells = sample().cells;
        let before = Totals::totals_of(&cells, 0, 0, 0);
        let first = cells.iter_mut().find(|cell| cell.verdict == Verdict::Conforms).unwrap();
        first.certainty = Certainty::Inferred;
        let after = Totals::totals_of(&cells, 0, 0, 0);
        assert_eq!((after.cells, after.of(Verdict::Conforms)), (before.cells - 1, before.of(Verdict::Conforms) - 1));
        assert_eq!((after.inferred(Verdict::Conforms), after.inferred(Verdict::Blocked)), (1, 0));
    }
}
