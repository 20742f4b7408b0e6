//! `probity judge`, and the end of every run: judge, report, exit code.

use std::path::Path;

use super::earlier_runs::EarlierRuns;
use super::observer::{Conclusion, Observer};
use super::options::JudgeOptions;
use super::retention::Retention;
use super::target::{self, Specification};
use super::{atomic_file, finding_places, json_file};
use crate::judge::{
    Recording, accepted_alternatives, alternatives, count_tries, judge as judge_case, own_requests, sent, undocumented_members,
    withhold_session_bodies,
};
use crate::model::contract::WHOLE_SERVER;
use crate::model::plan::{Intent, Plan};
use crate::model::reason::Code;
use crate::model::report::{Cell, ContractName, NamedCell, Report, SCHEMA_VERSION, SentProbe, Target, Tool, Totals};
use crate::model::verdict::{Severity, Verdict};
use crate::report::{FORMATS, causes};
use crate::session::stop::Stop;

/// The longest recording that is read, in bytes: more than the answers of a run may take.
const LONGEST: u64 = 1024 * 1024 * 1024;

/// What breaks a run beside violations.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExitPolicy {
    /// Warnings.
    pub strict: bool,
    /// Cells without a proof.
    pub complete: bool,
}

/// What is done with the verdicts.
pub struct Purpose<'a> {
    /// Folder for the reports.
    pub out: &'a Path,
    /// What else breaks the run.
    pub exit_policy: ExitPolicy,
    /// What is kept of the run; `None` where its recording is there already.
    pub retention: Option<&'a Retention>,
}

/// Judges a saved recording again.
///
/// # Errors
/// The recording cannot be used, is of another contract, or the reports cannot be written.
pub fn judge(args: &JudgeOptions, observer: &dyn Observer) -> Result<Conclusion, Stop> {
    let recording = read_recording(&args.recording)?;
    if !recording.keep.is_all() {
        let (file, kept) = (args.recording.display(), recording.keep.describe());
        observer.note(&format!("{file} keeps {kept}: no body is judged again, and no cell conforms whose answer had one."));
    }
    let recording = recording.without_bodies();
    let specification = Specification::load(&args.files)?.with_checks(&args.reports.checks)?;
    let mut operations = recording.plan.cells.iter().map(|cell| &cell.operation).filter(|id| *id != WHOLE_SERVER).peekable();
    if operations.peek().is_some() && operations.all(|id| specification.contract.operation(id).is_none()) {
        let (file, title) = (args.recording.display(), &specification.contract.title);
        return Err(Stop::Unusable(format!(
            "{file}: {title:?} has none of its operations; name the contract of that run with --contract or --suite"
        )));
    }
    conclude(
        &specification,
        &recording,
        &Purpose { out: &args.reports.out, exit_policy: ExitPolicy { strict: args.reports.strict, complete: false }, retention: None },
        None,
        observer,
    )
}

/// The recording of an earlier run.
///
/// # Errors
/// The file is not readable, or is none.
pub(crate) fn read_recording(path: &Path) -> Result<Recording, Stop> {
    json_file::read(path, LONGEST, "recording of this version")
}

/// Judges a recording, writes the reports, prints the matrix, and says how it ended. What earlier runs have shown of cells that
/// this one left to a later one stands in the reports, too.
///
/// # Errors
/// A report cannot be rendered or written.
pub fn conclude(
    specification: &Specification,
    recording: &Recording,
    conclusion: &Purpose<'_>,
    earlier_runs: Option<&mut EarlierRuns>,
    observer: &dyn Observer,
) -> Result<Conclusion, Stop> {
    let redactor = conclusion.retention.and_then(|retention| retention.redactor(&specification.contract, recording));
    let told = assemble(specification, recording);
    let mut report = redactor.as_ref().map_or_else(|| told.clone(), |redactor| redactor.report(&told, recording));
    let own = report.clone();
    if let Some(earlier_runs) = &earlier_runs {
        earlier_runs.recall_cells(&mut report, &recording.plan);
        let totals = &report.totals;
        let sums = Totals::totals_of(&report.cells, totals.requests, totals.fixture_requests, totals.cleanup_requests);
        let Totals { not_selected, log_in_requests, resent_requests, .. } = *totals;
        report.totals = Totals { not_selected, log_in_requests, resent_requests, ..sums };
    }
    finding_places::add_to_report(&mut report, specification);
    report.causes = causes(&report);
    for format in FORMATS {
        if let Some(name) = format.file_name {
            atomic_file::write(&conclusion.out.join(name), &(format.render)(&report)?)?;
        }
    }
    if conclusion.retention.is_some() {
        let mut kept = redactor.as_ref().map_or_else(|| recording.clone(), |redactor| redactor.recording(recording));
        withhold_session_bodies(&mut kept);
        let text = serde_json::to_string(&kept).map_err(|error| Stop::Unusable(error.to_string()))?;
        atomic_file::write_private(&conclusion.out.join("recording.json"), &text)?;
    }
    // Last: what a run has shown is told, whatever becomes of what the next one should know.
    if let Some(Err(stop)) = earlier_runs.map(|earlier_runs| earlier_runs.record_run(&specification.suite, &own, recording)) {
        observer.note(&format!("warning: {stop}; the next run will not know what this one has shown"));
    }
    observer.reported(&report, conclusion.out);
    let postponed = recording.plan.cells.iter().zip(&report.cells).any(|(planned, cell)| {
        // What an earlier run has shown needs no later one.
        matches!(planned.intent, Intent::Postponed(_)) && cell.remembered.is_none()
    });
    Ok(match code(&report, conclusion.exit_policy) {
        Conclusion::Conforms if postponed => Conclusion::Inconclusive,
        code => code,
    })
}

/// The report of a recording.
pub fn assemble(specification: &Specification, recording: &Recording) -> Report {
    let hints = target::hints(&specification.suite, &specification.contract);
    let case = specification.case(&recording.plan, &recording.outcomes, &hints);
    let mut judgement = judge_case(&case);
    count_tries(&case, &recording.again, &mut judgement);
    let mut probes = sent(&recording.plan, &recording.outcomes);
    for round in &recording.again {
        probes.extend(sent(&round.plan, &round.outcomes).into_iter().map(|probe| SentProbe { purpose: "again".to_owned(), ..probe }));
    }
    let count = |purpose: &str| probes.iter().filter(|probe| probe.purpose == purpose).map(|probe| probe.requests).sum::<u64>();
    let all = probes.iter().map(|probe| probe.requests).sum();
    Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        suite: specification.suite.name.clone(),
        contract: ContractName { title: specification.contract.title.clone(), version: specification.contract.version.clone() },
        target: Target { url: recording.target.clone(), profile: recording.profile.clone() },
        started_at: recording.started_at.clone(),
        duration_ms: recording.duration_ms,
        seed: recording.seed,
        keep: recording.keep,
        totals: Totals {
            not_selected: recording.plan.not_selected,
            log_in_requests: recording.traces.log_ins,
            resent_requests: recording.traces.resent,
            ..Totals::totals_of(&judgement.cells, all, count("fixture"), count("cleanup"))
        },
        failed_commands: recording.traces.failed_commands.clone(),
        still_wrong: still_wrong(&recording.plan, &judgement.cells),
        cells: judgement.cells,
        findings: judgement.findings,
        causes: Vec::new(),
        undocumented: undocumented_members(&case),
        alternatives: alternatives(&case),
        found_requests: accepted_alternatives(&recording.again),
        own_requests: own_requests(&case),
        checks: specification.levels.clone(),
        probes,
        made: recording.traces.made.clone(),
        changed: recording.traces.changed.clone(),
        put_back: recording.traces.changed.iter().filter(|changed| changed.put_back).cloned().collect(),
        left: recording.traces.left.clone(),
        document_issues: specification.contract.issues.clone(),
    }
}

/// The cells by which the run was chosen and of which nothing was seen: they are as wrong as they were.
fn still_wrong(plan: &Plan, cells: &[Cell]) -> Vec<NamedCell> {
    let judged = |cell: &Cell| !matches!(cell.verdict, Verdict::Blocked | Verdict::Inconclusive | Verdict::Skipped | Verdict::Unreached);
    let is_judged = |operation: &str, status| cells.iter().any(|cell| cell.operation == operation && cell.status == status && judged(cell));
    let open = plan.failed.iter().filter(|(operation, status)| !is_judged(operation, *status));
    open.map(|(operation, status)| NamedCell { operation: operation.clone(), status: *status }).collect()
}

/// Whether a cell that was not reached is settled by another one: the contract lets the server choose between two statuses,
/// and the one that it chose is shown to conform.
fn is_settled(report: &Report, cell: &Cell) -> bool {
    let conforms =
        |status| report.cells.iter().any(|other| other.operation == cell.operation && other.status == status && other.verdict == Verdict::Conforms);
    cell.code == Some(Code::AllowedAsWell) && cell.probes.iter().filter_map(|probe| probe.status).any(conforms)
}

/// The exit code: what is broken weighs more than what is not known.
fn code(report: &Report, exit_policy: ExitPolicy) -> Conclusion {
    let of = |verdict| report.totals.of(verdict) > 0;
    let warned =
        report.findings.iter().chain(report.cells.iter().flat_map(|cell| &cell.findings)).any(|finding| finding.severity == Severity::Should);
    // A contradiction of the state may belong to no cell that was asked for.
    let broken = report.findings.iter().any(|finding| finding.severity == Severity::Must);
    let nothing_proved = ![Verdict::Conforms, Verdict::Held, Verdict::Waived].into_iter().any(of);
    if of(Verdict::Violates) || report.totals.inferred(Verdict::Violates) > 0 || broken || of(Verdict::StaleWaiver) || (exit_policy.strict && warned)
    {
        Conclusion::Violates
    } else if of(Verdict::Blocked)
        || of(Verdict::Inconclusive)
        || nothing_proved
        || report.left.iter().any(|left| left.removable)
        || !report.failed_commands.is_empty()
        || (exit_policy.complete
            && (of(Verdict::Skipped) || report.cells.iter().any(|cell| cell.verdict == Verdict::Unreached && !is_settled(report, cell))))
    {
        Conclusion::Inconclusive
    } else {
        Conclusion::Conforms
    }
}
