//! Compares two reports: what changed from one to the other.

use std::collections::HashMap;

use super::escaping::single_line_report;
use crate::model::contract::Status;
use crate::model::report::{Cell, Report};
use crate::model::verdict::{Finding, Severity, Verdict};

/// What a change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeMeaning {
    /// Nothing that was known is lost.
    Plain,
    /// Something that was shown before is not shown any more.
    Lost,
    /// Something broke that was right before.
    Worse,
}

/// One change between two reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// What changed, in one line.
    pub words: String,
    /// What it means.
    pub change: ChangeMeaning,
}

/// Everything that changed, cell by cell in the order of the newer report, then what only the older one has, then findings
/// that belong to no cell.
pub fn drift(old: &Report, new: &Report) -> Vec<Drift> {
    let (old, new) = (&single_line_report(old), &single_line_report(new));
    let before: HashMap<_, &Cell> = old.cells.iter().map(|cell| (place(cell), cell)).collect();
    let after: HashMap<_, &Cell> = new.cells.iter().map(|cell| (place(cell), cell)).collect();
    let mut found: Vec<Drift> = Vec::new();
    for cell in &new.cells {
        if let Some(was) = before.get(&place(cell)) {
            found.extend(changed(was, cell));
        } else {
            let change = if breaks(cell.verdict) { ChangeMeaning::Worse } else { ChangeMeaning::Plain };
            found.push(Drift { words: format!("{}: new, {}{}", name(cell), said(cell), why(cell)), change });
        }
    }
    let gone = old.cells.iter().filter(|cell| !after.contains_key(&place(cell)));
    found.extend(gone.map(|cell| Drift {
        words: format!("{}: gone, was {}", name(cell), said(cell)),
        change: if is_shown(cell.verdict) { ChangeMeaning::Lost } else { ChangeMeaning::Plain },
    }));
    for one in &new.alternatives {
        let was = old.alternatives.iter().find(|was| was.operation == one.operation && was.about == one.about);
        found.extend(
            was.filter(|was| was.takes != one.takes).map(|was| Drift {
                words: format!("{}, was {}", super::shared_sentences::alternative(one), was.takes),
                change: ChangeMeaning::Plain,
            }),
        );
    }
    let beside = new.findings.iter().filter(|finding| old.findings.iter().all(|known| !is_same(known, finding)));
    found.extend(beside.map(|finding| Drift {
        words: format!("{}: {}", finding.check, finding.message),
        change: if finding.severity == Severity::Must { ChangeMeaning::Worse } else { ChangeMeaning::Plain },
    }));
    found
}

/// What changed of one cell.
fn changed(was: &Cell, cell: &Cell) -> Option<Drift> {
    let (before, after) = (was.verdict, cell.verdict);
    if said(was) != said(cell) {
        let partly = cell.is_in_part() && before == Verdict::Conforms;
        let change = match () {
            () if breaks(after) && !breaks(before) => ChangeMeaning::Worse,
            () if partly || (is_shown(before) && !is_shown(after)) => ChangeMeaning::Lost,
            () => ChangeMeaning::Plain,
        };
        return Some(Drift { words: format!("{}: {} is now {}{}", name(cell), said(was), said(cell), why(cell)), change });
    }
    // What was broken may break more.
    let binding = |cell: &Cell| cell.findings.iter().filter(|finding| finding.severity == Severity::Must).cloned().collect::<Vec<_>>();
    let known = binding(was);
    let more = binding(cell).into_iter().find(|finding| breaks(after) && known.iter().all(|known| !is_same(known, finding)))?;
    Some(Drift { words: format!("{}: {} in another way as well ({})", name(cell), said(cell), more.message), change: ChangeMeaning::Worse })
}

/// The verdict in words.
fn said(cell: &Cell) -> String {
    if cell.is_in_part() { format!("{} in part", cell.verdict.word()) } else { cell.verdict.word().to_owned() }
}

/// Whether an exchange speaks for the verdict.
fn is_shown(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Conforms | Verdict::Held | Verdict::Violates | Verdict::Waived | Verdict::StaleWaiver)
}

fn place(cell: &Cell) -> (&str, Status) {
    (&cell.operation, cell.status)
}

fn name(cell: &Cell) -> String {
    super::shared_sentences::cell_name(cell)
}

/// The first thing that is wrong with a cell.
fn why(cell: &Cell) -> String {
    let first = cell.findings.first().map(|finding| &finding.message).or(cell.reason.as_ref());
    first
        .filter(|_| cell.verdict != Verdict::Conforms)
        .or(cell.in_part.as_ref().filter(|_| cell.is_in_part()))
        .map(|words| format!(" ({words})"))
        .unwrap_or_default()
}

fn breaks(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Violates | Verdict::StaleWaiver)
}

/// Ids and times differ from run to run; the check and the places do not.
fn is_same(one: &Finding, other: &Finding) -> bool {
    one.check == other.check
        && one.severity == other.severity
        && one.contract == other.contract
        && one.answer == other.answer
        && one.probe == other.probe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::small_report::sample;

    #[test]
    fn nothing_changes_between_a_report_and_itself() {
        assert_eq!(drift(&sample(), &sample()), []);
    }

    #[test]
    fn what_breaks_is_worse_and_what_is_repaired_is_not() {
        let (old, mut new) = (sample(), sample());
        let conforms = new.cells.iter().position(|cell| cell.verdict == Verdict::Conforms).unwrap();
        new.cells[conforms].verdict = Verdict::Violates;
        let found = drift(&old, &new);
        assert!(found.len() == 1 && found[0].change == ChangeMeaning::Worse && found[0].words.contains("conforms is now violates"), "{found:?}");
        let found = drift(&new, &old);
        assert!(found.len() == 1 && found[0].change == ChangeMeaning::Plain && found[0].words.contains("violates is now conforms"), "{found:?}");
    }

    #[test]
    fn what_was_shown_and_is_not_any_more_is_lost() {
        let index = |report: &Report, verdict| report.cells.iter().position(|cell| cell.verdict == verdict).unwrap();
        for before in [Verdict::Conforms, Verdict::Held, Verdict::Violates, Verdict::Waived] {
            for after in [Verdict::Blocked, Verdict::Inconclusive, Verdict::Unreached, Verdict::Skipped] {
                let (old, mut new) = (sample(), sample());
                let at = index(&old, before);
                new.cells[at].verdict = after;
                assert_eq!(drift(&old, &new)[0].change, ChangeMeaning::Lost, "{before:?} {after:?}");
                assert_eq!(drift(&new, &old).iter().filter(|one| one.change == ChangeMeaning::Lost).count(), 0);
            }
            let (old, mut new) = (sample(), sample());
            new.cells.remove(index(&old, before));
            assert_eq!(drift(&old, &new)[0].change, ChangeMeaning::Lost, "{before:?} gone");
        }
        let (old, mut new) = (sample(), sample());
        new.cells[index(&old, Verdict::Conforms)].in_part = Some("body not judged".to_owned());
        let found = drift(&old, &new);
        assert_eq!(
            (found[0].change, found[0].words.as_str()),
            (ChangeMeaning::Lost, "things.list 200: conforms is now conforms in part (body not judged)")
        );
    }

    #[test]
    fn a_cell_that_breaks_in_another_way_as_well_is_worse() {
        let (old, mut new) = (sample(), sample());
        let cell = new.cells.iter_mut().find(|cell| cell.verdict == Verdict::Violates).unwrap();
        let more = Finding { check: "media-type".to_owned(), ..cell.findings[0].clone() };
        cell.findings.push(more);
        assert_eq!(drift(&old, &new)[0].change, ChangeMeaning::Worse);
    }

    #[test]
    fn a_server_that_takes_the_other_side_now_is_told() {
        let (old, mut new) = (sample(), sample());
        new.alternatives[0].takes = "200".to_owned();
        let found = drift(&old, &new);
        assert!(found.len() == 1 && found[0].change == ChangeMeaning::Plain && found[0].words.ends_with(", was 303"), "{found:?}");
    }

    #[test]
    fn cells_and_findings_come_and_go() {
        let (old, mut new) = (sample(), sample());
        let gone = new.cells.remove(0);
        new.findings.clear();
        let found = drift(&old, &new);
        assert!(found.len() == 1 && found[0].words.ends_with(&format!("gone, was {}", gone.verdict.word())), "{found:?}");
        let found = drift(&new, &old);
        assert!(found.len() == 2 && found[0].words.contains(": new, ") && found[1].change == ChangeMeaning::Worse, "{found:?}");
    }
}
