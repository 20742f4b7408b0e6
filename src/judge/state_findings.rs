//! Adds the contradictions that resource rules find to the cells that they belong to.

use super::{Case, Opinion, Ruling, entry};
use crate::judge::exchange_rules::{curl, excerpt};
use crate::judge::resource_rules::Contradiction;
use crate::model::contract::Status;
use crate::model::exchange::Outcome;
use crate::model::report::Cell;
use crate::model::verdict::{Finding, Severity, Sightings, Verdict};

/// Adds every contradiction to the cell of the request that breaks the rule, else to the cell of the read that shows it;
/// what belongs to neither is returned.
pub(super) fn add(case: &Case<'_>, contradictions: &[Contradiction], cells: &mut [Cell]) -> Vec<Finding> {
    let mut homeless = Vec::new();
    for contradiction in contradictions {
        let finding = finding(case, contradiction);
        let (blamed, status) = &contradiction.blamed;
        let shown = case.outcomes.of(&contradiction.read).and_then(Outcome::answer).map(|answer| answer.status);
        let place = place(case, cells, blamed, *status).or_else(|| place(case, cells, &contradiction.read, shown));
        let Some(cell) = place.and_then(|index| cells.get_mut(index)) else {
            homeless.push(finding);
            continue;
        };
        if contradiction.severity == Severity::Must {
            (cell.verdict, cell.reason) = (Verdict::Violates, None);
        }
        if cell.probes.is_empty() {
            cell.probes.extend(case.plan.probe(blamed).zip(case.outcomes.of(blamed)).map(|(probe, outcome)| entry(probe, Some(outcome))));
        }
        cell.findings.push(finding);
    }
    homeless
}

/// What is shown of a deleted resource, and marked as such, is a warning of the state rules and no violation beside it: the
/// contract does not say how a server tells that something is deleted.
pub(super) fn forgive(contradictions: &[Contradiction], opinions: &mut [Opinion<'_>]) {
    let marked = |probe: &str| contradictions.iter().any(|one| one.read == probe && one.severity == Severity::Should);
    for opinion in opinions.iter_mut().filter(|one| one.ruling == Ruling::Breaks && one.probe.trigger == "deleted-resource") {
        if marked(&opinion.probe.id) {
            let came = opinion.status().map(|status| status.to_string()).unwrap_or_default();
            opinion.ruling = Ruling::Unreached(format!("{came} came, with a representation that is another than before the deletion").into());
            opinion.findings.clear();
        }
    }
}

/// The cell of a probe: the one that lists it, with the status that came where there are several.
fn place(case: &Case<'_>, cells: &[Cell], probe: &str, status: Option<Status>) -> Option<usize> {
    let operation = &case.plan.probe(probe)?.operation;
    let described = case.contract.operation(operation);
    let told = |cell: &Cell, came: Status| described.map_or(cell.status == came, |described| described.is_told_by(cell.status, came));
    cells.iter().position(|cell| cell.operation == *operation && status.is_some_and(|came| told(cell, came)))
}

fn finding(case: &Case<'_>, contradiction: &Contradiction) -> Finding {
    let exchange = case.outcomes.of(&contradiction.read).and_then(|outcome| outcome.exchanges.last());
    Finding {
        check: "state".to_owned(),
        severity: contradiction.severity,
        message: contradiction.message.clone(),
        expected: contradiction.expected.clone(),
        actual: contradiction.actual.clone(),
        contract: contradiction.contract.clone(),
        answer: contradiction.answer.clone(),
        citation: contradiction.citation.clone(),
        probe: contradiction.read.clone(),
        curl: exchange.map(|exchange| curl(&exchange.request, case.hints)).unwrap_or_default(),
        sightings: Sightings {
            excerpt: exchange.and_then(|exchange| excerpt(exchange.answer.as_ref()?, &contradiction.answer)),
            others: contradiction.others,
            ..Sightings::default()
        },
    }
}
