//! `probity replay`: sends one probe of the last run again, with what it needs, and shows the exchange.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::Timestamp;

use super::connection::Connection;
use super::observer::{Conclusion, Observer};
use super::options::ReplayOptions;
use crate::execute::journal::Answers;
use crate::judge::Recording;
use crate::judge::judge;
use crate::model::exchange::{AnswerContent, Ending, Exchange, Outcome};
use crate::model::filter::Filter;
use crate::model::journal::Start;
use crate::model::plan::{Plan, ProbeId};
use crate::model::verdict::Severity;
use crate::plan::{PlanningOptions, closure};
use crate::report::{finding_text, safe_for_terminal};
use crate::session::earlier_runs::EarlierRuns;
use crate::session::finding_places::add_to_findings;
use crate::session::retention::Retention;
use crate::session::run::with_allowance;
use crate::session::sending::{RunContext, SendCommand, SendSettings, carry_out};
use crate::session::stop::{Stop, runtime};
use crate::session::suite_commands::CommandResults;
use crate::session::target;
use crate::session::target::{Specification, Target};

/// Probes that are near to an unknown name.
const NEAR: usize = 3;

/// Sends the probe, and says how it ended: 1 when it breaks the contract (with --strict, when it is warned of as well), 3 when no
/// answer came.
///
/// # Errors
/// The probe is not in the recording, or cannot be sent.
pub fn replay(args: &ReplayOptions, recording: &Recording, observer: &dyn Observer) -> Result<Conclusion, Stop> {
    if recording.plan.probe(&args.probe).is_none() {
        let near = similar_probes(&recording.plan, &args.probe);
        return Err(Stop::Unusable(format!("{} has no probe {:?}; near are {}", args.recording.display(), args.probe, near.join(", "))));
    }
    let mut run = args.run.clone();
    if let Some(other) = run.scope.target.as_ref().filter(|other| other.trim_end_matches('/') != recording.target) {
        let file = args.recording.display();
        return Err(Stop::Unusable(format!(
            "{file} is of {}, not of {other}; leave out --target, or give the recording of that target",
            recording.target
        )));
    }
    run.scope.target = Some(recording.target.clone());
    run.scope.selection.seed = recording.seed;
    // The probe is named.
    run.scope.selection.failed = false;
    let specification =
        Specification::load_again(&run.scope.files, &recording.files, &args.recording.display().to_string())?.with_checks(&run.reports.checks)?;
    let target = Target::of_run(&run, &specification)?;
    let (run, _) = with_allowance(&run, &target, &specification)?;
    let connection = Connection::new(&run.connection);
    let outside = CommandResults::before_run(&specification, &target, run.scope.no_hooks, observer)?;
    let command = SendCommand { args: &run, target: &target, specification: &specification, connection: &connection, observer, outside: &outside };
    outside.after_run(sent_again(args, &command, recording), observer)
}

/// Sends the probe once everything around it is there.
fn sent_again(args: &ReplayOptions, command: &SendCommand<'_>, recording: &Recording) -> Result<Conclusion, Stop> {
    let SendCommand { specification, observer, .. } = *command;
    let context = RunContext::set(command, &EarlierRuns::default())?;
    let (part, probe) = part(specification, &context.options, &recording.plan, &args.probe)?;
    let runtime = runtime("it cannot be sent")?;
    let outcomes = runtime.block_on(send(command, &context, &part))?;
    let Some(outcome) = outcomes.of(&probe) else { return Err(Stop::Inconclusive(format!("{probe} was not sent"))) };
    observer.result(&safe_for_terminal(&exchanges_text(&part, outcome)));
    let hints = target::hints(&specification.suite, &specification.contract);
    let judgement = judge(&specification.case(&part, &outcomes, &hints));
    let mut found: Vec<_> = judgement.into_findings().filter(|one| one.probe == probe).collect();
    add_to_findings(&mut found, specification);
    for finding in &found {
        observer.result(&format!("\n{}\n", finding_text(finding, false)));
    }
    Ok(match &outcome.ending {
        _ if found.iter().any(|finding| finding.severity == Severity::Must || args.run.reports.strict) => Conclusion::Violates,
        Ending::Answered => Conclusion::Conforms,
        Ending::Silent(_) | Ending::Withheld(_) => Conclusion::Inconclusive,
    })
}

async fn send(command: &SendCommand<'_>, context: &RunContext, part: &Plan) -> Result<crate::model::exchange::Outcomes, Stop> {
    let SendCommand { args: run, target, specification, observer, .. } = *command;
    let mut earlier_runs = EarlierRuns::for_run(&run.scope, target, specification, Answers::None, observer)?;
    let shape = BTreeMap::from([("replay".to_owned(), String::new())]);
    let start = Start {
        started_at: Timestamp::now().to_string(),
        mark: context.options.mark.clone(),
        contract: specification.contract.title.clone(),
        shape,
        files: specification.sources(),
        plan: part.clone(),
    };
    let carried = carry_out(&SendSettings { command, earlier_runs: &earlier_runs, context, resumed: None, served: None }, part, start).await?;
    earlier_runs.reduce(&specification.contract, &Retention::of_run(run, specification, target)?)?;
    Ok(carried.outcomes)
}

/// The part of a new plan that sends the probe again, and its name in it. What was drawn is not drawn again but repeated.
fn part(specification: &Specification, options: &PlanningOptions, recorded: &Plan, probe: &str) -> Result<(Plan, ProbeId), Stop> {
    let drawn = recorded.drawn.get(probe).cloned();
    let only = recorded.probe(probe).map(|probe| probe.operation.clone()).filter(|_| drawn.is_some());
    let options = PlanningOptions {
        filter: Filter { only: only.into_iter().collect(), ..Filter::default() },
        windows: Vec::new(),
        budget: None,
        cases: 0,
        regressions: drawn.into_iter().collect(),
        ..options.clone()
    };
    let whole = specification.plan(&options)?;
    let same = if options.regressions.is_empty() { whole.probe(probe).map(|probe| probe.id.clone()) } else { whole.drawn.keys().next().cloned() };
    let same = same.ok_or_else(|| Stop::Unusable(format!("{probe} is not planned under these arguments; give those of the run as well")))?;
    // What contradicts itself does so only when all of it is done again.
    Ok((closure(&whole, std::slice::from_ref(&same), &[]), same))
}

fn similar_probes<'a>(plan: &'a Plan, name: &str) -> Vec<&'a str> {
    let mut ids: Vec<&str> = plan.probes.iter().map(|probe| probe.id.as_str()).collect();
    ids.sort_by(|one, other| strsim::jaro_winkler(name, other).total_cmp(&strsim::jaro_winkler(name, one)));
    ids.truncate(NEAR);
    ids
}

/// The requests and answers of a probe, as they would stand on the wire; credentials are left out.
fn exchanges_text(part: &Plan, outcome: &Outcome) -> String {
    let mut text = String::new();
    let others = part.probes.len() - 1;
    let _ = writeln!(text, "{}, with {others} other requests that it needs", outcome.probe);
    for Exchange { request, answer } in &outcome.exchanges {
        let _ = writeln!(text, "\n> {} {}", request.method, request.url);
        fields(&mut text, '>', &request.headers);
        body(&mut text, '>', request.body.as_deref());
        let Some(answer) = answer else { continue };
        let _ = writeln!(text, "\n< {} ({} ms)", answer.status, answer.millis);
        fields(&mut text, '<', &answer.headers);
        let written = match &answer.body {
            AnswerContent::Empty => None,
            AnswerContent::Json(value) => serde_json::to_string_pretty(value).ok(),
            AnswerContent::Text(text) | AnswerContent::Xml { text, .. } => Some(text.clone()),
            AnswerContent::Bytes(count) => Some(format!("({count} bytes that are no text)")),
            AnswerContent::TooLong(count) => Some(format!("(more than {count} bytes)")),
            AnswerContent::Unread(reason) | AnswerContent::Withheld(reason) => Some(format!("({reason})")),
        };
        body(&mut text, '<', written.as_deref());
    }
    match &outcome.ending {
        Ending::Answered => {}
        Ending::Silent(reason) => {
            let _ = writeln!(text, "\nNo answer: {reason}");
        }
        Ending::Withheld(reason) => {
            let _ = writeln!(text, "\nNot sent: {reason}");
        }
    }
    text
}

fn fields(text: &mut String, side: char, headers: &[(String, String)]) {
    for (name, value) in headers {
        let _ = writeln!(text, "{side} {name}: {value}");
    }
}

fn body(text: &mut String, side: char, body: Option<&str>) {
    for line in body.into_iter().flat_map(str::lines) {
        let _ = writeln!(text, "{side}   {line}");
    }
}
