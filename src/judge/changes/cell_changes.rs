//! Compares the verdicts of two reports, and merges what they say with the changes of answers behind it.

use std::collections::HashMap;

use super::difference::{Difference, Sighting};
use super::kinds;
use crate::model::change::{ChangeClass, ComparedCounts};
use crate::model::contract::Status;
use crate::model::report::{Cell, Report};
use crate::model::verdict::{Finding, Severity, Verdict};

/// Two reports whose verdicts are compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellPair<'a> {
    /// The older one.
    pub old: &'a Report,
    /// The newer one.
    pub new: &'a Report,
}

impl<'a> CellPair<'a> {
    /// Adds what the answers do not tell, and weighs what they tell by the verdicts.
    pub(super) fn differences(self, found: &mut Vec<Difference<'a>>, compared: &mut ComparedCounts) {
        let before: HashMap<_, &Cell> = self.old.cells.iter().map(|cell| (place(cell), cell)).collect();
        let after: HashMap<_, &Cell> = self.new.cells.iter().map(|cell| (place(cell), cell)).collect();
        for cell in &self.new.cells {
            if let Some(was) = before.get(&place(cell)) {
                compared.cells += 1;
                changed(was, cell, found);
            } else {
                let words = format!("the older run has no such cell; it {}", cell.verdict.as_str());
                let class = if is_violated(cell) { ChangeClass::Breaking } else { ChangeClass::Harmless };
                let sighting = Sighting::new(class, class.as_str(), words).between(None, Some(cell.verdict.as_str().to_owned()));
                found.push(of_cell(kinds::NEW, cell, sighting));
            }
        }
        for was in self.old.cells.iter().filter(|cell| !after.contains_key(&place(cell))) {
            let sighting = Sighting::new(ChangeClass::Unclear, "gone", "the newer run has no such cell");
            found.push(of_cell(kinds::GONE, was, sighting.between(Some(was.verdict.as_str().to_owned()), None)));
        }
        for finding in self.new.findings.iter().filter(|finding| self.old.findings.iter().all(|known| !is_same(known, finding))) {
            violated(finding, None, found);
        }
        for finding in self.old.findings.iter().filter(|finding| self.new.findings.iter().all(|known| !is_same(known, finding))) {
            fixed(finding, None, found);
        }
    }
}

fn place(cell: &Cell) -> (&str, Status) {
    (&cell.operation, cell.status)
}

fn is_violated(cell: &Cell) -> bool {
    matches!(cell.verdict, Verdict::Violates | Verdict::StaleWaiver)
}

/// Whether an exchange speaks for the verdict.
fn is_known(cell: &Cell) -> bool {
    matches!(cell.verdict, Verdict::Conforms | Verdict::Held | Verdict::Violates | Verdict::Waived | Verdict::StaleWaiver)
}

fn changed<'a>(was: &'a Cell, cell: &'a Cell, found: &mut Vec<Difference<'a>>) {
    let lost = (is_known(was) && !is_known(cell)) || (cell.is_in_part() && was.verdict == Verdict::Conforms && !was.is_in_part());
    if lost {
        return less_seen(was, cell, found);
    }
    if is_violated(cell)
        && !is_violated(was)
        && cell.findings.iter().all(|finding| finding.severity != Severity::Must || was.findings.contains(finding))
    {
        // A report that was edited, or written by another version, may say so without saying why.
        let sighting = Sighting::new(ChangeClass::Breaking, cell.verdict.as_str(), "the cell is violated, and no finding says why");
        found.push(of_cell(
            kinds::CELL_VIOLATED,
            cell,
            sighting.between(Some(was.verdict.as_str().to_owned()), Some(cell.verdict.as_str().to_owned())),
        ));
    }
    if is_violated(cell) {
        for finding in cell.findings.iter().filter(|finding| was.findings.iter().all(|known| !is_same(known, finding))) {
            violated(finding, Some(cell), found);
        }
    }
    if is_violated(was) && is_known(cell) {
        for finding in was.findings.iter().filter(|finding| cell.findings.iter().all(|known| !is_same(known, finding))) {
            fixed(finding, Some(cell), found);
        }
    }
}

/// A cell that was shown and is not: where an answer is another one or was not seen, that is why.
fn less_seen<'a>(was: &'a Cell, cell: &'a Cell, found: &mut Vec<Difference<'a>>) {
    let probes: Vec<&str> =
        was.probes.iter().chain(&cell.probes).map(|probe| probe.id.as_str()).chain(cell.because.as_ref().map(|link| link.probe.as_str())).collect();
    let explains =
        |one: &Difference<'_>| matches!(one.kind, kinds::LESS_SEEN | kinds::STATUS) && one.probe.is_some_and(|probe| probes.contains(&probe));
    if let Some(one) = found.iter_mut().find(|one| explains(one)) {
        one.echoes += 1;
        return;
    }
    let why = cell.reason.as_deref().or(cell.in_part.as_deref()).unwrap_or("no reason is given");
    let key = if cell.is_in_part() { "in-part".to_owned() } else { serde_json::to_string(&cell.code.unwrap_or_default()).unwrap_or_default() };
    let word = if cell.is_in_part() { format!("{} in part", cell.verdict.as_str()) } else { cell.verdict.as_str().to_owned() };
    let sighting = Sighting::new(ChangeClass::Unclear, format!("{word} {key}"), format!("less was seen: {why}"));
    found.push(of_cell(kinds::LESS_SEEN, cell, sighting.between(Some(was.verdict.as_str().to_owned()), Some(word))));
}

/// A rule that is broken and was not. Where an answer has changed at that place, the change breaks it.
fn violated<'a>(finding: &'a Finding, cell: Option<&'a Cell>, found: &mut Vec<Difference<'a>>) {
    if finding.severity != Severity::Must {
        return;
    }
    let mut merged = false;
    for one in found.iter_mut().filter(|one| is_behind(one, finding)) {
        one.sighting.class = ChangeClass::Breaking;
        one.echoes += 1;
        merged = true;
    }
    if !merged {
        let key = format!("{} {}", finding.check, without_index_numbers(&finding.answer));
        let sighting = Sighting::new(ChangeClass::Breaking, key, format!("{}: {}", finding.check, finding.message));
        let sighting = sighting.between(Some(finding.expected.clone()), Some(finding.actual.clone()));
        found.push(of_finding(kinds::CELL_VIOLATED, finding, cell, sighting));
    }
}

/// A rule that was broken and is not. What changed at that place is that.
fn fixed<'a>(finding: &'a Finding, cell: Option<&'a Cell>, found: &mut Vec<Difference<'a>>) {
    let status = found.iter().any(|one| one.kind == kinds::STATUS && one.probe == Some(finding.probe.as_str()));
    let unseen = found.iter().any(|one| one.kind == kinds::LESS_SEEN && one.probe == Some(finding.probe.as_str()));
    if finding.severity != Severity::Must || status || unseen {
        return;
    }
    found.retain(|one| !is_behind(one, finding));
    let key = format!("{} {}", finding.check, without_index_numbers(&finding.answer));
    let sighting = Sighting::new(ChangeClass::Harmless, key, format!("fixed: {}", finding.message));
    found.push(of_finding(kinds::FIXED, finding, cell, sighting.between(Some(finding.actual.clone()), None)));
}

/// Whether a change is at the place that a finding is about, or at one that holds it.
fn is_behind(one: &Difference<'_>, finding: &Finding) -> bool {
    let (at, place) = (without_index_numbers(&one.at), without_index_numbers(&finding.answer));
    let (at, place) = (at.to_ascii_lowercase(), place.to_ascii_lowercase());
    let within = |one: &str, other: &str| one == other || one.strip_prefix(other).is_some_and(|rest| rest.starts_with(['/', ' ']));
    one.probe == Some(finding.probe.as_str()) && (within(&at, &place) || within(&place, &at) || at == "status")
}

/// A place in which `*` stands for any item.
fn without_index_numbers(at: &str) -> String {
    let parts = at.split('/').map(|part| if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn of_cell<'a>(kind: &'static str, cell: &'a Cell, sighting: Sighting) -> Difference<'a> {
    Difference {
        kind,
        sighting,
        operation: &cell.operation,
        status: Some(cell.status),
        probe: cell.probes.first().map(|probe| probe.id.as_str()),
        at: "cell".to_owned(),
        because: cell.because.as_ref().map(|link| link.probe.clone()),
        echoes: 0,
    }
}

fn of_finding<'a>(kind: &'static str, finding: &'a Finding, cell: Option<&'a Cell>, sighting: Sighting) -> Difference<'a> {
    Difference {
        kind,
        sighting,
        operation: cell.map_or_else(|| finding.probe.operation(), |cell| &cell.operation),
        status: cell.map(|cell| cell.status),
        probe: Some(&finding.probe),
        at: without_index_numbers(&finding.answer),
        because: None,
        echoes: 0,
    }
}

/// Ids and times differ from run to run; the check and the places do not.
fn is_same(one: &Finding, other: &Finding) -> bool {
    one.check == other.check
        && one.severity == other.severity
        && without_index_numbers(&one.answer) == without_index_numbers(&other.answer)
        && one.probe == other.probe
}
