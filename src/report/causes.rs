//! Groups findings that have one cause, such as one header that is missing in many answers.

use super::shared_sentences::all_findings;
use crate::model::ids;
use crate::model::report::{Cause, Report};
use crate::model::verdict::Finding;

/// The causes of all findings, in the order in which reports tell them. A wrong status has a cause in each exchange.
pub fn causes(report: &Report) -> Vec<Cause> {
    let mut causes: Vec<(&Finding, Cause)> = Vec::new();
    for finding in all_findings(report) {
        let known = causes.iter().position(|(first, _)| finding.check != "status" && is_alike(first, finding));
        let place = known.unwrap_or(causes.len());
        if known.is_none() {
            let (check, message) = (finding.check.clone(), finding.message.clone());
            let cause = Cause { check, severity: finding.severity, message, findings: 0, cells: Vec::new(), probes: Vec::new() };
            causes.push((finding, cause));
        }
        let cause = &mut causes[place].1;
        cause.findings += 1;
        let holding = report.cells.iter().filter(|cell| cell.findings.contains(finding));
        add(&mut cause.cells, holding.map(|cell| ids::cell(&cell.operation, cell.status)));
        add(&mut cause.probes, std::iter::once(finding.probe.clone()));
    }
    causes.into_iter().map(|(_, cause)| cause).collect()
}

fn add<T: PartialEq>(known: &mut Vec<T>, more: impl Iterator<Item = T>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}

/// Whether two findings are the same but for the index of an item.
pub(super) fn is_alike(one: &Finding, other: &Finding) -> bool {
    let place = |finding: &Finding| (without_indices(&finding.message), without_indices(&finding.answer));
    one.check == other.check && one.severity == other.severity && place(one) == place(other)
}

/// A place with every index of an array as `*`, and how many items there are left out.
fn without_indices(text: &str) -> String {
    let token = |token: &str| {
        let end = token.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(token.len());
        if end > 0 { format!("*{}", &token[end..]) } else { token.to_owned() }
    };
    text.split_once("; ").map_or(text, |(first, _)| first).split('/').map(token).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ProbeId;
    use crate::model::small_report::sample;
    use crate::model::verdict::Severity;

    /// What is told of findings that differ from the first of the sample as these functions say, each in a cell of its own:
    /// findings, cells and probes.
    fn causes_of(changes: &[&dyn Fn(&mut Finding)]) -> Vec<(u64, usize, usize)> {
        let mut report = sample();
        let (mut cell, first) = report.cells.iter().find_map(|cell| Some((cell.clone(), cell.findings.first()?.clone()))).unwrap();
        report.findings.clear();
        report.cells.clear();
        for (index, change) in changes.iter().enumerate() {
            cell.operation = format!("things.{index}");
            let probe = ProbeId::for_cell(&cell.operation, 200, "success");
            let mut finding = Finding { check: "headers".to_owned(), probe, answer: "body /data/0".to_owned(), ..first.clone() };
            change(&mut finding);
            cell.findings = vec![finding];
            report.cells.push(cell.clone());
        }
        causes(&report).iter().map(|cause| (cause.findings, cause.cells.len(), cause.probes.len())).collect()
    }

    /// The same of findings of a check with these messages.
    fn told(check: &str, messages: &[&str]) -> Vec<(u64, usize, usize)> {
        let changes = messages.iter().map(|message| {
            move |finding: &mut Finding| {
                check.clone_into(&mut finding.check);
                (*message).clone_into(&mut finding.message);
            }
        });
        let changes: Vec<_> = changes.collect();
        causes_of(&changes.iter().map(|change| change as &dyn Fn(&mut Finding)).collect::<Vec<_>>())
    }

    #[test]
    fn one_thing_in_many_cells_is_one_cause_and_a_wrong_status_is_one_each() {
        assert_eq!(told("headers", &["the header X is missing"; 3]), [(3, 3, 3)]);
        assert_eq!(told("headers", &["the header X is missing", "the header Y is missing"]), [(1, 1, 1); 2]);
        assert_eq!(told("body-schema", &["body /data/0: wrong", "body /data/7: wrong"]), [(2, 2, 2)]);
        assert_eq!(told("body-schema", &["body /0: wrong; the same with 2 more items", "body /1: wrong; the same with one more item"]), [(2, 2, 2)]);
        assert_eq!(told("status", &["a valid request is answered 200"; 2]), [(1, 1, 1); 2]);
    }

    #[test]
    fn what_differs_in_check_severity_or_place_has_causes_of_its_own() {
        let same = |_: &mut Finding| {};
        let another_check = |finding: &mut Finding| finding.check = "body-schema".to_owned();
        let another_severity = |finding: &mut Finding| {
            finding.severity = if finding.severity == Severity::Must { Severity::Should } else { Severity::Must };
        };
        let another_place = |finding: &mut Finding| finding.answer = "header X".to_owned();
        let another_item = |finding: &mut Finding| finding.answer = "body /data/9".to_owned();
        for change in [&another_check as &dyn Fn(&mut Finding), &another_severity, &another_place] {
            assert_eq!(causes_of(&[&same, change]), [(1, 1, 1); 2]);
        }
        assert_eq!(causes_of(&[&same, &another_item]), [(2, 2, 2)]);
        // One probe may show it in several places.
        let one_probe = |finding: &mut Finding| finding.probe = ProbeId::for_cell("things.0", 200, "success");
        let its_other_item = |finding: &mut Finding| {
            one_probe(finding);
            another_item(finding);
        };
        assert_eq!(causes_of(&[&one_probe, &its_other_item]), [(2, 2, 1)]);
    }
}
