//! `probity run`: from arguments to reports.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;

use super::connection::for_a_server;
use super::earlier_runs;
use super::earlier_runs::Ledger;
use super::identity::{accounts, tell_refused};
use super::retention::Keeping;
use super::target::{self, Subject, Target, environment};
use super::{atomic_file, clean, conclude, regressions, repeat};
use crate::cli::args::RunArgs;
use crate::cli::progress::{Progress, interruption};
use crate::execute::http::{Accounts, Client, OwnField, Permit, Wire};
use crate::execute::journal::{Answers, Journal, digest};
use crate::execute::{Carried, Event, Pasts, Revival, Run, Settings};
use crate::judge::{Recording, withhold};
use crate::model::contract::{Method, Status};
use crate::model::exchange::{Ending, Outcomes};
use crate::model::journal::{Chronicle, Entry, Start};
use crate::model::keep::Keep;
use crate::model::own_header::OwnHeader;
use crate::model::plan::{Credentials, Intent, Plan};
use crate::model::text::one_line;
use crate::plan::{Known, Options, renewed};
use crate::session::embedded_mock::Embedded;
use crate::session::stop::{Stop, runtime};

/// Requests under way at once against a target on this machine.
const LOCAL_JOBS: usize = 8;
/// Between two looks whether a server answers at all.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
/// The longest wait that a server may ask for and be believed, in seconds, where the contract knows no longer window: the
/// usual one, and a little more.
const LONGEST_WAIT: u64 = 1000;

/// Plans, sends, judges and writes.
pub fn run(args: &RunArgs) -> Result<u8, Stop> {
    let subject = Subject::load(&args.scope.files)?;
    let files = &args.scope.files;
    if args.scope.target.is_none() && subject.suite.target.is_none() && (files.contract.is_some() || files.suite.is_some()) {
        // Whether a server of one's own was meant, nobody can tell; a gate in CI must not prove the mock.
        let hint = "--target URL or `target` in the suite for a server, or --target mock for the mock that is made from the contract";
        return Err(Stop::Unusable(format!("there is no target; name one: {hint}")));
    }
    let target = Target::of_run(args, &subject)?;
    atomic_file::try_out(&args.reports.out)?;
    let keeping = Keeping::of_run(args, &subject, &target)?;
    // To clean up needs every id that was answered.
    let answers = if args.fresh { Answers::All } else { Answers::OfUnended };
    let mut ledger = Ledger::for_run(&args.scope, &target, &subject, answers)?;
    if args.fresh {
        ledger = clean::start_over(args, &target, &subject, ledger)?;
    }
    ledger.memory.forget_beyond(keeping.level);
    let (mut recording, journal) = match record_with(args, &subject, &target, &ledger) {
        Ok(recorded) => recorded,
        Err(stop) => {
            // A run that comes to no report has ended as well.
            ledger.reduce(&subject.contract, &keeping)?;
            return Err(stop);
        }
    };
    repeat::again(args, &subject, &target, &mut ledger, &keeping, &mut recording)?;
    let demand = conclude::Demand { strict: args.reports.strict, complete: args.require_complete };
    withhold(&subject.contract, &subject.suite, &mut recording);
    let detail = args.full.then_some(crate::report::Detail::Full);
    let conclusion = conclude::Conclusion { out: &args.reports.out, demand, detail, keeping: Some(&keeping) };
    let code = conclude::conclude(&subject, &recording, &conclusion, Some(&mut ledger))?;
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
pub fn record(args: &RunArgs, subject: &Subject) -> Result<Recording, Stop> {
    Ok(record_with(args, subject, &Target::of_run(args, subject)?, &Ledger::default())?.0)
}

fn record_with(args: &RunArgs, subject: &Subject, target: &Target, ledger: &Ledger) -> Result<(Recording, Option<Journal>), Stop> {
    let started = Timestamp::now();
    let scene = Scene::set(args, target, subject, ledger)?;
    anstream::eprintln!("{}", target.introduction(&scene.options.permission));
    let mut shape = earlier_runs::shape(&args.scope, target, subject, &scene.options);
    if !args.connection.headers.texts.is_empty() {
        shape.insert("--header".to_owned(), digest(&args.connection.headers.texts.join("\n")));
    }
    let resumed = continued(ledger, &shape);
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
    let way = Way { args, target, subject, ledger, scene: &scene, resumed, served: None };
    let carried = sending.block_on(send_all(&way, &planned, journal.as_ref()))?;
    let duration = clock.elapsed();
    let answered = unless_silent(target, &planned, &carried.outcomes).and_then(|()| unless_lost(target, subject, &planned, &carried.outcomes));
    if let (Err(_), Some(journal)) = (&answered, &journal) {
        // A run that nobody answered is none: the next one does not go on with it.
        journal.write(&Entry::Finished, true)?;
    }
    answered?;
    tell_refused(subject, &planned, &carried.outcomes);
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
fn continued<'a>(ledger: &'a Ledger, shape: &BTreeMap<String, String>) -> Option<&'a Chronicle> {
    let said = match ledger.unfinished(shape) {
        None => return None,
        Some(Ok(chronicle)) => {
            let answered = chronicle.times.len();
            anstream::eprintln!(
                "Continuing the run of {}: {answered} requests were sent before it was cut off.",
                one_line(&chronicle.start.started_at)
            );
            return Some(chronicle);
        }
        Some(Err(differ)) => one_line(&differ.join(", ")),
    };
    anstream::eprintln!("A run that was cut off is not continued, because it was another one ({said}); `probity clean` removes what it left.");
    None
}

/// Everything that a run goes by.
pub(crate) struct Way<'a> {
    pub args: &'a RunArgs,
    pub target: &'a Target,
    pub subject: &'a Subject,
    pub ledger: &'a Ledger,
    pub scene: &'a Scene,
    pub resumed: Option<&'a Chronicle>,
    /// Where the embedded mock is served already.
    pub served: Option<&'a str>,
}

/// What a run needs beside its plan.
pub(crate) struct Scene {
    pub options: Options,
    pub accounts: Accounts,
    /// The mock's own invention, when the target is the embedded one.
    pub embedded: Option<Embedded>,
}

impl Scene {
    pub(crate) fn set(args: &RunArgs, target: &Target, subject: &Subject, ledger: &Ledger) -> Result<Self, Stop> {
        let RunArgs { scope, twists, .. } = args;
        if *target != Target::Mock && !twists.fault.is_empty() {
            return Err(Stop::Unusable("--fault breaks a promise of the embedded mock; leave out --target, or give it to `probity mock`".to_owned()));
        }
        if *target != Target::Mock && !twists.variant.is_empty() {
            return Err(Stop::Unusable("--variant makes the embedded mock another one; leave out --target, or give it to `probity mock`".to_owned()));
        }
        if *target == Target::Mock {
            for_a_server(&[("--live", scope.live)])?;
            args.connection.fits_the_embedded_mock()?;
        }
        let headers = args.connection.headers.with(&subject.suite, &subject.contract)?;
        let failed = regressions::known(scope, &subject.contract.title)?;
        let with = |options: Options| Options { regressions: failed, ..target::within(options, scope, target, subject, ledger) };
        if *target == Target::Mock {
            let embedded = Embedded::prepare(subject, &twists.fault, &twists.variant)?;
            let mark = scope.selection.mark.clone().unwrap_or_else(|| format!("probity-{:x}", scope.selection.seed));
            let accounts = Accounts { headers: mock_fields(&headers), ..embedded.accounts() };
            let options = with(target::options(&scope.selection, target, &subject.suite, embedded.given(), accounts.schemes(), mark)?);
            return Ok(Self { options, accounts, embedded: Some(embedded) });
        }
        let named = args.connection.credentials.read()?;
        let lookup = |name: &str| named.get(name);
        named.check(&subject.suite, &headers)?;
        let filter = scope.selection.operations.filter().or(&subject.suite.select);
        let accounts = accounts(subject, &filter, &headers, &lookup)?;
        let mut given: BTreeMap<String, Vec<Known>> = target::given(&subject.suite, &lookup);
        ledger.give(&subject.suite, &mut given);
        // Names must not meet those of an earlier run, and nobody else can know them: by its mark the run knows its own.
        let mark = args.scope.selection.mark.clone().unwrap_or_else(random_mark);
        let options = with(target::options(&scope.selection, target, &subject.suite, given, accounts.schemes(), mark)?);
        Ok(Self { options, accounts, embedded: None })
    }
}

/// Header fields for the embedded mock, which needs no environment.
fn mock_fields(headers: &[OwnHeader]) -> Vec<OwnField> {
    let lookup = |name: &str| environment(name).or_else(|| Some(format!("mock-{name}")));
    headers.iter().map(|header| OwnField::new(header, &lookup)).collect()
}

/// A mark that no other run has.
fn random_mark() -> String {
    // The keys of the standard library's hash maps are drawn by the operating system.
    let drawn = RandomState::new().build_hasher().finish();
    format!("probity-{:010x}", drawn & 0xff_ffff_ffff)
}

/// Carries out a plan beside a run, and writes it down where a journal is kept.
pub(crate) async fn carry_out(way: &Way<'_>, planned: &Plan, start: Start) -> Result<Carried, Stop> {
    let journal = way.ledger.journal(way.target, way.resumed, || start)?;
    let carried = send_all(way, planned, journal.as_ref()).await?;
    if let Some(journal) = journal {
        journal.write(&Entry::Finished, true)?;
    }
    Ok(carried)
}

async fn send_all(way: &Way<'_>, planned: &Plan, journal: Option<&Journal>) -> Result<Carried, Stop> {
    let carried = sent(way, planned, journal).await;
    if let (Err(_), Some(journal), None) = (&carried, journal, way.resumed) {
        // Nothing was sent, so that there is nothing to go on with.
        journal.write(&Entry::Finished, true)?;
    }
    carried
}

async fn sent(way: &Way<'_>, planned: &Plan, journal: Option<&Journal>) -> Result<Carried, Stop> {
    let Way { args, target, subject, ledger, scene, resumed, served } = *way;
    let base = match (target, &scene.embedded) {
        _ if served.is_some() => served.unwrap_or_default().to_owned(),
        (Target::Server { base, .. }, _) => base.clone(),
        (Target::Mock, Some(embedded)) => embedded.serve(planned).await?.0,
        (Target::Mock, None) => return Err(Stop::Unusable("the embedded mock was not prepared".to_owned())),
    };
    let client = args.connection.client(*target == Target::Mock)?;
    let settings = Settings {
        budget: args.scope.budget.map(|budget| budget.saturating_sub(ledger.sent_before)),
        before: ledger.ages(),
        ..settings(&scene.options, args.jobs, target, subject, base)
    };
    let mark = resumed.map_or(scene.options.mark.clone(), |chronicle| chronicle.start.mark.clone());
    let pasts = resumed.map(Pasts::new);
    let revival = Revival { contract: &subject.contract, schemas: &subject.schemas, plan: planned, mark: &mark, chronicle: resumed };
    let progress = Progress::start(planned, &settings.windows);
    let watch = |event: Event<'_>| progress.learn(event);
    let interrupted = interruption(journal.is_some());
    let ends = args.max_time.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let stop = || interrupted() || ends.is_some_and(|end| Instant::now() >= end);
    let permit = Permit::new(&subject.contract, &subject.suite, scene.options.permission.clone(), &settings.base);
    if let (Some(seconds), Target::Server { base, .. }) = (args.wait, target) {
        until_answered(&client, base, &permit, Duration::from_secs(seconds), &stop).await?;
    }
    let run = Run::new(&subject.contract, planned, (&client, &permit), &scene.accounts, &settings, &watch, &stop);
    let carried = run.journalled(journal).resuming(pasts.as_ref(), Some(&revival)).carry_out().await;
    progress.end();
    if let Some(chronicle) = resumed.filter(|chronicle| planned.probes.iter().any(|probe| probe.makes(planned) && chronicle.lost(&probe.id) > 0)) {
        anstream::eprintln!(
            "The run of {} was cut off while it made something; `probity clean` looks whether it is there.",
            one_line(&chronicle.start.started_at)
        );
    }
    Ok(carried)
}

/// Waits until the server answers anything at all.
async fn until_answered(client: &Client, base: &str, permit: &Permit<'_>, most: Duration, stop: &(dyn Fn() -> bool + Sync)) -> Result<(), Stop> {
    let began = Instant::now();
    let request = Wire { method: Method::GET, url: format!("{base}/"), headers: Vec::new(), body: None };
    let asked = permit.check_reading(request, Credentials::None).map_err(|reason| Stop::Unusable(reason.words))?.unsigned();
    let mut told = false;
    loop {
        let Err(silence) = client.send(&asked).await else { return Ok(()) };
        if began.elapsed() >= most || stop() {
            return Err(Stop::Inconclusive(format!("{base} did not answer within {} s (--wait): {}", most.as_secs(), silence.reason)));
        }
        if !std::mem::replace(&mut told, true) {
            anstream::eprintln!("Waiting for {base}: {}", one_line(&silence.reason));
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// How a plan is carried out.
pub fn settings(options: &Options, jobs: Option<u16>, target: &Target, subject: &Subject, base: String) -> Settings {
    let local = target.is_local();
    let alone = !local || !options.windows.is_empty();
    let longest = subject.contract.rate_limits.iter().chain(&options.windows).map(|window| u64::from(window.seconds)).max();
    Settings {
        base,
        jobs: jobs.map_or(if alone { 1 } else { LOCAL_JOBS }, usize::from),
        poll: if local { Duration::from_millis(2) } else { Duration::from_secs(2) },
        patience: if local { Duration::from_secs(10) } else { Duration::from_mins(10) },
        budget: None,
        windows: options.windows.clone(),
        before: Vec::new(),
        longest_wait: Duration::from_secs(match target {
            // The embedded mock lets the whole plan through, so a wait that it asks for is a fault.
            Target::Mock if options.windows.is_empty() => 1,
            _ => longest.unwrap_or_default().max(LONGEST_WAIT),
        }),
        sweep: true,
    }
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
        Ending::Silent(reason) => Some(reason.words.as_str()),
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
        Ending::Withheld(reason) => Some(&reason.words),
        Ending::Answered | Ending::Silent(_) => None,
    });
    let left_out = planned.cells.iter().find_map(|cell| match &cell.intent {
        Intent::Skipped(reason) | Intent::Unreachable(reason) | Intent::Postponed(reason) => Some(&reason.words),
        Intent::Probes(_) | Intent::Watched => None,
    });
    withheld.or(left_out).cloned().unwrap_or_else(|| "no request is planned".to_owned())
}
