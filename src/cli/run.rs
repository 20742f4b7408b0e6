//! `probity run`: from arguments to reports.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;

use super::args::RunArgs;
use super::mock::Embedded;
use super::target::{self, Subject, Target, environment};
use super::{Stop, judge};
use crate::domain::contract::Status;
use crate::domain::exchange::{Ending, Outcomes};
use crate::domain::plan::{Intent, Plan};
use crate::judge::Recording;
use crate::plan::{Known, Options, plan};
use crate::run::{Event, MOST_BURST, Run, Settings};
use crate::transport::{Accounts, Bounds, Client};

/// Requests under way at once against a target on this machine.
const LOCAL_JOBS: usize = 8;
/// The longest wait that a server elsewhere may ask for before its cells are given up, in seconds: a window of the usual
/// length, and a little more.
const LONGEST_WAIT: u64 = 1000;
/// The same for a server on this machine, in seconds.
const LONGEST_LOCAL_WAIT: u64 = 40;

/// Plans, sends, judges and writes.
pub fn run(args: &RunArgs) -> Result<u8, Stop> {
    let subject = Subject::load(&args.files)?;
    let recording = record(args, &subject)?;
    let demand = judge::Demand { strict: args.strict, complete: args.require_complete };
    let detail = args.full.then_some(crate::report::Detail::Full);
    judge::conclude(&subject, &recording, &judge::Conclusion { out: &args.out, demand, detail, keep: true })
}

/// Plans and sends, and returns everything that came of it.
///
/// # Errors
/// Nothing is selected, credentials are missing, or the target did not answer at all.
pub fn record(args: &RunArgs, subject: &Subject) -> Result<Recording, Stop> {
    let target = Target::parse(&args.target)?;
    let started = Timestamp::now();
    let mut scene = Scene::set(args, &target, subject, started)?;
    let planned = plan(&subject.contract, &subject.schemas, &subject.suite, &scene.options)?;
    let clock = Instant::now();
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Stop::Unusable(format!("the run cannot start: {error}")))?;
    let outcomes = runtime.block_on(carry_out(args, &target, subject, &mut scene, &planned))?;
    let duration = clock.elapsed();
    unless_silent(&target, &planned, &outcomes)?;
    unless_lost(&target, subject, &planned, &outcomes)?;
    Ok(Recording {
        schema_version: crate::domain::report::SCHEMA_VERSION,
        target: target.name().to_owned(),
        profile: target::profile(&args.selection, &target).to_owned(),
        started_at: started.to_string(),
        duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        seed: args.selection.seed,
        plan: planned,
        outcomes,
        again: Vec::new(),
    })
}

/// What a run needs beside its plan.
struct Scene {
    options: Options,
    accounts: Accounts,
    /// The mock's own invention, when the target is the embedded one.
    embedded: Option<Embedded>,
}

impl Scene {
    fn set(args: &RunArgs, target: &Target, subject: &Subject, started: Timestamp) -> Result<Self, Stop> {
        let selection = &args.selection;
        if *target != Target::Mock && !args.fault.is_empty() {
            return Err(Stop::Unusable("--fault breaks a promise of the embedded mock; leave out --target, or give it to `probity mock`".to_owned()));
        }
        if *target != Target::Mock && !args.variant.is_empty() {
            return Err(Stop::Unusable("--variant makes the embedded mock another one; leave out --target, or give it to `probity mock`".to_owned()));
        }
        if *target == Target::Mock {
            let embedded = Embedded::prepare(subject, &args.fault, &args.variant)?;
            let mark = format!("probity-{:x}", selection.seed);
            let accounts = embedded.accounts();
            let mut options = target::options(selection, target, &subject.suite, embedded.given(), accounts.schemes(), mark)?;
            options.burst = MOST_BURST;
            return Ok(Self { options, accounts, embedded: Some(embedded) });
        }
        let accounts = target::accounts(subject, selection)?;
        let given: BTreeMap<String, Vec<Known>> = target::given(&subject.suite, &environment);
        // Names on a server of somebody's must not meet those of an earlier run.
        let mark = format!("probity-{:x}", started.as_millisecond() & 0xff_ffff_ffff);
        let mut options = target::options(selection, target, &subject.suite, given, accounts.schemes(), mark)?;
        options.burst = if target.is_local() { MOST_BURST } else { 0 };
        Ok(Self { options, accounts, embedded: None })
    }
}

async fn carry_out(args: &RunArgs, target: &Target, subject: &Subject, scene: &mut Scene, planned: &Plan) -> Result<Outcomes, Stop> {
    let base = match (target, &scene.embedded) {
        (Target::Server { base, .. }, _) => base.clone(),
        (Target::Mock, Some(embedded)) => embedded.serve(planned).await?.0,
        (Target::Mock, None) => return Err(Stop::Unusable("the embedded mock was not prepared".to_owned())),
    };
    let total = Duration::from_secs(args.timeout);
    let client = Client::new(Bounds { total, ..Bounds::default() }).map_err(|error| Stop::Unusable(error.to_string()))?;
    let settings = settings(args, target, subject, base);
    let progress = Progress::start(planned.probes.len());
    let watch = |event: Event<'_>| progress.learn(event);
    let stopped = interruption();
    let stop = || stopped.load(Ordering::Relaxed);
    let outcomes = Run::new(&subject.contract, planned, &client, &scene.accounts, &settings, &watch, &stop).carry_out().await;
    progress.end();
    Ok(outcomes)
}

fn settings(args: &RunArgs, target: &Target, subject: &Subject, base: String) -> Settings {
    let local = target.is_local();
    let windows = match (&args.window, local) {
        (written, _) if !written.is_empty() => written.clone(),
        (_, true) => Vec::new(),
        (_, false) => subject.contract.rate_limits.clone(),
    };
    Settings {
        base,
        jobs: args.jobs.map_or(if local { LOCAL_JOBS } else { 1 }, usize::from),
        poll: if local { Duration::from_millis(2) } else { Duration::from_secs(2) },
        patience: if local { Duration::from_secs(10) } else { Duration::from_mins(10) },
        budget: args.budget,
        windows,
        longest_wait: Duration::from_secs(match target {
            // The embedded mock lets the whole plan through, so a wait that it asks for is a fault.
            Target::Mock => 1,
            Target::Server { local: true, .. } => LONGEST_LOCAL_WAIT,
            Target::Server { local: false, .. } => LONGEST_WAIT,
        }),
    }
}

/// Becomes true at the first Ctrl-C; what the run made is still removed.
fn interruption() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            raised.store(true, Ordering::Relaxed);
        }
    });
    flag
}

/// A run that sent nothing has no report, nor has one whose target never answered.
fn unless_silent(target: &Target, planned: &Plan, outcomes: &Outcomes) -> Result<(), Stop> {
    let mut sent = outcomes.outcomes.iter().flat_map(|outcome| &outcome.exchanges).peekable();
    if sent.peek().is_none() {
        return Err(Stop::Nothing(format!("nothing was sent: {} (no report was written)", why_nothing(planned, outcomes))));
    }
    if sent.any(|exchange| exchange.answer.is_some()) {
        return Ok(());
    }
    let why = outcomes.outcomes.iter().find_map(|outcome| match &outcome.ending {
        Ending::Silent(reason) => Some(reason.as_str()),
        _ => None,
    });
    Err(Stop::Inconclusive(format!(
        "{} did not answer: {}; check that it is running and that --target is its base URL (no report was written)",
        target.name(),
        why.unwrap_or("no reason is known")
    )))
}

/// A server on which no path of the contract leads anywhere is most likely asked at the wrong place.
fn unless_lost(target: &Target, subject: &Subject, planned: &Plan, outcomes: &Outcomes) -> Result<(), Stop> {
    let valid = planned.probes.iter().filter(|probe| probe.fault.is_none());
    let answered: Vec<_> = valid.filter_map(|probe| Some((probe, outcomes.of(&probe.id)?.answer()?.status))).collect();
    // Some servers ask who wants to know before they say that there is nothing.
    let nowhere = answered.iter().all(|(_, status)| matches!(status.0, 401 | 404));
    let missing = answered.iter().any(|(probe, status)| *status == Status(404) && !probe.request.path.contains('{'));
    if *target == Target::Mock || !nowhere || !missing {
        return Ok(());
    }
    let servers = subject.contract.document.get("servers").and_then(Value::as_array).into_iter().flatten();
    let servers: Vec<&str> = servers.filter_map(|server| server.get("url")?.as_str()).collect();
    let known = if servers.is_empty() { String::new() } else { format!("; the servers of the contract are {}", servers.join(", ")) };
    Err(Stop::Unusable(format!(
        "{} has none of the paths that were asked for (404), so it is most likely not the base URL of the API{known} (no report was written)",
        target.name()
    )))
}

/// The first reason that kept a request back.
fn why_nothing(planned: &Plan, outcomes: &Outcomes) -> String {
    let withheld = outcomes.outcomes.iter().find_map(|outcome| match &outcome.ending {
        Ending::Withheld(reason) => Some(reason),
        Ending::Answered | Ending::Silent(_) => None,
    });
    let left_out = planned.cells.iter().find_map(|cell| match &cell.intent {
        Intent::Skipped(reason) | Intent::Unreachable(reason) => Some(reason),
        Intent::Probes(_) | Intent::Watched => None,
    });
    withheld.or(left_out).cloned().unwrap_or_else(|| "no request is planned".to_owned())
}

/// A bar on a terminal, nothing elsewhere.
struct Progress(indicatif::ProgressBar);

impl Progress {
    fn start(probes: usize) -> Self {
        let bar = indicatif::ProgressBar::new(probes as u64);
        if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} probes  {elapsed}  {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    fn learn(&self, event: Event<'_>) {
        match event {
            Event::Ended(_) => {
                self.0.inc(1);
                self.0.set_message("");
            }
            Event::Waiting(wait) => self.0.set_message(format!("waiting {} s for the rate limit", wait.as_secs().max(1))),
        }
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}
