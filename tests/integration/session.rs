//! A run by plain options, without the command line.

use probity::model::filter::Filter;
use probity::model::report::Report;
use probity::model::verdict::{Severity, Verdict};
use probity::session::observer::{Conclusion, SilentObserver};
use probity::session::options::{MockChanges, Reports, RunOptions};
use probity::session::run::run;
use probity::session::stop::Stop;

/// Runs one operation against the embedded mock, and returns how it ended and the report that it wrote.
fn ran(name: &str, operation: &str, fault: &[&str], checks: &[&str]) -> Result<(Conclusion, Report), Stop> {
    let out = std::env::temp_dir().join(format!("probity-session-{name}-{}", std::process::id()));
    let checks = checks.iter().map(|text| text.parse().expect("NAME=LEVEL")).collect();
    let mut options = RunOptions { reports: Reports { out: out.clone(), checks, ..Reports::default() }, ..RunOptions::default() };
    options.scope.pace.state = out.join("state");
    options.scope.selection.operations = Filter { only: vec![operation.to_owned()], ..Filter::default() };
    options.mock = MockChanges { fault: fault.iter().map(|name| (*name).to_owned()).collect(), variant: Vec::new() };
    let conclusion = run(&options, &SilentObserver)?;
    let text = std::fs::read_to_string(out.join("report.json")).expect("a report");
    std::fs::remove_dir_all(&out).expect("the folder of the reports");
    Ok((conclusion, serde_json::from_str(&text).expect("a report of this version")))
}

/// The severities of the findings of a check.
fn severities(report: &Report, check: &str) -> Vec<Severity> {
    let all = report.cells.iter().flat_map(|cell| &cell.findings).chain(&report.findings);
    all.filter(|finding| finding.check == check).map(|finding| finding.severity).collect()
}

#[test]
fn a_run_by_plain_options_ends_as_its_report_says() {
    let (conclusion, report) = ran("plain", "entities.create", &[], &[]).expect("the embedded mock answers");
    assert_eq!(conclusion, Conclusion::Conforms);
    assert!(report.cells.len() > 3 && report.cells.iter().all(|cell| cell.operation == "entities.create"), "{:?}", report.totals);
    assert_eq!(report.totals.of(Verdict::Violates), 0);

    let (conclusion, report) = ran("broken", "entities.create", &["always-500"], &[]).expect("the embedded mock answers");
    assert_eq!(conclusion, Conclusion::Violates);
    assert!(report.totals.of(Verdict::Violates) > 0, "{:?}", report.totals);
}

#[test]
fn the_level_of_a_check_decides_how_much_its_findings_count_and_what_is_off_is_said() {
    let ran = |checks: &[&str]| ran(&format!("level-{}", checks.len()), "entities.list", &["method-not-allowed-without-allow"], checks).unwrap();
    let (conclusion, report) = ran(&[]);
    assert_eq!((conclusion, severities(&report, "headers")), (Conclusion::Violates, vec![Severity::Must]));
    assert!(report.checks.is_empty() && report.cells.iter().all(|cell| cell.in_part.is_none()));

    let (conclusion, report) = ran(&["headers=warn"]);
    assert_eq!((conclusion, severities(&report, "headers")), (Conclusion::Conforms, vec![Severity::Should]));

    // What is named last goes first.
    let (conclusion, report) = ran(&["headers=error", "headers=off"]);
    assert_eq!((conclusion, severities(&report, "headers")), (Conclusion::Conforms, Vec::new()));
    let conforming: Vec<_> = report.cells.iter().filter(|cell| cell.verdict == Verdict::Conforms).collect();
    assert!(conforming.len() > 3);
    // No cell conforms plainly of which something was not judged.
    assert!(conforming.iter().all(|cell| cell.in_part.as_deref().is_some_and(|part| part.contains("the check headers is off"))));
    assert!(probity::report::matrix(&report, 80, false).contains("Levels of checks: headers off."));
}

#[test]
fn a_level_of_a_check_that_is_not_there_or_decides_the_verdict_is_refused() {
    for (check, words) in [("header=off", "there is no check header; checks are media-type,"), ("status=warn", "decides what a cell proves")] {
        let stop = ran("refused", "entities.list", &[], &[check]).unwrap_err();
        assert!(stop.to_string().contains(words), "{stop}");
    }
}
