//! Assigns the contradictions that resource rules find to the cells that they belong to.

use super::cell_findings::{CellFinding, Placed};
use super::check_names::STATE;
use super::{JudgeInput, entry};
use crate::judge::exchange_rules::{curl, excerpt};
use crate::judge::resource_rules::Contradiction;
use crate::model::contract::Status;
use crate::model::exchange::Outcome;
use crate::model::file_place::WrittenPlaces;
use crate::model::plan::{PlannedCell, Probe};
use crate::model::trigger_name::TriggerName;
use crate::model::verdict::{Finding, Severity, Sightings};

/// Assigns every contradiction to the cell of the request that breaks the rule, else to the cell of the read that shows it;
/// and what belongs to neither.
pub(super) fn placed(input: &JudgeInput<'_>, contradictions: &[Contradiction]) -> (Placed, Vec<Finding>) {
    let (mut placed, mut homeless) = (Vec::new(), Vec::new());
    for contradiction in contradictions {
        let finding = finding(input, contradiction);
        let (blamed, status) = &contradiction.blamed;
        let shown = input.outcomes.of(&contradiction.read).and_then(Outcome::answer).map(|answer| answer.status);
        let place = place(input, blamed, *status).or_else(|| place(input, &contradiction.read, shown));
        let Some(index) = place else {
            homeless.push(finding);
            continue;
        };
        let probe = input.plan.probe(blamed).zip(input.outcomes.of(blamed)).map(|(probe, outcome)| entry(probe, Some(outcome)));
        placed.push((index, CellFinding { finding, probe, only_probe: true }));
    }
    (placed, homeless)
}

/// Whether a deleted resource is shown and marked as such: that is a warning of the state rules and no violation beside it,
/// since the contract does not say how a server tells that something is deleted.
pub(super) fn is_marked(contradictions: &[Contradiction], probe: &Probe) -> bool {
    let marked = |one: &Contradiction| one.read == probe.id && one.severity == Severity::Should;
    probe.trigger == TriggerName::DELETED_RESOURCE && contradictions.iter().any(marked)
}

/// The cell of a probe: the one that lists it, with the status that came where there are several.
fn place(input: &JudgeInput<'_>, probe: &str, status: Option<Status>) -> Option<usize> {
    let operation = &input.plan.probe(probe)?.operation;
    let described = input.contract.operation(operation);
    let told = |cell: &PlannedCell, came: Status| described.map_or(cell.status == came, |described| described.covers_code(cell.status, came));
    input.plan.cells.iter().position(|cell| cell.operation == *operation && status.is_some_and(|came| told(cell, came)))
}

fn finding(input: &JudgeInput<'_>, contradiction: &Contradiction) -> Finding {
    let exchange = input.outcomes.of(&contradiction.read).and_then(|outcome| outcome.exchanges.last());
    Finding {
        check: STATE.to_owned(),
        severity: contradiction.severity,
        message: contradiction.message.clone(),
        expected: contradiction.expected.clone(),
        actual: contradiction.actual.clone(),
        contract: contradiction.contract.clone(),
        answer: contradiction.answer.clone(),
        citation: contradiction.citation.clone(),
        probe: contradiction.read.clone(),
        curl: exchange.map(|exchange| curl(&exchange.request, input.hints)).unwrap_or_default(),
        written: WrittenPlaces::default(),
        sightings: Sightings {
            excerpt: exchange.and_then(|exchange| excerpt(exchange.answer.as_ref()?, &contradiction.answer)),
            others: contradiction.others,
            ..Sightings::default()
        },
    }
}
