//! `probity clean`: removes what interrupted runs have left behind.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::SecretString;

use super::connection::{Connection, NamedValues};
use super::earlier_runs::EarlierRuns;
use super::identity::{accounts, headers};
use super::observer::{Conclusion, Observer};
use super::options::CleanOptions;
use super::retention::Retention;
use super::sending;
use super::target::{self, Specification, Target};
use crate::execute::http::{Accounts, Permit};
use crate::execute::journal::Answers;
use crate::execute::{CleanUpResult, ExecutionSettings, Run};
use crate::model::effect::Permission;
use crate::model::filter::Filter;
use crate::model::journal::{Entry, JournalHistory, Sources};
use crate::model::plan::Plan;
use crate::model::text::one_line;
use crate::plan::PlanningOptions;
use crate::session::stop::{Stop, runtime};

/// Who cleans up what, and who is told.
#[derive(Clone, Copy)]
struct CleanUp<'a> {
    target: &'a Target,
    connection: &'a Connection<'a>,
    observer: &'a dyn Observer,
    /// Values that a command before the run has given. To clean up alone, none is run.
    variables: &'a BTreeMap<String, SecretString>,
}

/// Cleans up, and says what was done.
///
/// # Errors
/// Something must be fixed first, or the state folder cannot be used.
pub fn clean_up(args: &CleanOptions, observer: &dyn Observer) -> Result<Conclusion, Stop> {
    let specification = Specification::load(&args.files)?;
    specification.told.iter().for_each(|told| observer.note(told));
    let target = Target::connected(&args.target, specification.suite.live, args.connection.proxy.is_some())?;
    let connection = Connection::new(&args.connection);
    let variables = &BTreeMap::new();
    let sweep = CleanUp { target: &target, connection: &connection, observer, variables };
    if args.files.contract.is_none() && args.files.suite.is_none() {
        let others = EarlierRuns::open(&args.pace.state, &target, &specification, Answers::All, observer)?.sources_of_leftovers()?;
        if !others.is_empty() {
            return clean_other_contracts(args, &sweep, &others);
        }
    }
    let mut earlier_runs = EarlierRuns::open(&args.pace.state, &target, &specification, Answers::All, observer)?;
    let code = clean_up_contract(args, &sweep, &specification, &mut earlier_runs)?;
    let others = earlier_runs.contracts_with_leftovers()?;
    for title in &others {
        observer.result(&format!("A run with another contract, {title:?}, may have left something there: name it with --contract or --suite.\n"));
    }
    Ok(if others.is_empty() { code } else { Conclusion::Inconclusive })
}

/// Cleans up after runs with other contracts than the bundled one, each with the files that it was made with.
fn clean_other_contracts(args: &CleanOptions, sweep: &CleanUp<'_>, others: &[Sources]) -> Result<Conclusion, Stop> {
    let CleanUp { target, observer, .. } = *sweep;
    let mut code = Conclusion::Conforms;
    for files in others {
        let name = files.contract.as_ref().or(files.suite.as_ref()).map_or("the bundled contract", String::as_str);
        let specification = Specification::load_again(&args.files, files, &format!("a run with {name}"))?;
        let mut earlier_runs = EarlierRuns::open(&args.pace.state, target, &specification, Answers::All, observer)?;
        code = code.max(clean_up_contract(args, sweep, &specification, &mut earlier_runs)?);
    }
    Ok(code)
}

/// Cleans up after the runs with one contract, of whose answers nothing more is needed then than what is to be kept.
fn clean_up_contract(
    args: &CleanOptions,
    by: &CleanUp<'_>,
    specification: &Specification,
    earlier_runs: &mut EarlierRuns,
) -> Result<Conclusion, Stop> {
    let target = by.target;
    let windows = target::windows(&args.pace.window, target, &specification.contract);
    let (code, _) = remove_leftovers(by, specification, earlier_runs, &PlanningOptions { windows, ..PlanningOptions::default() })?;
    earlier_runs.reduce(&specification.contract, &Retention::of_target(None, &args.pace.state, specification, target)?)?;
    Ok(code)
}

/// Cleans up before a run that starts over.
///
/// # Errors
/// Credentials are missing, or the state folder cannot be used.
pub(super) fn start_over(command: &sending::SendCommand<'_>, mut earlier_runs: EarlierRuns) -> Result<EarlierRuns, Stop> {
    let sending::SendCommand { args, target, specification, connection, observer, outside } = *command;
    let by = CleanUp { target, connection, observer, variables: &outside.variables };
    let mut sent_before = 0;
    if *target != Target::Mock && !earlier_runs.journals.is_empty() {
        let windows = target::windows(&args.scope.pace.window, target, &specification.contract);
        (_, sent_before) = remove_leftovers(&by, specification, &earlier_runs, &PlanningOptions { windows, ..PlanningOptions::default() })?;
    }
    earlier_runs.forget_proved_cells()?;
    drop(earlier_runs);
    let mut earlier_runs = EarlierRuns::for_run(&args.scope, target, specification, Answers::OfUnended, observer)?;
    earlier_runs.sent_before = sent_before;
    Ok(earlier_runs)
}

/// Removes what is left; the exit code, and how many requests it took.
fn remove_leftovers(
    by: &CleanUp<'_>,
    specification: &Specification,
    earlier_runs: &EarlierRuns,
    options: &PlanningOptions,
) -> Result<(Conclusion, u64), Stop> {
    let CleanUp { target, connection, observer, variables } = *by;
    let Target::Server { base, .. } = target else {
        observer.result("Nothing is left: the embedded mock ends with its run.\n");
        return Ok((Conclusion::Conforms, 0));
    };
    let (mut left, mut sent) = (0, 0);
    for journal_history in &earlier_runs.journals {
        let open = !journal_history.cleaned
            && (!journal_history.finished
                || earlier_runs.journals_with_leftovers().iter().any(|one| one.start.started_at == journal_history.start.started_at));
        if !open {
            continue;
        }
        let named = NamedValues::read(connection.credentials())?.with(&specification.values).with(variables);
        let headers = headers(connection.headers(), &specification.suite, &specification.contract)?;
        named.check(&specification.suite, &headers, observer)?;
        let accounts = accounts(specification, &Filter::default(), &headers, &|name: &str| named.get(name))?;
        let before = earlier_runs.ages();
        let settings = ExecutionSettings { before, ..sending::settings(options, None, target, specification, base.clone()) };
        let runtime = runtime("cleaning up cannot start")?;
        let cleaned = runtime.block_on(one(specification, earlier_runs, journal_history, &accounts, &settings, by))?;
        sent += cleaned.sent;
        left += cleaned.left.iter().filter(|one| one.removable).count();
        print_cleaned(journal_history, &cleaned, observer);
    }
    if earlier_runs.journals.iter().all(|one| one.cleaned || one.finished) && left == 0 && earlier_runs.journals_with_leftovers().is_empty() {
        observer.result(&format!("Nothing that can be removed is left by runs with the contract {:?}.\n", specification.contract.title));
    }
    Ok((if left == 0 { Conclusion::Conforms } else { Conclusion::Inconclusive }, sent))
}

async fn one(
    specification: &Specification,
    earlier_runs: &EarlierRuns,
    journal_history: &JournalHistory,
    accounts: &Accounts,
    settings: &ExecutionSettings,
    by: &CleanUp<'_>,
) -> Result<CleanUpResult, Stop> {
    let CleanUp { connection, observer, .. } = *by;
    let client = connection.client(false)?;
    let plan: &Plan = &journal_history.start.plan;
    let progress = observer.sending(&Plan::default(), &settings.windows);
    let watch = |event: crate::execute::RunEvent<'_>| progress.on_event(event);
    // Asked to end, what is under way is ended, and the rest is left to the next time.
    let stop = observer.interruption(true);
    let journal = earlier_runs.reopen(journal_history)?;
    // What is left is the run's own, or it is not touched.
    let own = Permission { writes: true, effects: Some(BTreeSet::new()), disposable: false };
    let permit = Permit::new(&specification.contract, &specification.suite, own, &settings.base);
    let run = Run::new(&specification.contract, plan, (&client, &permit), accounts, settings, &watch, &stop).journalled(journal.as_ref());
    let cleaned = run.remove_orphans(&specification.schemas, journal_history).await;
    progress.end();
    if let Some(journal) = journal.filter(|_| cleaned.left.iter().all(|one| !one.removable)) {
        journal.write(&Entry::Cleaned, true)?;
    }
    Ok(cleaned)
}

fn print_cleaned(journal_history: &JournalHistory, cleaned: &CleanUpResult, observer: &dyn Observer) {
    let run = one_line(&format!("{} ({})", journal_history.start.started_at, journal_history.start.mark));
    observer.result(&format!("Run of {run}: {} requests to remove what it left.\n", cleaned.removed));
    for one in &cleaned.left {
        let id = if one.id.is_empty() { "(id not known)" } else { &one.id };
        let at = if one.address.is_empty() { String::new() } else { format!(" ({})", one.address) };
        observer.result(&format!("  {} is left: {}.\n", one_line(&format!("{} {id}{at}", one.kind)), one_line(&one.reason)));
    }
    for (kind, name) in &cleaned.unknown {
        let named = if name.is_empty() { "without a name of its own".to_owned() } else { format!("named {name}") };
        let what = one_line(&format!("{kind} {named}"));
        observer.result(&format!("  One of {what} may be there: the contract has no list to look it up in.\n"));
    }
}
