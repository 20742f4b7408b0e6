//! One cell from everything that was said of the probes.

use std::collections::HashMap;

use super::{Case, Opinion, Ruling, entry, failures};
use crate::domain::contract::{Response, Status, WHOLE_SERVER};
use crate::domain::plan::{Intent, PlannedCell, Purpose};
use crate::domain::report::Cell;
use crate::domain::verdict::{Finding, Sightings, Verdict};

/// How the reason of a cell ends that was not shown because the server chose another status that is as right.
pub const ALLOWED_AS_WELL: &str = ", which the contract allows as well";

/// What all cells are judged from.
pub struct View<'a> {
    /// The case.
    case: &'a Case<'a>,
    /// What is said of each probe.
    opinions: &'a [Opinion<'a>],
    /// Whether the server accepted anything at all.
    alive: bool,
    /// What is said of the probes of each operation, and of those that prove something about it beside their own.
    about: HashMap<&'a str, Vec<&'a Opinion<'a>>>,
}

impl<'a> View<'a> {
    /// Sorts what is said by operation.
    pub fn new(case: &'a Case<'a>, opinions: &'a [Opinion<'a>], alive: bool) -> Self {
        let mut about: HashMap<&str, Vec<&Opinion<'_>>> = HashMap::new();
        for opinion in opinions {
            let (own, others): (&str, &[String]) =
                if opinion.probe.id.starts_with(WHOLE_SERVER) { (WHOLE_SERVER, &[]) } else { (&opinion.probe.operation, &opinion.probe.also) };
            about.entry(own).or_default().push(opinion);
            for other in others.iter().filter(|other| *other != own) {
                about.entry(other).or_default().push(opinion);
            }
        }
        Self { case, opinions, alive, about }
    }
}

/// Judges one cell.
pub fn cell(view: &View<'_>, planned: &PlannedCell) -> Cell {
    let mut cell = Cell {
        operation: planned.operation.clone(),
        api: view.case.contract.operation(&planned.operation).map(|operation| operation.api.clone()).unwrap_or_default(),
        method: planned.method.to_string(),
        path: planned.path.clone(),
        status: planned.status,
        general: planned.general,
        certainty: response(view.case, planned).map(|response| response.certainty).unwrap_or_default(),
        verdict: Verdict::Unreached,
        reason: None,
        probes: Vec::new(),
        findings: Vec::new(),
        remembered: None,
    };
    if let Some(reason) = undocumented(view.case, planned) {
        cell.reason = Some(reason);
        return cell;
    }
    match &planned.intent {
        Intent::Watched => watched(view, &mut cell),
        Intent::Skipped(reason) | Intent::Postponed(reason) => (cell.verdict, cell.reason) = (Verdict::Skipped, Some(reason.clone())),
        Intent::Unreachable(reason) => {
            proved(view, &mut cell, &[]);
            if cell.probes.is_empty() {
                cell.reason = Some(reason.clone());
            }
        }
        Intent::Probes(aimed) => proved(view, &mut cell, aimed),
    }
    cell
}

/// What the contract declares for a cell.
fn response<'a>(case: &Case<'a>, planned: &PlannedCell) -> Option<&'a Response> {
    case.contract.operation(&planned.operation)?.response(planned.status)
}

/// Why nothing can be said of a cell of a recording that another contract is judged by, or a later version.
fn undocumented(case: &Case<'_>, planned: &PlannedCell) -> Option<String> {
    if planned.operation == WHOLE_SERVER {
        return None;
    }
    match case.contract.operation(&planned.operation) {
        None => Some("the contract has no such operation".to_owned()),
        Some(operation) if operation.response(planned.status).is_none() => Some("the contract documents no such status".to_owned()),
        Some(_) => None,
    }
}

/// A cell that probes are aimed at: broken by any of them, shown by any answer with its status.
fn proved(view: &View<'_>, cell: &mut Cell, aimed: &[String]) {
    let own = view.about.get(cell.operation.as_str()).into_iter().flatten().copied();
    let mut relevant: Vec<&Opinion<'_>> = own
        .filter(|opinion| {
            let shows = opinion.ruling == Ruling::Shows && opinion.status() == Some(cell.status);
            aimed.contains(&opinion.probe.id) || (shows && opinion.probe.purpose != Purpose::Cleanup)
        })
        .collect();
    // Of several looks at one job the one with this status counts, unless another one breaks something.
    let looks: Vec<&str> = relevant.iter().filter(|opinion| opinion.status() == Some(cell.status)).map(|opinion| opinion.probe.id.as_str()).collect();
    relevant
        .retain(|opinion| opinion.status() == Some(cell.status) || opinion.ruling != Ruling::Shows || !looks.contains(&opinion.probe.id.as_str()));
    cell.probes = relevant.iter().map(|opinion| entry(opinion.probe, opinion.outcome)).collect();
    let broken: Vec<&Opinion<'_>> = relevant
        .iter()
        .copied()
        .filter(|opinion| {
            opinion.ruling == Ruling::Breaks || (opinion.ruling == Ruling::Shows && opinion.breaks() && opinion.status() == Some(cell.status))
        })
        .collect();
    let shown = relevant.iter().any(|opinion| opinion.ruling == Ruling::Shows && opinion.status() == Some(cell.status));
    if !broken.is_empty() {
        cell.verdict = Verdict::Violates;
        cell.findings = broken.iter().flat_map(|opinion| opinion.findings.clone()).collect();
    } else if shown {
        cell.verdict = Verdict::Conforms;
        let same = relevant.iter().filter(|opinion| opinion.status() == Some(cell.status));
        cell.findings = same.flat_map(|opinion| opinion.findings.clone()).collect();
    } else {
        let aimed = relevant.iter().find(|opinion| aimed.contains(&opinion.probe.id));
        (cell.verdict, cell.reason) = aimed.map_or((Verdict::Unreached, None), |opinion| not_shown(view, cell, opinion));
    }
    cell.findings.dedup();
}

fn not_shown(view: &View<'_>, cell: &Cell, opinion: &Opinion<'_>) -> (Verdict, Option<String>) {
    match &opinion.ruling {
        Ruling::Blocked(reason) => (Verdict::Blocked, Some(reason.clone())),
        Ruling::Inconclusive(reason) => (Verdict::Inconclusive, Some(reason.clone())),
        Ruling::Unreached(reason) => (Verdict::Unreached, Some(reason.clone())),
        Ruling::Shows | Ruling::Breaks => {
            let came = opinion.status().map(|status| status.to_string()).unwrap_or_default();
            let main = |status: Status| view.case.contract.operation(&cell.operation)?.response(status)?.alternative_to;
            // The documents differ, and the server does as the others say.
            let sides = opinion.status().is_some_and(|status| main(cell.status) == Some(status) || main(status) == Some(cell.status));
            let side = if sides { "the server takes the other side: it answered" } else { "the server answered" };
            (Verdict::Unreached, Some(format!("{side} {came}{ALLOWED_AS_WELL}")))
        }
    }
}

/// A server error is never provoked: the cell holds while no answer of the operation shows one.
fn watched(view: &View<'_>, cell: &mut Cell) {
    let own: Vec<&Opinion<'_>> = view.opinions.iter().filter(|opinion| opinion.probe.operation == cell.operation).collect();
    let failed: Vec<&&Opinion<'_>> = own.iter().filter(|opinion| server_error(opinion).is_some()).collect();
    if !failed.is_empty() && view.alive {
        cell.verdict = Verdict::Violates;
        cell.probes = failed.iter().map(|opinion| entry(opinion.probe, opinion.outcome)).collect();
        let tries: usize = own.iter().filter_map(|opinion| opinion.outcome).map(|outcome| outcome.exchanges.len()).sum();
        cell.findings = failed.first().and_then(|opinion| finding(view, opinion, cell, failed.len(), tries)).into_iter().collect();
        return;
    }
    let accepted = own.iter().find(|opinion| opinion.probe.fault.is_none() && opinion.status().is_some_and(|status| status.0 < 400));
    if let Some(opinion) = accepted {
        cell.verdict = Verdict::Held;
        cell.probes = vec![entry(opinion.probe, opinion.outcome)];
        return;
    }
    let reason = own.iter().find_map(|opinion| match &opinion.ruling {
        Ruling::Unreached(reason) => Some((Verdict::Unreached, reason.clone())),
        Ruling::Blocked(reason) | Ruling::Inconclusive(reason) => Some((Verdict::Blocked, reason.clone())),
        Ruling::Shows | Ruling::Breaks => None,
    });
    cell.probes = failed.iter().map(|opinion| entry(opinion.probe, opinion.outcome)).collect();
    cell.verdict = reason.as_ref().map_or(Verdict::Blocked, |(verdict, _)| *verdict);
    cell.reason = Some(match reason {
        Some((_, reason)) => format!("no valid request was accepted: {reason}"),
        None => "no valid request was accepted".to_owned(),
    });
}

fn server_error(opinion: &Opinion<'_>) -> Option<Status> {
    let exchanges = opinion.outcome.into_iter().flat_map(|outcome| &outcome.exchanges);
    exchanges.filter_map(|exchange| exchange.answer.as_ref()).map(|answer| answer.status).find(|status| status.is_server_error())
}

fn finding(view: &View<'_>, opinion: &Opinion<'_>, cell: &Cell, seen: usize, tries: usize) -> Option<Finding> {
    let exchanges = &opinion.outcome?.exchanges;
    let failing = exchanges.iter().find(|exchange| exchange.answer.as_ref().is_some_and(|answer| answer.status.is_server_error()))?;
    let response = view.case.contract.operation(&cell.operation).and_then(|operation| operation.response(cell.status));
    let contract = response.map(|response| response.place.clone()).unwrap_or_default();
    let sightings = Sightings { seen: seen as u64, tries: tries as u64, ..Sightings::default() };
    let plain = failures::finding(view.case, opinion.probe, failing, "an answer below 500", &contract)?;
    Some(Finding { sightings, ..plain })
}
