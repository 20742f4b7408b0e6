//! What a report says, held against what a case expects.

use std::collections::BTreeMap;

use probity::model::report::Report;
use probity::model::verdict::Finding;
use serde_json::{Value, json};
use wildmatch::WildMatch;

use crate::form::{Expected, ExpectedFinding};

/// What came of a run.
pub struct Said {
    pub report: Report,
    /// Every request, as method and path.
    pub requests: Vec<String>,
    /// What the server holds afterwards.
    pub things: BTreeMap<String, Value>,
}

impl Said {
    /// Everything that is not as expected.
    pub fn misses(&self, expected: &Expected) -> Vec<String> {
        let mut misses = self.cells(expected);
        misses.extend(self.findings(expected));
        for count in &expected.requests {
            let pattern = WildMatch::new(&count.request);
            let sent = self.requests.iter().filter(|request| pattern.matches(request)).count();
            if sent < count.least || count.most.is_some_and(|most| sent > most) {
                misses.push(format!("`{}` was sent {sent} times, not {} to {:?}: {:?}", count.request, count.least, count.most, self.requests));
            }
        }
        if let Some(things) = expected.things.as_ref().filter(|things| **things != self.things) {
            misses.push(format!("the server holds {}, not {}", json!(self.things), json!(things)));
        }
        let found: Vec<String> = self.report.found_requests.iter().map(|found| found.operation.clone()).collect();
        if expected.found_requests.as_ref().is_some_and(|operations| *operations != found) {
            misses.push(format!("other requests were found for {found:?}, not for {:?}", expected.found_requests));
        }
        misses
    }

    fn cells(&self, expected: &Expected) -> Vec<String> {
        let missed = |cell: &crate::form::ExpectedCell| {
            let Some(found) = self.report.cells.iter().find(|found| name(&found.operation, found.status.0) == cell.cell) else {
                return Some(format!("{}: the contract has no such cell", cell.cell));
            };
            let reason = found.reason.as_deref().unwrap_or_default();
            let right = found.verdict == cell.verdict && reason.contains(&cell.reason);
            (!right).then(|| format!("{}: {} ({reason}), not {} ({})", cell.cell, found.verdict.as_str(), cell.verdict.as_str(), cell.reason))
        };
        expected.cells.iter().filter_map(missed).collect()
    }

    fn findings(&self, expected: &Expected) -> Vec<String> {
        let own = self.report.cells.iter().flat_map(|cell| cell.findings.iter().map(|finding| (name(&cell.operation, cell.status.0), finding)));
        let found: Vec<(String, &Finding)> = own.chain(self.report.findings.iter().map(|finding| (String::new(), finding))).collect();
        let fits = |(cell, finding): &(String, &Finding), wanted: &ExpectedFinding| {
            let place = finding.answer.contains(&wanted.place) && finding.message.contains(&wanted.message);
            *cell == wanted.cell && finding.check == wanted.check && place && wanted.severity.is_none_or(|severity| severity == finding.severity)
        };
        let surplus = found.iter().filter(|found| !expected.findings.iter().any(|wanted| fits(found, wanted)));
        let surplus =
            surplus.map(|(cell, found)| format!("{cell}: {} at {} is found and not expected: {}", found.check, found.answer, found.message));
        let lacking = expected.findings.iter().filter(|wanted| !found.iter().any(|found| fits(found, wanted)));
        surplus.chain(lacking.map(|wanted| format!("{}: {} {} is expected and not found", wanted.cell, wanted.check, wanted.place))).collect()
    }
}

fn name(operation: &str, status: u16) -> String {
    format!("{operation} {status}")
}
