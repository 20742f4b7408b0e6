//! A run by plain options, without the command line.

use probity::model::filter::Filter;
use probity::model::verdict::Verdict;
use probity::session::observer::{Conclusion, SilentObserver};
use probity::session::options::{MockChanges, Reports, RunOptions};
use probity::session::run::run;

/// Runs against the embedded mock, and returns how it ended and the report that it wrote.
fn ran(name: &str, fault: &[&str]) -> (Conclusion, probity::model::report::Report) {
    let out = std::env::temp_dir().join(format!("probity-session-{name}-{}", std::process::id()));
    let mut options = RunOptions { reports: Reports { out: out.clone(), strict: false }, ..RunOptions::default() };
    options.scope.pace.state = out.join("state");
    options.scope.selection.operations = Filter { only: vec!["entities.create".to_owned()], ..Filter::default() };
    options.mock = MockChanges { fault: fault.iter().map(|name| (*name).to_owned()).collect(), variant: Vec::new() };
    let conclusion = run(&options, &SilentObserver).expect("the embedded mock answers");
    let text = std::fs::read_to_string(out.join("report.json")).expect("a report");
    std::fs::remove_dir_all(&out).expect("the folder of the reports");
    (conclusion, serde_json::from_str(&text).expect("a report of this version"))
}

#[test]
fn a_run_by_plain_options_ends_as_its_report_says() {
    let (conclusion, report) = ran("plain", &[]);
    assert_eq!(conclusion, Conclusion::Conforms);
    assert!(report.cells.len() > 3 && report.cells.iter().all(|cell| cell.operation == "entities.create"), "{:?}", report.totals);
    assert_eq!(report.totals.of(Verdict::Violates), 0);

    let (conclusion, report) = ran("broken", &["always-500"]);
    assert_eq!(conclusion, Conclusion::Violates);
    assert!(report.totals.of(Verdict::Violates) > 0, "{:?}", report.totals);
}
