//! `junit.xml`: a test case for each cell, for build servers.

use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::escaping::single_line_report;
use super::finding::finding_text;
use super::shared_sentences::headline;
use super::{Format, RenderError};
use crate::model::contract::WHOLE_SERVER;
use crate::model::report::{Cell, Report};
use crate::model::verdict::{Finding, Severity, Verdict};

/// The schema that build servers read: <https://github.com/jenkinsci/xunit-plugin>, `junit-10.xsd`.
pub(super) const FORMAT: Format =
    Format { name: "junit", file_name: Some("junit.xml"), about: "a test case for each cell, for build servers", render };

/// The suite of what belongs to the server as a whole.
const SERVER: &str = "server";

/// The suite of what belongs to no cell.
const BESIDE: &str = "beside the matrix";

fn render(report: &Report) -> Result<String, RenderError> {
    let report = &single_line_report(report);
    let mut suites: Vec<TestSuite> = Vec::new();
    for cell in &report.cells {
        let api = if cell.operation == WHOLE_SERVER { SERVER } else { &cell.api };
        let case = case(report, api, cell);
        let index = suites.iter().position(|suite| suite.name.as_str() == api).unwrap_or_else(|| {
            suites.push(TestSuite::new(api));
            suites.len() - 1
        });
        suites[index].add_test_case(case);
    }
    if !report.findings.is_empty() {
        let mut suite = TestSuite::new(BESIDE);
        suite.add_test_cases(report.findings.iter().map(|finding| case_without_cell(report, finding)));
        suites.push(suite);
    }
    let mut document = quick_junit::Report::new(format!("{}: {}", report.suite, headline(report)));
    document.set_time(Duration::from_millis(report.duration_ms)).add_test_suites(suites);
    let mut text = document.to_string().map_err(|error| RenderError::new("JUnit", &error))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

fn case(report: &Report, api: &str, cell: &Cell) -> TestCase {
    let mut case = TestCase::new(format!("{} {}", cell.operation, cell.status), status(cell));
    case.set_classname(format!("{}.{api}", report.suite));
    if !cell.source.is_empty() {
        case.add_property(("source", cell.source.as_str()));
    }
    stands(&mut case, binding(cell).into_iter().chain(&cell.findings));
    // A case that passes has no other place for words.
    let mut words: Vec<String> = Vec::new();
    match cell.verdict {
        Verdict::Held => words.push("held: never provoked, and not seen in any exchange".to_owned()),
        Verdict::Conforms => words.extend(cell.in_part.iter().map(|part| format!("conforms in part: {part}"))),
        _ => return case,
    }
    words.extend(cell.findings.iter().map(|finding| finding_text(finding, false)));
    if !words.is_empty() {
        case.set_system_out(words.join("\n\n"));
    }
    case
}

fn status(cell: &Cell) -> TestCaseStatus {
    let kind = match cell.verdict {
        Verdict::Conforms | Verdict::Held => return TestCaseStatus::success(),
        Verdict::Unreached | Verdict::Skipped | Verdict::Waived => {
            let mut status = TestCaseStatus::skipped();
            status.set_type(cell.verdict.as_str()).set_message(message(cell));
            return status;
        }
        Verdict::Violates | Verdict::StaleWaiver => NonSuccessKind::Failure,
        Verdict::Blocked | Verdict::Inconclusive => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(cell.verdict.as_str()).set_message(message(cell));
    let texts: Vec<String> = cell.findings.iter().map(|finding| finding_text(finding, false)).collect();
    if !texts.is_empty() {
        status.set_description(texts.join("\n\n"));
    }
    status
}

/// The finding that says the most of a cell.
fn binding(cell: &Cell) -> Option<&Finding> {
    cell.findings.iter().find(|finding| finding.severity == Severity::Must).or(cell.findings.first())
}

/// Where in the contract a case stands, as build servers link it: by the first of its findings that knows.
fn stands<'a>(case: &mut TestCase, findings: impl IntoIterator<Item = &'a Finding>) {
    if let Some(position) = findings.into_iter().find_map(|finding| finding.written.narrowest()) {
        case.extra.insert("file".into(), position.file.as_str().into());
        case.extra.insert("line".into(), position.line.to_string().into());
    }
}

/// The first thing to know of a cell that did not pass.
fn message(cell: &Cell) -> String {
    let words = cell.reason.as_deref().or(binding(cell).map(|finding| finding.message.as_str())).unwrap_or_else(|| cell.verdict.as_str());
    if cell.verdict == Verdict::Violates { words.to_owned() } else { format!("{}: {words}", cell.verdict.as_str()) }
}

fn case_without_cell(report: &Report, finding: &Finding) -> TestCase {
    let text = finding_text(finding, false);
    let mut case = match finding.severity {
        Severity::Must => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(finding.check.as_str()).set_message(finding.message.as_str()).set_description(text);
            TestCase::new(format!("{} {}", finding.check, finding.probe), status)
        }
        Severity::Should => {
            let mut case = TestCase::new(format!("{} {}", finding.check, finding.probe), TestCaseStatus::success());
            case.set_system_out(text);
            case
        }
    };
    case.set_classname(format!("{}.{BESIDE}", report.suite));
    stands(&mut case, [finding]);
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::small_report::sample;

    #[test]
    fn every_verdict_has_its_kind_of_case() {
        insta::assert_snapshot!("junit", render(&sample()).unwrap());
    }
}
