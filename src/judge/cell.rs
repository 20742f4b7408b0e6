//! Gives one cell its verdict from the results of all its probes.

use std::borrow::Cow;
use std::collections::HashMap;

use super::cell_findings::CellFinding;
use super::truth_table::{BodyFacts, CellFacts, rule_on_body, verdict};
use super::{JudgeInput, ProbeResult, Ruling, entry, partly_judged, server_errors};
use crate::judge::exchange_rules::STATUS;
use crate::model::contract::{Response, Status, WHOLE_SERVER};
use crate::model::exchange::{Exchange, Outcome};
use crate::model::ids;
use crate::model::plan::{Intent, PlannedCell, ProbeId, Purpose};
use crate::model::reason::{Code, NotJudged, NotShown, Reason};
use crate::model::report::{CauseLink, Cell};
use crate::model::verdict::{Finding, Severity, Sightings};

/// What all cells are judged from.
pub struct CellInputs<'a> {
    /// The case.
    input: &'a JudgeInput<'a>,
    /// What is said of each probe.
    opinions: &'a [ProbeResult<'a>],
    /// Whether the server accepted anything at all.
    alive: bool,
    /// What is said of the probes of each operation, and of those that prove something about it beside their own.
    about: HashMap<&'a str, Vec<&'a ProbeResult<'a>>>,
}

impl<'a> CellInputs<'a> {
    /// Sorts what is said by operation.
    pub fn new(input: &'a JudgeInput<'a>, opinions: &'a [ProbeResult<'a>], alive: bool) -> Self {
        let mut about: HashMap<&str, Vec<&ProbeResult<'_>>> = HashMap::new();
        for probe_result in opinions {
            let (own, others): (&str, &[String]) = if probe_result.probe.id.is_about_whole_server() {
                (WHOLE_SERVER, &[])
            } else {
                (&probe_result.probe.operation, &probe_result.probe.also)
            };
            about.entry(own).or_default().push(probe_result);
            for other in others.iter().filter(|other| *other != own) {
                about.entry(other).or_default().push(probe_result);
            }
        }
        Self { input, opinions, alive, about }
    }
}

/// Judges one cell: by all that is said of its probes, and by what was found beside that and belongs to it.
pub fn cell(view: &CellInputs<'_>, planned: &PlannedCell, beside: Vec<CellFinding>) -> Cell {
    let mut cell = Cell {
        operation: planned.operation.clone(),
        api: view.input.contract.operation(&planned.operation).map(|operation| operation.api.clone()).unwrap_or_default(),
        method: planned.method.to_string(),
        path: planned.path.clone(),
        status: planned.status,
        general: planned.general,
        certainty: response(view.input, planned).map(|response| response.certainty).unwrap_or_default(),
        source: response(view.input, planned).map(|response| response.source.clone()).unwrap_or_default(),
        // Until its facts are known.
        verdict: verdict(&CellFacts::default()),
        reason: None,
        in_part: None,
        probes: Vec::new(),
        findings: Vec::new(),
        remembered: None,
        code: None,
        because: None,
    };
    let facts = facts(view, planned, &mut cell);
    let broken_beside = beside.iter().any(|one| one.finding.severity == Severity::Must);
    cell.verdict = verdict(&CellFacts { broken: facts.broken || broken_beside, ..facts });
    if broken_beside {
        cell.reason = None;
    }
    for one in beside {
        one.add_to(&mut cell);
    }
    cell
}

/// What decides about a cell, as far as its own probes tell; with their findings, or the reason why it is not proved.
fn facts<'v>(view: &CellInputs<'v>, planned: &PlannedCell, cell: &mut Cell) -> CellFacts<'v> {
    if let Some(reason) = undocumented(view.input, planned) {
        cell.reason = Some(reason.to_string());
        return CellFacts::default();
    }
    match &planned.intent {
        Intent::Watched => judge_server_error_cell(view, cell),
        Intent::Skipped(reason) | Intent::Unreachable(reason) if reason.code() == Code::CommandFailed => {
            // It is not left out by choice, and there is a way: what it rests on has failed.
            set_reason(view, cell, reason, None);
            CellFacts { watched: true, ..CellFacts::default() }
        }
        Intent::Skipped(reason) | Intent::Postponed(reason) => {
            set_reason(view, cell, reason, None);
            CellFacts { left_out: true, ..CellFacts::default() }
        }
        Intent::Unreachable(reason) => {
            let facts = proved(view, cell, &[]);
            match chosen(view, cell) {
                _ if !cell.probes.is_empty() => facts,
                Some(probe_result) => judge_unsupported(view, cell, probe_result),
                None => {
                    set_reason(view, cell, reason, None);
                    facts
                }
            }
        }
        Intent::Probes(aimed) => proved(view, cell, aimed),
    }
}

/// What the contract declares for a cell.
fn response<'a>(input: &JudgeInput<'a>, planned: &PlannedCell) -> Option<&'a Response> {
    if planned.operation == WHOLE_SERVER {
        return input.contract.server_responses.iter().find(|response| response.status == planned.status);
    }
    input.contract.operation(&planned.operation)?.response(planned.status)
}

/// Why nothing can be said of a cell of a recording that another contract is judged by, or a later version.
fn undocumented(input: &JudgeInput<'_>, planned: &PlannedCell) -> Option<NotJudged> {
    if planned.operation == WHOLE_SERVER {
        return None;
    }
    match input.contract.operation(&planned.operation) {
        None => Some(NotJudged::NoOperation),
        Some(operation) if operation.response(planned.status).is_none() => Some(NotJudged::NoStatus),
        Some(_) => None,
    }
}

/// A cell that probes are aimed at: broken by any of them, shown by any answer with its status.
fn proved<'v>(view: &CellInputs<'v>, cell: &mut Cell, aimed: &[ProbeId]) -> CellFacts<'v> {
    let tells = status_matches(view, cell);
    let own = view.about.get(cell.operation.as_str()).into_iter().flatten().copied();
    let mut relevant: Vec<&'v ProbeResult<'v>> = own
        .filter(|probe_result| {
            let shows = probe_result.ruling == Ruling::Shows && tells(probe_result);
            aimed.contains(&probe_result.probe.id) || (shows && probe_result.probe.purpose != Purpose::Cleanup)
        })
        .collect();
    // Of several looks at one job the one with this status counts, unless another one breaks something.
    let looks: Vec<&str> = relevant.iter().filter(|probe_result| tells(probe_result)).map(|probe_result| probe_result.probe.id.as_str()).collect();
    relevant.retain(|probe_result| tells(probe_result) || probe_result.ruling != Ruling::Shows || !looks.contains(&probe_result.probe.id.as_str()));
    cell.probes = relevant.iter().map(|probe_result| entry(probe_result.probe, probe_result.outcome)).collect();
    let broken: Vec<&'v ProbeResult<'v>> = relevant
        .iter()
        .copied()
        .filter(|probe_result| {
            probe_result.ruling == Ruling::Breaks || (probe_result.ruling == Ruling::Shows && probe_result.breaks() && tells(probe_result))
        })
        .collect();
    let shown = relevant.iter().any(|probe_result| probe_result.ruling == Ruling::Shows && tells(probe_result));
    let first = relevant.iter().find(|probe_result| aimed.contains(&probe_result.probe.id));
    let facts = CellFacts {
        broken: !broken.is_empty(),
        shown,
        ruling: first.map(|probe_result| Cow::Borrowed(&probe_result.ruling)),
        ..CellFacts::default()
    };
    if facts.broken {
        cell.findings = broken.iter().flat_map(|probe_result| probe_result.findings.clone()).collect();
    } else if shown {
        let same = || relevant.iter().filter(|probe_result| tells(probe_result));
        let whole = same().any(|probe_result| probe_result.ruling == Ruling::Shows && probe_result.in_part.is_none());
        cell.in_part = same().find_map(|probe_result| probe_result.in_part.clone()).filter(|_| !whole);
        cell.findings = same().flat_map(|probe_result| probe_result.findings.clone()).collect();
    } else if let Some(probe_result) = first {
        not_shown(view, cell, probe_result);
    }
    cell.findings.dedup();
    facts
}

/// Whether the status that came is the one of a cell, or within.
fn status_matches<'v>(view: &CellInputs<'v>, cell: &Cell) -> impl Fn(&ProbeResult<'_>) -> bool + Copy + use<'v> {
    let (operation, status) = (view.input.contract.operation(&cell.operation), cell.status);
    move |probe_result| probe_result.status().is_some_and(|came| operation.map_or(status == came, |operation| operation.covers_code(status, came)))
}

fn not_shown(view: &CellInputs<'_>, cell: &mut Cell, probe_result: &ProbeResult<'_>) {
    let own = Some(probe_result.probe.id.as_str());
    match &probe_result.ruling {
        Ruling::Blocked(reason) | Ruling::Inconclusive(reason) | Ruling::Unreached(reason) => set_reason(view, cell, reason, own),
        Ruling::Shows | Ruling::Breaks => {
            let came = probe_result.status().unwrap_or(cell.status);
            let main = |status: Status| view.input.contract.operation(&cell.operation)?.response(status)?.alternative_to;
            // The documents differ, and the server does as the others say.
            let sides = main(cell.status) == Some(came) || main(came) == Some(cell.status);
            let reason = if sides { NotShown::OtherSide(came) } else { NotShown::AllowedAsWell(came) };
            set_reason(view, cell, &reason.into(), own);
        }
    }
}

/// A valid request that the server has answered with the status of a cell that nothing is known to provoke: the contract allows
/// it as well, and it shows the status.
fn chosen<'v>(view: &CellInputs<'v>, cell: &Cell) -> Option<&'v ProbeResult<'v>> {
    let own = view.about.get(cell.operation.as_str()).into_iter().flatten().copied();
    let allowed = |probe_result: &&ProbeResult<'_>| matches!(&probe_result.ruling, Ruling::Unreached(reason) if reason.code() == Code::AllowedAsWell);
    let tells = status_matches(view, cell);
    own.filter(allowed).find(|probe_result| probe_result.probe.fault.is_none() && tells(probe_result))
}

/// Says of a cell why it is not proved.
fn set_reason(view: &CellInputs<'_>, cell: &mut Cell, reason: &Reason, own: Option<&str>) {
    cell.reason = Some(reason.to_string());
    cell.code = Some(reason.code());
    let cause = reason.cause().map(ProbeId::as_str).or(own).and_then(|id| view.input.plan.probe(id));
    cell.because = cause.map(|probe| CauseLink {
        cell: Some(ids::cell(&probe.operation, probe.status)).filter(|_| probe.purpose == Purpose::Probe),
        probe: probe.id.clone(),
        status: view.input.outcomes.of(&probe.id).and_then(Outcome::answer).map(|answer| answer.status),
    });
}

/// A server error is never provoked: the cell holds while no answer of the operation shows one.
fn judge_server_error_cell<'v>(view: &CellInputs<'v>, cell: &mut Cell) -> CellFacts<'v> {
    let own: Vec<&'v ProbeResult<'v>> = view.opinions.iter().filter(|probe_result| probe_result.probe.operation == cell.operation).collect();
    let failed: Vec<&&ProbeResult<'_>> = own.iter().filter(|probe_result| failure(view, cell, probe_result).is_some()).collect();
    if !failed.is_empty() {
        cell.probes = failed.iter().map(|probe_result| entry(probe_result.probe, probe_result.outcome)).collect();
        let tries: usize = own.iter().filter_map(|probe_result| probe_result.outcome).map(|outcome| outcome.exchanges.len()).sum();
        cell.findings = failed.first().and_then(|probe_result| finding(view, probe_result, cell, failed.len(), tries)).into_iter().collect();
        return CellFacts { broken: true, ..CellFacts::default() };
    }
    let tells = status_matches(view, cell);
    if let Some(probe_result) = own.iter().find(|probe_result| tells(probe_result) && matches!(probe_result.ruling, Ruling::Unreached(_))) {
        return judge_unsupported(view, cell, probe_result);
    }
    let accepted = own.iter().find(|probe_result| probe_result.probe.fault.is_none() && probe_result.status().is_some_and(|status| status.0 < 400));
    if let Some(probe_result) = accepted {
        cell.probes = vec![entry(probe_result.probe, probe_result.outcome)];
        return CellFacts { held: true, ..CellFacts::default() };
    }
    let first = own.iter().find_map(|probe_result| match &probe_result.ruling {
        Ruling::Unreached(reason) | Ruling::Blocked(reason) | Ruling::Inconclusive(reason) => {
            Some((&probe_result.ruling, reason, &probe_result.probe.id))
        }
        Ruling::Shows | Ruling::Breaks => None,
    });
    match first {
        Some((_, reason, probe)) => {
            set_reason(view, cell, &NotShown::NothingAccepted(Some(Box::new(reason.clone()))).into(), Some(probe));
        }
        None => set_reason(view, cell, &NotShown::NothingAccepted(None).into(), None),
    }
    CellFacts { watched: true, ruling: first.map(|(ruling, ..)| Cow::Borrowed(ruling)), ..CellFacts::default() }
}

/// A status by which a server may say that it does not do something, or not now: an answer of that status shows it.
fn judge_unsupported<'v>(view: &CellInputs<'v>, cell: &mut Cell, probe_result: &ProbeResult<'v>) -> CellFacts<'v> {
    let (mut findings, gaps) = super::check(view.input, probe_result.probe, probe_result.outcome);
    // Which status a valid request should have had is told by the cell that it was aimed at.
    findings.retain(|finding| finding.check != STATUS);
    let broken = findings.iter().any(|finding| finding.severity == Severity::Must);
    let ruling = rule_on_body(&BodyFacts { broken, unjudged: partly_judged::open(&gaps), ..BodyFacts::default() });
    let shown = ruling == Ruling::Shows;
    cell.in_part = partly_judged::accepted(&gaps, view.input.levels).filter(|_| shown && !broken);
    cell.reason = match &ruling {
        Ruling::Inconclusive(reason) => Some(reason.to_string()),
        _ => None,
    };
    cell.probes = vec![entry(probe_result.probe, probe_result.outcome)];
    cell.findings = findings;
    CellFacts { broken, shown, ruling: Some(Cow::Owned(ruling)), ..CellFacts::default() }
}

/// The exchange by which an operation fails, as far as this cell tells of it: by its own status, and the cell of 500 by every
/// status that has no cell.
fn failure<'a>(view: &CellInputs<'_>, cell: &Cell, probe_result: &ProbeResult<'a>) -> Option<&'a Exchange> {
    let operation = view.input.contract.operation(&cell.operation);
    let told_here = |status: Status| {
        let documented = operation.is_some_and(|operation| operation.response(status).is_some());
        status == cell.status || (!documented && (cell.status == Status(500) || cell.status.covers(status)))
    };
    let fails = |status: Status| status.is_server_error() && told_here(status) && server_errors::is_failure(operation, status, view.alive);
    probe_result.outcome?.exchanges.iter().find(|exchange| exchange.answer.as_ref().is_some_and(|answer| fails(answer.status)))
}

fn finding(view: &CellInputs<'_>, probe_result: &ProbeResult<'_>, cell: &Cell, seen: usize, tries: usize) -> Option<Finding> {
    let failing = failure(view, cell, probe_result)?;
    let response = view.input.contract.operation(&cell.operation).and_then(|operation| operation.response(cell.status));
    let contract = response.map(|response| response.place.clone()).unwrap_or_default();
    let sightings = Sightings { seen: seen as u64, tries: tries as u64, ..Sightings::default() };
    let plain = server_errors::finding(view.input, probe_result.probe, failing, "an answer below 500", &contract)?;
    Some(Finding { sightings, ..plain })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Cell, CellFinding, CellInputs, cell};
    use crate::judge::judge;
    use crate::judge::small_cases::{contract, plan, said};
    use crate::model::contract::WHOLE_SERVER;
    use crate::model::plan::PlannedCell;
    use crate::model::report::CellProbe;
    use crate::model::verdict::{Finding, Severity, Verdict};

    /// A cell that nothing was sent for, with findings beside its own probes: each by its severity, with the probe to be listed.
    fn with_beside(beside: &[(Severity, &str, bool)]) -> Cell {
        let planned: PlannedCell = serde_json::from_value(json!({
            "operation": "things.list", "method": "GET", "path": "/things", "status": 200, "general": false, "intent": {"unreachable": {"code": "other", "words": "x"}}
        }))
        .unwrap();
        let found = |(severity, probe, only_probe): &(Severity, &str, bool)| {
            let finding = json!({
                "check": "state", "severity": severity, "message": "m", "expected": "", "actual": "", "contract": "", "answer": "",
                "citation": "", "probe": probe, "curl": "", "seen": 1, "tries": 1
            });
            let entry = json!({"id": probe, "trigger": "success", "status": 200, "fault": null, "effect": "nothing", "requests": 1});
            let probe: Option<CellProbe> = Some(serde_json::from_value(entry).unwrap());
            CellFinding { finding: serde_json::from_value::<Finding>(finding).unwrap(), probe, only_probe: *only_probe }
        };
        let beside: Vec<CellFinding> = beside.iter().map(found).collect();
        said(&contract(&json!({"responses": {"200": {"description": "all"}}}), &json!({})), &plan(Vec::new(), json!({})), Vec::new(), |input| {
            cell(&CellInputs::new(input, &[], true), &planned, beside)
        })
    }

    #[test]
    fn what_is_found_beside_its_probes_breaks_a_cell_or_stands_there() {
        let open = with_beside(&[]);
        assert_eq!((open.verdict, open.reason.as_deref()), (Verdict::Unreached, Some("x")));
        let warned = with_beside(&[(Severity::Should, "p", true)]);
        assert_eq!((warned.verdict, warned.reason.as_deref(), warned.findings.len()), (Verdict::Unreached, Some("x"), 1));
        let broken =
            with_beside(&[(Severity::Should, "p", true), (Severity::Must, "q", true), (Severity::Must, "r", false), (Severity::Must, "r", false)]);
        assert_eq!((broken.verdict, broken.reason, broken.findings.len()), (Verdict::Violates, None, 4));
        // A read that shows it is listed only where nothing else is; a request with drawn values is listed once.
        assert_eq!(broken.probes.iter().map(|probe| probe.id.as_str()).collect::<Vec<_>>(), ["p", "r"]);
    }

    #[test]
    fn a_cell_names_the_document_that_it_is_from() {
        let root = json!({"x-probity-source": "https://example.com/docs", "x-probity-general-responses": {"429": {"description": "too many"}}});
        let contract = contract(&json!({"x-probity-source": "https://example.com/docs/things"}), &root);
        let cell = |operation: &str, status: u16| json!({"operation": operation, "method": "GET", "path": "/things", "status": status, "general": false, "intent": {"probes": []}});
        let cells = json!([cell("things.list", 200), cell(WHOLE_SERVER, 429), cell("things.list", 418)]);
        let plan = crate::model::plan::Plan { cells: serde_json::from_value(cells).unwrap(), ..plan(Vec::new(), json!({})) };
        let sources: Vec<String> = said(&contract, &plan, Vec::new(), |input| judge(input).cells.into_iter().map(|cell| cell.source).collect());
        assert_eq!(sources, ["https://example.com/docs/things", "https://example.com/docs", ""]);
    }
}
