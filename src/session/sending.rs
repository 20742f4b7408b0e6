//! Prepares a run, and sends a plan within its limits.

use super::connection::{Connection, Named, environment, for_a_server};
use super::earlier_runs::Ledger;
use super::identity::{accounts, headers};
use super::regressions;
use super::target::{self, Subject, Target};
use crate::execute::http::{Accounts, Client, OwnField, Permit, Wire};
use crate::execute::journal::Journal;
use crate::execute::{Carried, Event, Pasts, RemakeContext, Run, Settings};
use crate::model::contract::Method;
use crate::model::journal::{Chronicle, Entry, Start};
use crate::model::own_header::OwnHeader;
use crate::model::plan::{Credentials, Plan};
use crate::model::text::one_line;
use crate::plan::{Known, Options};
use crate::session::embedded_mock::Embedded;
use crate::session::observer::Observer;
use crate::session::options::RunOptions;
use crate::session::stop::Stop;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

/// Requests under way at once against a target on this machine.
const LOCAL_JOBS: usize = 8;
/// Between two looks whether a server answers at all.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);
/// The longest wait that a server may ask for and be believed, in seconds, where the contract knows no longer window: the
/// usual one, and a little more.
const LONGEST_WAIT: u64 = 1000;

/// What was asked for, where requests go, and who is told.
#[derive(Clone, Copy)]
pub(crate) struct Command<'a> {
    pub args: &'a RunOptions,
    pub target: &'a Target,
    pub subject: &'a Subject,
    pub connection: &'a Connection<'a>,
    pub observer: &'a dyn Observer,
}

/// Everything that the sending of a plan goes by.
pub(crate) struct Way<'a> {
    pub command: &'a Command<'a>,
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
    pub(crate) fn set(command: &Command<'_>, ledger: &Ledger) -> Result<Self, Stop> {
        let Command { args, target, subject, connection, observer } = *command;
        let RunOptions { scope, mock, .. } = args;
        if *target != Target::Mock && !mock.fault.is_empty() {
            return Err(Stop::Unusable("--fault breaks a promise of the embedded mock; leave out --target, or give it to `probity mock`".to_owned()));
        }
        if *target != Target::Mock && !mock.variant.is_empty() {
            return Err(Stop::Unusable("--variant makes the embedded mock another one; leave out --target, or give it to `probity mock`".to_owned()));
        }
        if *target == Target::Mock {
            for_a_server(&[("--live", scope.live)])?;
            connection.fits_the_embedded_mock()?;
        }
        let headers = headers(&args.connection.headers, &subject.suite, &subject.contract)?;
        let failed = regressions::known(scope, &subject.contract.title)?;
        let with = |options: Options| Options { regressions: failed, ..super::earlier_runs::within(options, scope, target, subject, ledger) };
        if *target == Target::Mock {
            let embedded = Embedded::prepare(subject, &mock.fault, &mock.variant)?;
            let mark = scope.selection.mark.clone().unwrap_or_else(|| format!("probity-{:x}", scope.selection.seed));
            let accounts = Accounts { headers: mock_fields(&headers), ..embedded.accounts() };
            let options = with(target::options(&scope.selection, target, &subject.suite, embedded.given(), accounts.schemes(), mark)?);
            return Ok(Self { options, accounts, embedded: Some(embedded) });
        }
        let named = Named::read(args.connection.credentials.as_deref())?;
        let lookup = |name: &str| named.get(name);
        named.check(&subject.suite, &headers, observer)?;
        let filter = scope.selection.operations.clone().or(&subject.suite.select);
        let accounts = accounts(subject, &filter, &headers, &lookup)?;
        let mut given: BTreeMap<String, Vec<Known>> = target::given(&subject.suite, &lookup);
        ledger.give(&subject.suite, &mut given);
        // Names must not meet those of an earlier run, and no one else can know them: by its mark the run knows its own.
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
    let journal = way.ledger.journal(way.command.target, way.resumed, || start)?;
    let carried = send_all(way, planned, journal.as_ref()).await?;
    if let Some(journal) = journal {
        journal.write(&Entry::Finished, true)?;
    }
    Ok(carried)
}

pub(crate) async fn send_all(way: &Way<'_>, planned: &Plan, journal: Option<&Journal>) -> Result<Carried, Stop> {
    let carried = sent(way, planned, journal).await;
    if let (Err(_), Some(journal), None) = (&carried, journal, way.resumed) {
        // Nothing was sent, so that there is nothing to go on with.
        journal.write(&Entry::Finished, true)?;
    }
    carried
}

async fn sent(way: &Way<'_>, planned: &Plan, journal: Option<&Journal>) -> Result<Carried, Stop> {
    let Way { command, ledger, scene, resumed, served } = *way;
    let Command { args, target, subject, connection, observer } = *command;
    let base = match (target, &scene.embedded) {
        _ if served.is_some() => served.unwrap_or_default().to_owned(),
        (Target::Server { base, .. }, _) => base.clone(),
        (Target::Mock, Some(embedded)) => embedded.serve(planned).await?.0,
        (Target::Mock, None) => return Err(Stop::Unusable("the embedded mock was not prepared".to_owned())),
    };
    let client = connection.client(*target == Target::Mock)?;
    let settings = Settings {
        budget: args.scope.budget.map(|budget| budget.saturating_sub(ledger.sent_before)),
        before: ledger.ages(),
        ..settings(&scene.options, args.jobs, target, subject, base)
    };
    let mark = resumed.map_or(scene.options.mark.clone(), |chronicle| chronicle.start.mark.clone());
    let pasts = resumed.map(Pasts::new);
    let revival = RemakeContext { contract: &subject.contract, schemas: &subject.schemas, plan: planned, mark: &mark, chronicle: resumed };
    let progress = observer.sending(planned, &settings.windows);
    let watch = |event: Event<'_>| progress.learn(event);
    let interrupted = observer.interruption(journal.is_some());
    let ends = args.max_time.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let stop = || interrupted() || ends.is_some_and(|end| Instant::now() >= end);
    let permit = Permit::new(&subject.contract, &subject.suite, scene.options.permission.clone(), &settings.base);
    if let (Some(seconds), Target::Server { base, .. }) = (args.wait, target) {
        until_answered(&client, base, &permit, Duration::from_secs(seconds), &stop, observer).await?;
    }
    let run = Run::new(&subject.contract, planned, (&client, &permit), &scene.accounts, &settings, &watch, &stop);
    let carried = run.journalled(journal).resuming(pasts.as_ref(), Some(&revival)).carry_out().await;
    progress.end();
    if let Some(chronicle) = resumed.filter(|chronicle| planned.probes.iter().any(|probe| probe.makes(planned) && chronicle.lost(&probe.id) > 0)) {
        observer.note(&format!(
            "The run of {} was cut off while it made something; `probity clean` looks whether it is there.",
            one_line(&chronicle.start.started_at)
        ));
    }
    Ok(carried)
}

/// Waits until the server answers anything at all.
async fn until_answered(
    client: &Client,
    base: &str,
    permit: &Permit<'_>,
    most: Duration,
    stop: &(dyn Fn() -> bool + Sync),
    observer: &dyn Observer,
) -> Result<(), Stop> {
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
            observer.note(&format!("Waiting for {base}: {}", one_line(&silence.reason)));
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
