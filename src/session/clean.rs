//! `probity clean`: removes what interrupted runs have left behind.

use std::collections::BTreeSet;

use super::connection::{Connection, Named};
use super::earlier_runs::Ledger;
use super::identity::{accounts, headers};
use super::observer::{Conclusion, Observer};
use super::options::CleanOptions;
use super::retention::Keeping;
use super::sending;
use super::target::{self, Subject, Target};
use crate::execute::http::{Accounts, Permit};
use crate::execute::journal::Answers;
use crate::execute::{Cleaned, Run, Settings};
use crate::model::effect::Permission;
use crate::model::filter::Filter;
use crate::model::journal::{Chronicle, Entry, Sources};
use crate::model::plan::Plan;
use crate::model::text::one_line;
use crate::plan::Options;
use crate::session::stop::{Stop, runtime};

/// Who cleans up what, and who is told.
#[derive(Clone, Copy)]
struct Sweep<'a> {
    target: &'a Target,
    connection: &'a Connection<'a>,
    observer: &'a dyn Observer,
}

/// Cleans up, and says what was done.
///
/// # Errors
/// Something must be fixed first, or the state folder cannot be used.
pub fn clean(args: &CleanOptions, observer: &dyn Observer) -> Result<Conclusion, Stop> {
    let subject = Subject::load(&args.files)?;
    let target = Target::connected(&args.target, subject.suite.live, args.connection.proxy.is_some())?;
    let connection = Connection::new(&args.connection);
    let sweep = Sweep { target: &target, connection: &connection, observer };
    if args.files.contract.is_none() && args.files.suite.is_none() {
        let others = Ledger::open(&args.pace.state, &target, &subject, Answers::All, observer)?.made_with()?;
        if !others.is_empty() {
            return each(args, &sweep, &others);
        }
    }
    let mut ledger = Ledger::open(&args.pace.state, &target, &subject, Answers::All, observer)?;
    let code = swept(args, &sweep, &subject, &mut ledger)?;
    let others = ledger.uncleaned_elsewhere()?;
    for title in &others {
        observer.result(&format!("A run with another contract, {title:?}, may have left something there: name it with --contract or --suite.\n"));
    }
    Ok(if others.is_empty() { code } else { Conclusion::Inconclusive })
}

/// Cleans up after runs with other contracts than the bundled one, each with the files that it was made with.
fn each(args: &CleanOptions, sweep: &Sweep<'_>, others: &[Sources]) -> Result<Conclusion, Stop> {
    let Sweep { target, observer, .. } = *sweep;
    let mut code = Conclusion::Conforms;
    for files in others {
        let name = files.contract.as_ref().or(files.suite.as_ref()).map_or("the bundled contract", String::as_str);
        let subject = Subject::load_again(&args.files, files, &format!("a run with {name}"))?;
        let mut ledger = Ledger::open(&args.pace.state, target, &subject, Answers::All, observer)?;
        code = code.max(swept(args, sweep, &subject, &mut ledger)?);
    }
    Ok(code)
}

/// Cleans up after the runs with one contract, of whose answers nothing more is needed then than what is to be kept.
fn swept(args: &CleanOptions, by: &Sweep<'_>, subject: &Subject, ledger: &mut Ledger) -> Result<Conclusion, Stop> {
    let target = by.target;
    let windows = target::windows(&args.pace.window, target, &subject.contract);
    let (code, _) = sweep(by, subject, ledger, &Options { windows, ..Options::default() })?;
    ledger.reduce(&subject.contract, &Keeping::of_target(None, &args.pace.state, subject, target)?)?;
    Ok(code)
}

/// Cleans up before a run that starts over.
///
/// # Errors
/// Credentials are missing, or the state folder cannot be used.
pub(super) fn start_over(command: &sending::Command<'_>, mut ledger: Ledger) -> Result<Ledger, Stop> {
    let sending::Command { args, target, subject, connection, observer } = *command;
    let by = Sweep { target, connection, observer };
    let mut sent_before = 0;
    if *target != Target::Mock && !ledger.journals.is_empty() {
        let windows = target::windows(&args.scope.pace.window, target, &subject.contract);
        (_, sent_before) = sweep(&by, subject, &ledger, &Options { windows, ..Options::default() })?;
    }
    ledger.start_over()?;
    drop(ledger);
    let mut ledger = Ledger::for_run(&args.scope, target, subject, Answers::OfUnended, observer)?;
    ledger.sent_before = sent_before;
    Ok(ledger)
}

/// Removes what is left; the exit code, and how many requests it took.
fn sweep(by: &Sweep<'_>, subject: &Subject, ledger: &Ledger, options: &Options) -> Result<(Conclusion, u64), Stop> {
    let Sweep { target, connection, observer } = *by;
    let Target::Server { base, .. } = target else {
        observer.result("Nothing is left: the embedded mock ends with its run.\n");
        return Ok((Conclusion::Conforms, 0));
    };
    let (mut left, mut sent) = (0, 0);
    for chronicle in &ledger.journals {
        let open =
            !chronicle.cleaned && (!chronicle.finished || ledger.uncleaned().iter().any(|one| one.start.started_at == chronicle.start.started_at));
        if !open {
            continue;
        }
        let named = Named::read(connection.credentials())?;
        let headers = headers(connection.headers(), &subject.suite, &subject.contract)?;
        named.check(&subject.suite, &headers, observer)?;
        let accounts = accounts(subject, &Filter::default(), &headers, &|name: &str| named.get(name))?;
        let before = ledger.ages();
        let settings = Settings { before, ..sending::settings(options, None, target, subject, base.clone()) };
        let runtime = runtime("cleaning up cannot start")?;
        let cleaned = runtime.block_on(one(subject, ledger, chronicle, &accounts, &settings, by))?;
        sent += cleaned.sent;
        left += cleaned.left.iter().filter(|one| one.removable).count();
        tell(chronicle, &cleaned, observer);
    }
    if ledger.journals.iter().all(|one| one.cleaned || one.finished) && left == 0 && ledger.uncleaned().is_empty() {
        observer.result(&format!("Nothing that can be removed is left by runs with the contract {:?}.\n", subject.contract.title));
    }
    Ok((if left == 0 { Conclusion::Conforms } else { Conclusion::Inconclusive }, sent))
}

async fn one(
    subject: &Subject,
    ledger: &Ledger,
    chronicle: &Chronicle,
    accounts: &Accounts,
    settings: &Settings,
    by: &Sweep<'_>,
) -> Result<Cleaned, Stop> {
    let Sweep { connection, observer, .. } = *by;
    let client = connection.client(false)?;
    let plan: &Plan = &chronicle.start.plan;
    let progress = observer.sending(&Plan::default(), &settings.windows);
    let watch = |event: crate::execute::Event<'_>| progress.learn(event);
    // Asked to end, what is under way is ended, and the rest is left to the next time.
    let stop = observer.interruption(true);
    let journal = ledger.reopen(chronicle)?;
    // What is left is the run's own, or it is not touched.
    let own = Permission { writes: true, effects: Some(BTreeSet::new()), disposable: false };
    let permit = Permit::new(&subject.contract, &subject.suite, own, &settings.base);
    let run = Run::new(&subject.contract, plan, (&client, &permit), accounts, settings, &watch, &stop).journalled(journal.as_ref());
    let cleaned = run.clean(&subject.schemas, chronicle).await;
    progress.end();
    if let Some(journal) = journal.filter(|_| cleaned.left.iter().all(|one| !one.removable)) {
        journal.write(&Entry::Cleaned, true)?;
    }
    Ok(cleaned)
}

fn tell(chronicle: &Chronicle, cleaned: &Cleaned, observer: &dyn Observer) {
    let run = one_line(&format!("{} ({})", chronicle.start.started_at, chronicle.start.mark));
    observer.result(&format!("Run of {run}: {} requests to remove what it left.\n", cleaned.removed));
    for one in &cleaned.left {
        observer.result(&format!("  {} {} is left: {}.\n", one_line(&one.kind), one_line(&one.id), one_line(&one.reason)));
    }
    for (kind, name) in &cleaned.unknown {
        let named = if name.is_empty() { "without a name of its own".to_owned() } else { format!("named {name}") };
        let what = one_line(&format!("{kind} {named}"));
        observer.result(&format!("  One of {what} may be there: the contract has no list to look it up in.\n"));
    }
}
