//! What changed from one report to another.

use crate::domain::contract::Status;
use crate::domain::report::{Cell, Report};
use crate::domain::verdict::{Finding, Verdict};

/// One change between two reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// What changed, in one line.
    pub words: String,
    /// Whether something broke that was right before.
    pub worse: bool,
}

/// Everything that changed, cell by cell in the order of the newer report, then what only the older one has, then findings
/// that belong to no cell.
pub fn drift(old: &Report, new: &Report) -> Vec<Drift> {
    let of = |report: &'_ Report, cell: &Cell| report.cells.iter().find(|other| place(other) == place(cell)).map(|other| other.verdict);
    let mut found: Vec<Drift> = Vec::new();
    for cell in &new.cells {
        match of(old, cell) {
            Some(was) if was == cell.verdict => {}
            Some(was) => found.push(Drift {
                words: format!("{}: {} is now {}{}", name(cell), was.word(), cell.verdict.word(), why(cell)),
                worse: breaks(cell.verdict) && !breaks(was),
            }),
            None => found.push(Drift { words: format!("{}: new, {}{}", name(cell), cell.verdict.word(), why(cell)), worse: breaks(cell.verdict) }),
        }
    }
    let gone = old.cells.iter().filter(|cell| of(new, cell).is_none());
    found.extend(gone.map(|cell| Drift { words: format!("{}: gone, was {}", name(cell), cell.verdict.word()), worse: false }));
    let beside = new.findings.iter().filter(|finding| old.findings.iter().all(|known| !is_same(known, finding)));
    found.extend(beside.map(|finding| Drift {
        words: format!("{}: {}", finding.check, finding.message),
        worse: finding.severity == crate::domain::verdict::Severity::Must,
    }));
    found
}

fn place(cell: &Cell) -> (&str, Status) {
    (&cell.operation, cell.status)
}

fn name(cell: &Cell) -> String {
    super::words::cell_name(cell)
}

/// The first thing that is wrong with a cell.
fn why(cell: &Cell) -> String {
    let first = cell.findings.first().map(|finding| &finding.message).or(cell.reason.as_ref());
    first.filter(|_| cell.verdict != Verdict::Conforms).map(|words| format!(" ({words})")).unwrap_or_default()
}

fn breaks(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Violates | Verdict::StaleWaiver)
}

/// Ids and times differ from run to run; the check and the places do not.
fn is_same(one: &Finding, other: &Finding) -> bool {
    one.check == other.check && one.contract == other.contract && one.answer == other.answer && one.probe == other.probe
}

#[cfg(test)]
mod tests {
    use super::super::testing::sample;
    use super::*;

    #[test]
    fn nothing_changes_between_a_report_and_itself() {
        assert_eq!(drift(&sample(), &sample()), []);
    }

    #[test]
    fn what_breaks_is_worse_and_what_is_mended_is_not() {
        let (old, mut new) = (sample(), sample());
        let conforms = new.cells.iter().position(|cell| cell.verdict == Verdict::Conforms).unwrap();
        new.cells[conforms].verdict = Verdict::Violates;
        let found = drift(&old, &new);
        assert!(found.len() == 1 && found[0].worse && found[0].words.contains("conforms is now violates"), "{found:?}");
        let found = drift(&new, &old);
        assert!(found.len() == 1 && !found[0].worse && found[0].words.contains("violates is now conforms"), "{found:?}");
    }

    #[test]
    fn cells_and_findings_come_and_go() {
        let (old, mut new) = (sample(), sample());
        let gone = new.cells.remove(0);
        new.findings.clear();
        let found = drift(&old, &new);
        assert!(found.len() == 1 && found[0].words.ends_with(&format!("gone, was {}", gone.verdict.word())), "{found:?}");
        let found = drift(&new, &old);
        assert!(found.len() == 2 && found[0].words.contains(": new, ") && found[1].worse, "{found:?}");
    }
}
