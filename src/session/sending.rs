//! Prepares a run, and sends a plan within its limits.

use super::connection::{Connection, NamedValues, environment, for_a_server};
use super::earlier_runs::EarlierRuns;
use super::failed::failed_cells;
use super::identity::{accounts, headers, unasked_private_note};
use super::suite_commands::CommandResults;
use super::target::{self, Specification, Target};
use super::{fetch, regressions};
use crate::execute::http::{Accounts, Client, OwnField, Permit, UnsignedRequest};
use crate::execute::journal::Journal;
use crate::execute::{EarlierExchanges, ExecutionResult, ExecutionSettings, RemakeContext, ResourceHooks, Run, RunEvent};
use crate::model::contract::Method;
use crate::model::journal::{Entry, JournalHistory, Start};
use crate::model::own_header::OwnHeader;
use crate::model::plan::{Credentials, Plan};
use crate::model::text::one_line;
use crate::plan::{GivenResource, KnownResources, PlanningOptions};
use crate::session::embedded_mock::EmbeddedMock;
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
pub(crate) struct SendCommand<'a> {
    pub args: &'a RunOptions,
    pub target: &'a Target,
    pub specification: &'a Specification,
    pub connection: &'a Connection<'a>,
    pub observer: &'a dyn Observer,
    /// What the commands of the suite have given.
    pub outside: &'a CommandResults,
}

/// Everything that the sending of a plan goes by.
pub(crate) struct SendSettings<'a> {
    pub command: &'a SendCommand<'a>,
    pub earlier_runs: &'a EarlierRuns,
    pub context: &'a RunContext,
    pub resumed: Option<&'a JournalHistory>,
    /// Where the embedded mock is served already.
    pub served: Option<&'a str>,
}

/// What a run needs beside its plan.
pub(crate) struct RunContext {
    pub options: PlanningOptions,
    pub accounts: Accounts,
    /// The mock's own invention, when the target is the embedded one.
    pub embedded: Option<EmbeddedMock>,
    /// Which run found wrong what is asked for, where only that is.
    pub told: Option<String>,
}

impl RunContext {
    pub(crate) fn set(command: &SendCommand<'_>, earlier_runs: &EarlierRuns) -> Result<Self, Stop> {
        let SendCommand { args, target, specification, connection, observer, outside } = *command;
        let RunOptions { scope, mock, .. } = args;
        if *target != Target::Mock && !mock.fault.is_empty() {
            return Err(Stop::Unusable("--fault breaks a promise of the embedded mock; leave out --target, or give it to `probity mock`".to_owned()));
        }
        if *target != Target::Mock && !mock.variant.is_empty() {
            return Err(Stop::Unusable("--variant makes the embedded mock another one; leave out --target, or give it to `probity mock`".to_owned()));
        }
        if *target == Target::Mock {
            for_a_server(&[("--live", scope.live)])?;
            let contract = args.scope.files.contract.as_deref().and_then(std::path::Path::to_str);
            connection.fits_the_embedded_mock(contract.is_some_and(fetch::is_address))?;
        }
        let headers = headers(&args.connection.headers, &specification.suite, &specification.contract)?;
        let failed = regressions::read_for_contract(scope, &specification.contract.title)?;
        let wrong = scope.selection.failed.then(|| failed_cells(&args.reports.out, &specification.contract, args.reports.strict)).transpose()?;
        let (told, wrong) = wrong.map(|wrong| (wrong.told, wrong.cells)).unzip();
        let with = |options: PlanningOptions| PlanningOptions {
            regressions: failed,
            failed: wrong,
            ..super::earlier_runs::with_limits(options, scope, target, specification, earlier_runs)
        };
        if *target == Target::Mock {
            let embedded = EmbeddedMock::prepare(specification, &mock.fault, &mock.variant)?;
            let mark = scope.selection.mark.clone().unwrap_or_else(|| format!("probity-{:x}", scope.selection.seed));
            let accounts = Accounts { headers: mock_fields(&headers), ..embedded.accounts() };
            let options =
                with(target::options(&scope.selection, target, &specification.suite, embedded.given_resources(), accounts.schemes(), mark)?);
            return Ok(Self { options, accounts, embedded: Some(embedded), told });
        }
        let named = NamedValues::read(args.connection.credentials.as_deref())?.with(&specification.values).with(&outside.variables);
        let lookup = |name: &str| named.get(name);
        named.check(&specification.suite, &headers, observer)?;
        let filter = scope.selection.operations.clone().or(&specification.suite.select);
        let accounts = accounts(specification, &filter, &headers, &lookup)?;
        if let Some(note) = unasked_private_note(specification, &accounts.schemes()) {
            observer.note(&note);
        }
        let mut given: BTreeMap<String, Vec<GivenResource>> = target::given_from_environment(&specification.suite, &lookup);
        for (kind, more) in &outside.given {
            given.entry(kind.clone()).or_default().extend(more.iter().cloned());
        }
        earlier_runs.add_given_jobs(&specification.suite, &mut given);
        // Names must not meet those of an earlier run, and no one else can know them: by its mark the run knows its own.
        let mark = args.scope.selection.mark.clone().unwrap_or_else(random_mark);
        let with = |options: PlanningOptions| PlanningOptions { not_given: outside.not_given.clone(), ..with(options) };
        let options = with(target::options(&scope.selection, target, &specification.suite, given, accounts.schemes(), mark)?);
        Ok(Self { options, accounts, embedded: None, told })
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
pub(crate) async fn carry_out(way: &SendSettings<'_>, planned: &Plan, start: Start) -> Result<ExecutionResult, Stop> {
    let journal = way.earlier_runs.journal(way.command.target, way.resumed, || start)?;
    let carried = send_all(way, planned, journal.as_ref()).await?;
    if let Some(journal) = journal {
        journal.write(&Entry::Finished, true)?;
    }
    Ok(carried)
}

pub(crate) async fn send_all(way: &SendSettings<'_>, planned: &Plan, journal: Option<&Journal>) -> Result<ExecutionResult, Stop> {
    let carried = sent(way, planned, journal).await;
    if let (Err(_), Some(journal), None) = (&carried, journal, way.resumed) {
        // Nothing was sent, so that there is nothing to go on with.
        journal.write(&Entry::Finished, true)?;
    }
    carried
}

async fn sent(way: &SendSettings<'_>, planned: &Plan, journal: Option<&Journal>) -> Result<ExecutionResult, Stop> {
    let SendSettings { command, earlier_runs, context, resumed, served } = *way;
    let SendCommand { args, target, specification, connection, observer, outside } = *command;
    let base = match (target, &context.embedded) {
        _ if served.is_some() => served.unwrap_or_default().to_owned(),
        (Target::Server { base, .. }, _) => base.clone(),
        (Target::Mock, Some(embedded)) => embedded.serve(planned).await?.0,
        (Target::Mock, None) => return Err(Stop::Unusable("the embedded mock was not prepared".to_owned())),
    };
    let client = connection.client(*target == Target::Mock)?;
    let mark = resumed.map_or(context.options.mark.clone(), |journal_history| journal_history.start.mark.clone());
    let settings = ExecutionSettings {
        budget: args.scope.budget.map(|budget| budget.saturating_sub(earlier_runs.sent_before)),
        before: earlier_runs.ages(),
        hooks: ResourceHooks { mark: mark.clone(), ..outside.hooks.clone() },
        ..settings(&context.options, args.jobs, target, specification, base)
    };
    let pasts = resumed.map(EarlierExchanges::new);
    let revival =
        RemakeContext { contract: &specification.contract, schemas: &specification.schemas, plan: planned, mark: &mark, journal_history: resumed };
    let progress = observer.sending(planned, &settings.windows);
    let watch = |event: RunEvent<'_>| progress.on_event(event);
    let interrupted = observer.interruption(journal.is_some());
    let ends = args.max_time.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let stop = || interrupted() || ends.is_some_and(|end| Instant::now() >= end);
    let permit = Permit::new(&specification.contract, &specification.suite, context.options.permission.clone(), &settings.base);
    if let (Some(seconds), Target::Server { base, .. }) = (args.wait, target) {
        until_answered(&client, base, &permit, Duration::from_secs(seconds), &stop, observer).await?;
    }
    let run = Run::new(&specification.contract, planned, (&client, &permit), &context.accounts, &settings, &watch, &stop);
    let carried = run.journalled(journal).resuming(pasts.as_ref(), Some(&revival)).send_everything().await;
    progress.end();
    let may_have_made = |journal_history: &&JournalHistory| {
        let known = KnownResources::replayed(None, journal_history);
        planned.probes.iter().any(|probe| probe.makes(planned) && known.unanswered(&probe.id) > 0)
    };
    if let Some(journal_history) = resumed.filter(may_have_made) {
        observer.note(&format!(
            "The run of {} was cut off while it made something; `probity clean` looks whether it is there.",
            one_line(&journal_history.start.started_at)
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
    let request = UnsignedRequest { method: Method::GET, url: format!("{base}/"), headers: Vec::new(), body: None };
    let asked = permit.check_reading(request, Credentials::None).map_err(|reason| Stop::Unusable(reason.to_string()))?.unsigned();
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
pub fn settings(options: &PlanningOptions, jobs: Option<u16>, target: &Target, specification: &Specification, base: String) -> ExecutionSettings {
    let local = target.is_local();
    let alone = !local || !options.windows.is_empty();
    let longest = specification.contract.rate_limits.iter().chain(&options.windows).map(|window| u64::from(window.seconds)).max();
    ExecutionSettings {
        base,
        jobs: jobs.map_or(if alone { 1 } else { LOCAL_JOBS }, usize::from),
        poll: if local { Duration::from_millis(2) } else { Duration::from_secs(2) },
        patience: if local { Duration::from_secs(10) } else { Duration::from_mins(10) },
        budget: None,
        windows: options.windows.clone(),
        before: Vec::new(),
        hooks: ResourceHooks::default(),
        longest_wait: Duration::from_secs(match target {
            // The embedded mock lets the whole plan through, so a wait that it asks for is a fault.
            Target::Mock if options.windows.is_empty() => 1,
            _ => longest.unwrap_or_default().max(LONGEST_WAIT),
        }),
        sweep: true,
    }
}
