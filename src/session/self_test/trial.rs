//! What a run against one mock has shown.

use std::collections::{BTreeMap, BTreeSet};

use crate::judge::Judgement;
use crate::model::contract::Status;
use crate::model::plan::Plan;
use crate::model::report::Cell;
use crate::model::verdict::{Finding, Severity, Verdict};

/// A cell by operation and status.
type CellKey = (String, u16);

/// What a run against one mock has shown.
pub(super) struct TrialResult {
    /// Checks that found something that must not be.
    pub checks: BTreeSet<String>,
    /// Checks that warned.
    pub warnings: BTreeSet<String>,
    /// Operations with cells that are violated, and those whose requests show what belongs to no cell.
    pub operations: BTreeSet<String>,
    /// For each of them, the operations whose requests show it.
    pub witnesses: BTreeMap<String, BTreeSet<String>>,
    /// Operations that contradictions of the state are about, and those that show them.
    pub stated: BTreeSet<String>,
    /// Cells that are violated.
    pub violated: usize,
    /// Cells without which a run cannot end well: something stood in the way of their proof. The reason of each.
    pub blocked: BTreeMap<CellKey, String>,
    /// Cells that no known way leads to.
    pub unreached: BTreeSet<CellKey>,
    /// Cells for which the server gave another answer, each time one that the contract allows as well.
    pub otherwise: BTreeSet<CellKey>,
    /// Operations on which the fault took hold.
    pub faulted: BTreeSet<String>,
    /// Whether the variant made a difference.
    pub varied: bool,
    /// Requests with more than one thing wrong.
    pub crowded: Vec<String>,
}

impl TrialResult {
    /// What a judgement says.
    pub(super) fn of(judgement: &Judgement, plan: &Plan) -> Self {
        let of = |wanted: &[Verdict]| judgement.cells.iter().filter(|cell| wanted.contains(&cell.verdict)).collect::<Vec<&Cell>>();
        let violated = of(&[Verdict::Violates, Verdict::StaleWaiver]);
        let findings = || judgement.findings.iter().chain(judgement.cells.iter().flat_map(|cell| &cell.findings));
        let checks = |severity| findings().filter(|finding: &&Finding| finding.severity == severity).map(|finding| finding.check.clone()).collect();
        let (otherwise, unreached): (Vec<&Cell>, Vec<&Cell>) = of(&[Verdict::Unreached]).into_iter().partition(|cell| is_answered(cell, plan));
        let mut witnesses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let operation = |finding: &Finding| plan.probe(&finding.probe).map(|probe| probe.operation.clone());
        for cell in &violated {
            witnesses.entry(cell.operation.clone()).or_default().extend(cell.findings.iter().filter_map(operation));
        }
        for finding in judgement.findings.iter().filter(|finding| finding.severity == Severity::Must) {
            witnesses.entry(operation(finding).unwrap_or_default()).or_default().extend(operation(finding));
        }
        let mut stated: BTreeSet<String> = findings().filter(|finding| finding.check == "state").filter_map(operation).collect();
        let contradicted = |cell: &&&Cell| cell.findings.iter().any(|finding| finding.check == "state");
        stated.extend(violated.iter().filter(contradicted).map(|cell| cell.operation.clone()));
        let place = |cell: &&Cell| (cell.operation.clone(), cell.status.0);
        Self {
            checks: checks(Severity::Must),
            warnings: checks(Severity::Should),
            operations: witnesses.keys().cloned().collect(),
            witnesses,
            stated,
            violated: violated.len(),
            blocked: of(&[Verdict::Blocked, Verdict::Inconclusive])
                .iter()
                .map(|cell| (place(cell), cell.reason.clone().unwrap_or_default()))
                .collect(),
            unreached: unreached.iter().map(place).collect(),
            otherwise: otherwise.iter().map(place).collect(),
            faulted: BTreeSet::new(),
            varied: false,
            crowded: Vec::new(),
        }
    }

    /// Whether the run breaks (exit code 1).
    pub(super) fn breaks(&self) -> bool {
        self.violated > 0 || !self.checks.is_empty()
    }

    /// Whether the run refuses to say that all is well (exit code 3), where another one did not.
    pub(super) fn refuses(&self, usual: &Self) -> bool {
        self.blocked.keys().any(|cell| !usual.blocked.contains_key(cell))
    }

    /// Cells that are neither proved nor violated here, and were there; answers that the contract allows as well aside.
    pub(super) fn unproved(&self, usual: &Self) -> usize {
        let known = |cell: &&CellKey| usual.blocked.contains_key(*cell) || usual.unreached.contains(*cell);
        self.blocked.keys().chain(&self.unreached).filter(|cell| !known(cell)).count()
    }

    /// The reason that most of the cells are blocked for.
    pub(super) fn reason(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for reason in self.blocked.values() {
            // The names of single requests are left out.
            *counts.entry(reason.rsplit(": ").next().unwrap_or(reason)).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).map(|(reason, _)| reason.to_owned()).unwrap_or_default()
    }
}

/// Whether every request that was aimed at a cell was given an answer that the contract allows for it.
fn is_answered(cell: &Cell, plan: &Plan) -> bool {
    let allows = |probe: &str, status: Option<Status>| {
        let allowed = plan.probe(probe).map(|probe| probe.allowed.as_slice()).unwrap_or_default();
        status.is_some_and(|status| allowed.iter().any(|allowed| allowed.covers(status)))
    };
    // What waits for another answer than the one that came is not sent.
    let mut answered = cell.probes.iter().filter(|probe| probe.status.is_some()).peekable();
    answered.peek().is_some() && answered.all(|probe| allows(&probe.id, probe.status))
}
