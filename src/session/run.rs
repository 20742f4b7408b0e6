//! `probity run`: from arguments to reports.

use super::connection::Connection;
use super::diff::{self, SavedRun};
use super::earlier_runs;
use super::earlier_runs::EarlierRuns;
use super::failed::failed_cells;
use super::identity::refused_note;
use super::retention::Retention;
use super::sending::{RunContext, SendCommand, SendSettings, send_all};
use super::suite_allowance::{Allowed, AllowedBy, allowed};
use super::suite_commands::CommandResults;
use super::target::{self, Specification, Target};
use super::unanswered::{refuse_if_silent, refuse_if_wrong_base};
use super::{atomic_file, clean, conclude, finding_repeats};
use crate::execute::journal::{Answers, Journal, digest};
use crate::judge::{Recording, withhold};
use crate::model::journal::{Entry, JournalHistory, Start};
use crate::model::keep::Keep;
use crate::model::report::RunTraces;
use crate::model::text::one_line;
use crate::plan::renewed;
use crate::report::{CHANGE_FORMATS, change_text};
use crate::session::observer::{Conclusion, Observer};
use crate::session::options::{DiffOptions, FailOn, RunOptions, Scope};
use crate::session::stop::{Stop, runtime};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Instant;

/// Plans, sends, judges and writes.
/// # Errors
/// Something must be fixed first, nothing is selected, or the target did not answer.
pub fn run(args: &RunOptions, observer: &dyn Observer) -> Result<Conclusion, Stop> {
    let specification = Specification::load(&args.scope.files)?.with_checks(&args.reports.checks)?;
    specification.told.iter().for_each(|told| observer.note(told));
    let files = &specification.files;
    if args.scope.target.is_none() && specification.suite.target.is_none() && (files.contract.is_some() || files.suite.is_some()) {
        // Whether a server of one's own was meant cannot be told; a gate in CI must not prove the mock.
        let hint = "--target URL or `target` in the suite for a server, or --target mock for the mock that is made from the contract";
        return Err(Stop::Unusable(format!("there is no target; name one: {hint}")));
    }
    // Before this run writes its own files, which may be the same ones.
    let baseline = args.baseline.as_deref().map(SavedRun::read).transpose()?;
    let target = Target::of_run(args, &specification)?;
    let (args, allowed) = &with_allowance(args, &target, &specification)?;
    if allowed.by == AllowedBy::Suite {
        observer.note(&format!("{}.", allowed.sentence()));
    }
    let connection = Connection::new(&args.connection);
    atomic_file::try_out(&args.reports.out)?;
    if args.scope.selection.failed {
        // Where there is nothing to ask for, no command is run either.
        failed_cells(&args.reports.out, &specification.contract, args.reports.strict)?;
    }
    let outside = CommandResults::before_run(&specification, &target, args.scope.no_hooks, observer)?;
    let way = SendCommand { args, target: &target, specification: &specification, connection: &connection, observer, outside: &outside };
    outside.after_run(prepared(&way, baseline.as_ref()), observer)
}

/// The options with what the suite allows for this server, where they do not say it themselves.
///
/// # Errors
/// The suite allows what cannot be meant.
pub(super) fn with_allowance(args: &RunOptions, target: &Target, specification: &Specification) -> Result<(RunOptions, Allowed), Stop> {
    let (selection, allowed) = allowed(&args.scope.selection, target, specification)?;
    let scope = Scope { selection, ..args.scope.clone() };
    Ok((RunOptions { scope, ..args.clone() }, allowed))
}

/// The run, once everything around it is there.
fn prepared(command: &SendCommand<'_>, baseline: Option<&SavedRun>) -> Result<Conclusion, Stop> {
    let SendCommand { args, target, specification, observer, .. } = *command;
    let retention = Retention::of_run(args, specification, target)?;
    // To clean up needs every id that was answered.
    let answers = if args.fresh { Answers::All } else { Answers::OfUnended };
    let mut earlier_runs = EarlierRuns::for_run(&args.scope, target, specification, answers, observer)?;
    if args.fresh {
        earlier_runs = clean::start_over(command, earlier_runs)?;
    }
    earlier_runs.memory.forget_beyond(retention.level);
    let (mut recording, journal) = match record_with(command, &earlier_runs) {
        Ok(recorded) => recorded,
        Err(stop) => {
            // A run that comes to no report has ended as well.
            earlier_runs.reduce(&specification.contract, &retention)?;
            return Err(stop);
        }
    };
    finding_repeats::again(command, &mut earlier_runs, &retention, &mut recording)?;
    let exit_policy = conclude::ExitPolicy { strict: args.reports.strict, complete: args.require_complete };
    withhold(&specification.contract, &specification.suite, &mut recording);
    let conclusion = conclude::Purpose { out: &args.reports.out, exit_policy, retention: Some(&retention) };
    let code = conclude::conclude(specification, &recording, &conclusion, Some(&mut earlier_runs), observer)?;
    // Only now: whoever is killed before the reports are there tells everything again.
    if let Some(journal) = journal {
        journal.write(&Entry::Finished, true)?;
    }
    earlier_runs.reduce(&specification.contract, &retention)?;
    match baseline {
        Some(baseline) => Ok(worse_of(code, since(baseline, args, observer)?)),
        None => Ok(code),
    }
}

/// Compares what the run has written with an older run, writes and tells what changed, and says what it amounts to.
fn since(baseline: &SavedRun, args: &RunOptions, observer: &dyn Observer) -> Result<Conclusion, Stop> {
    let options = DiffOptions { clients: args.clients, fail_on: Some(args.fail_on.unwrap_or(FailOn::Breaking)), ..DiffOptions::default() };
    let found = diff::compare(baseline, &SavedRun::read(&args.reports.out)?, &options)?;
    for format in CHANGE_FORMATS {
        if let Some(name) = format.file_name {
            atomic_file::write(&args.reports.out.join(name), &(format.render)(&found)?)?;
        }
    }
    observer.result(&change_text(&found, false));
    Ok(diff::conclusion(&found, options.fail_on))
}

/// The worse of two conclusions: a violation, then what is not known.
fn worse_of(one: Conclusion, other: Conclusion) -> Conclusion {
    let either = |conclusion| one == conclusion || other == conclusion;
    match () {
        () if either(Conclusion::Violates) => Conclusion::Violates,
        () if either(Conclusion::Inconclusive) => Conclusion::Inconclusive,
        () => Conclusion::Conforms,
    }
}

/// Plans and sends, and returns everything that came of it. Nothing is remembered.
///
/// # Errors
/// Nothing is selected, credentials are missing, or the target did not answer at all.
pub fn record(args: &RunOptions, specification: &Specification, observer: &dyn Observer) -> Result<Recording, Stop> {
    let (target, connection) = (Target::of_run(args, specification)?, Connection::new(&args.connection));
    let outside = &CommandResults::default();
    let command = SendCommand { args, target: &target, specification, connection: &connection, observer, outside };
    Ok(record_with(&command, &EarlierRuns::default())?.0)
}

fn record_with(command: &SendCommand<'_>, earlier_runs: &EarlierRuns) -> Result<(Recording, Option<Journal>), Stop> {
    let SendCommand { args, target, specification, observer, .. } = *command;
    let started = Timestamp::now();
    let context = RunContext::set(command, earlier_runs)?;
    observer.note(&target.introduction(&context.options.permission));
    specification.left_out.iter().for_each(|line| observer.note(&format!("Left out of the file of log-ins: {line}.")));
    context.told.iter().for_each(|told| observer.note(told));
    let mut shape = earlier_runs::plan_decisions(&args.scope, target, specification, &context.options);
    if !args.connection.headers.is_empty() {
        shape.insert("--header".to_owned(), digest(&args.connection.headers.join("\n")));
    }
    let resumed = continued(earlier_runs, &shape, observer);
    let mut planned = match resumed {
        Some(journal_history) => renewed(&specification.contract, &specification.schemas, journal_history),
        None => specification.plan(&context.options)?,
    };
    let start = Start {
        started_at: started.to_string(),
        mark: context.options.mark.clone(),
        contract: specification.contract.title.clone(),
        shape,
        files: specification.sources(),
        plan: planned.clone(),
    };
    let started_at = resumed.map_or_else(|| started.to_string(), |journal_history| journal_history.start.started_at.clone());
    let clock = Instant::now();
    let sending = runtime("the run cannot start")?;
    let journal = earlier_runs.journal(target, resumed, || start)?;
    let way = SendSettings { command, earlier_runs, context: &context, resumed, served: None };
    let carried = sending.block_on(send_all(&way, &planned, journal.as_ref()))?;
    let duration = clock.elapsed();
    let answered =
        refuse_if_silent(target, &planned, &carried.outcomes).and_then(|()| refuse_if_wrong_base(target, specification, &planned, &carried.outcomes));
    if let (Err(_), Some(journal)) = (&answered, &journal) {
        // A run without an answer is none: the next one does not go on with it.
        journal.write(&Entry::Finished, true)?;
    }
    answered?;
    if let Some(note) = refused_note(specification, &planned, &carried.outcomes) {
        observer.note(&note);
    }
    planned.probes.extend(carried.added);
    planned.slots.extend(carried.slots);
    let recording = Recording {
        schema_version: crate::model::report::SCHEMA_VERSION,
        target: target.name().to_owned(),
        profile: target::permission_profile(&args.scope.selection, target).to_owned(),
        started_at,
        duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        seed: args.scope.selection.seed,
        keep: Keep::All,
        files: specification.sources(),
        plan: planned,
        outcomes: carried.outcomes,
        again: Vec::new(),
        traces: RunTraces { log_ins: carried.traces.log_ins + resumed.map_or(0, |journal_history| journal_history.log_ins), ..carried.traces },
    };
    Ok((recording, journal))
}

/// The run that this one continues. One that was cut off and cannot be continued is said to be so.
fn continued<'a>(earlier_runs: &'a EarlierRuns, shape: &BTreeMap<String, String>, observer: &dyn Observer) -> Option<&'a JournalHistory> {
    let said = match earlier_runs.unfinished(shape) {
        None => return None,
        Some(Ok(journal_history)) => {
            let answered = journal_history.times.len();
            observer.note(&format!(
                "Continuing the run of {}: {answered} requests were sent before it was cut off.",
                one_line(&journal_history.start.started_at)
            ));
            return Some(journal_history);
        }
        Some(Err(differ)) => one_line(&differ.join(", ")),
    };
    observer.note(&format!("A run that was cut off is not continued, because it was another one ({said}); `probity clean` removes what it left."));
    None
}
