//! `probity run`: from arguments to reports.

use super::connection::Connection;
use super::earlier_runs;
use super::earlier_runs::Ledger;
use super::identity::refused_note;
use super::retention::Keeping;
use super::sending::{Command, Scene, Way, send_all};
use super::target::{self, Subject, Target};
use super::unanswered::{unless_lost, unless_silent};
use super::{atomic_file, clean, conclude, repeat};
use crate::execute::journal::{Answers, Journal, digest};
use crate::judge::{Recording, withhold};
use crate::model::journal::{Chronicle, Entry, Start};
use crate::model::keep::Keep;
use crate::model::text::one_line;
use crate::plan::renewed;
use crate::session::observer::{Conclusion, Observer};
use crate::session::options::RunOptions;
use crate::session::stop::{Stop, runtime};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Instant;

/// Plans, sends, judges and writes.
/// # Errors
/// Something must be fixed first, nothing is selected, or the target did not answer.
pub fn run(args: &RunOptions, observer: &dyn Observer) -> Result<Conclusion, Stop> {
    let subject = Subject::load(&args.scope.files)?;
    let files = &args.scope.files;
    if args.scope.target.is_none() && subject.suite.target.is_none() && (files.contract.is_some() || files.suite.is_some()) {
        // Whether a server of one's own was meant cannot be told; a gate in CI must not prove the mock.
        let hint = "--target URL or `target` in the suite for a server, or --target mock for the mock that is made from the contract";
        return Err(Stop::Unusable(format!("there is no target; name one: {hint}")));
    }
    let target = Target::of_run(args, &subject)?;
    let connection = Connection::new(&args.connection);
    let way = Command { args, target: &target, subject: &subject, connection: &connection, observer };
    atomic_file::try_out(&args.reports.out)?;
    let keeping = Keeping::of_run(args, &subject, &target)?;
    // To clean up needs every id that was answered.
    let answers = if args.fresh { Answers::All } else { Answers::OfUnended };
    let mut ledger = Ledger::for_run(&args.scope, &target, &subject, answers, observer)?;
    if args.fresh {
        ledger = clean::start_over(&way, ledger)?;
    }
    ledger.memory.forget_beyond(keeping.level);
    let (mut recording, journal) = match record_with(&way, &ledger) {
        Ok(recorded) => recorded,
        Err(stop) => {
            // A run that comes to no report has ended as well.
            ledger.reduce(&subject.contract, &keeping)?;
            return Err(stop);
        }
    };
    repeat::again(&way, &mut ledger, &keeping, &mut recording)?;
    let demand = conclude::Demand { strict: args.reports.strict, complete: args.require_complete };
    withhold(&subject.contract, &subject.suite, &mut recording);
    let conclusion = conclude::Purpose { out: &args.reports.out, demand, keeping: Some(&keeping) };
    let code = conclude::conclude(&subject, &recording, &conclusion, Some(&mut ledger), observer)?;
    // Only now: whoever is killed before the reports are there tells everything again.
    if let Some(journal) = journal {
        journal.write(&Entry::Finished, true)?;
    }
    ledger.reduce(&subject.contract, &keeping)?;
    Ok(code)
}

/// Plans and sends, and returns everything that came of it. Nothing is remembered.
///
/// # Errors
/// Nothing is selected, credentials are missing, or the target did not answer at all.
pub fn record(args: &RunOptions, subject: &Subject, observer: &dyn Observer) -> Result<Recording, Stop> {
    let (target, connection) = (Target::of_run(args, subject)?, Connection::new(&args.connection));
    let command = Command { args, target: &target, subject, connection: &connection, observer };
    Ok(record_with(&command, &Ledger::default())?.0)
}

fn record_with(command: &Command<'_>, ledger: &Ledger) -> Result<(Recording, Option<Journal>), Stop> {
    let Command { args, target, subject, observer, .. } = *command;
    let started = Timestamp::now();
    let scene = Scene::set(command, ledger)?;
    observer.note(&target.introduction(&scene.options.permission));
    let mut shape = earlier_runs::shape(&args.scope, target, subject, &scene.options);
    if !args.connection.headers.is_empty() {
        shape.insert("--header".to_owned(), digest(&args.connection.headers.join("\n")));
    }
    let resumed = continued(ledger, &shape, observer);
    let mut planned = match resumed {
        Some(chronicle) => renewed(&subject.contract, &subject.schemas, chronicle),
        None => subject.plan(&scene.options)?,
    };
    let start = Start {
        started_at: started.to_string(),
        mark: scene.options.mark.clone(),
        contract: subject.contract.title.clone(),
        shape,
        files: subject.sources(&args.scope.files),
        plan: planned.clone(),
    };
    let started_at = resumed.map_or_else(|| started.to_string(), |chronicle| chronicle.start.started_at.clone());
    let clock = Instant::now();
    let sending = runtime("the run cannot start")?;
    let journal = ledger.journal(target, resumed, || start)?;
    let way = Way { command, ledger, scene: &scene, resumed, served: None };
    let carried = sending.block_on(send_all(&way, &planned, journal.as_ref()))?;
    let duration = clock.elapsed();
    let answered = unless_silent(target, &planned, &carried.outcomes).and_then(|()| unless_lost(target, subject, &planned, &carried.outcomes));
    if let (Err(_), Some(journal)) = (&answered, &journal) {
        // A run without an answer is none: the next one does not go on with it.
        journal.write(&Entry::Finished, true)?;
    }
    answered?;
    if let Some(note) = refused_note(subject, &planned, &carried.outcomes) {
        observer.note(&note);
    }
    planned.probes.extend(carried.added);
    planned.slots.extend(carried.slots);
    let recording = Recording {
        schema_version: crate::model::report::SCHEMA_VERSION,
        target: target.name().to_owned(),
        profile: target::profile(&args.scope.selection, target).to_owned(),
        started_at,
        duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        seed: args.scope.selection.seed,
        keep: Keep::All,
        files: subject.sources(&args.scope.files),
        plan: planned,
        outcomes: carried.outcomes,
        again: Vec::new(),
        traces: carried.traces,
    };
    Ok((recording, journal))
}

/// The run that this one continues. One that was cut off and cannot be continued is said to be so.
fn continued<'a>(ledger: &'a Ledger, shape: &BTreeMap<String, String>, observer: &dyn Observer) -> Option<&'a Chronicle> {
    let said = match ledger.unfinished(shape) {
        None => return None,
        Some(Ok(chronicle)) => {
            let answered = chronicle.times.len();
            observer.note(&format!(
                "Continuing the run of {}: {answered} requests were sent before it was cut off.",
                one_line(&chronicle.start.started_at)
            ));
            return Some(chronicle);
        }
        Some(Err(differ)) => one_line(&differ.join(", ")),
    };
    observer.note(&format!("A run that was cut off is not continued, because it was another one ({said}); `probity clean` removes what it left."));
    None
}
