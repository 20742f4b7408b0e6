//! `probity clean`: removes what interrupted runs have left behind.

use std::collections::BTreeSet;

use super::connection::Connection;
use super::earlier_runs::Ledger;
use super::identity::accounts;
use super::retention::Keeping;
use super::run;
use super::target::{self, Subject, Target};
use crate::cli::args::{CleanArgs, RunArgs};
use crate::cli::exit;
use crate::cli::progress::{Progress, interruption};
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

/// Cleans up, and says what was done.
pub fn clean(args: &CleanArgs) -> Result<u8, Stop> {
    let subject = Subject::load(&args.files)?;
    let target = Target::connected(&args.target, subject.suite.live, args.connection.proxy.is_some())?;
    if args.files.contract.is_none() && args.files.suite.is_none() {
        let others = Ledger::open(&args.pace.state, &target, &subject, Answers::All)?.made_with()?;
        if !others.is_empty() {
            return each(args, &target, &others);
        }
    }
    let mut ledger = Ledger::open(&args.pace.state, &target, &subject, Answers::All)?;
    let code = swept(args, &target, &subject, &mut ledger)?;
    let others = ledger.uncleaned_elsewhere()?;
    for title in &others {
        anstream::println!("A run with another contract, {title:?}, may have left something there: name it with --contract or --suite.");
    }
    Ok(if others.is_empty() { code } else { exit::INCONCLUSIVE })
}

/// Cleans up after runs with other contracts than the bundled one, each with the files that it was made with.
fn each(args: &CleanArgs, target: &Target, others: &[Sources]) -> Result<u8, Stop> {
    let mut code = exit::CONFORMS;
    for files in others {
        let name = files.contract.as_ref().or(files.suite.as_ref()).map_or("the bundled contract", String::as_str);
        let subject = Subject::load_again(&args.files, files, &format!("a run with {name}"))?;
        let mut ledger = Ledger::open(&args.pace.state, target, &subject, Answers::All)?;
        code = code.max(swept(args, target, &subject, &mut ledger)?);
    }
    Ok(code)
}

/// Cleans up after the runs with one contract, of whose answers nothing more is needed then than what is to be kept.
fn swept(args: &CleanArgs, target: &Target, subject: &Subject, ledger: &mut Ledger) -> Result<u8, Stop> {
    let windows = target::windows(&args.pace.window, target, &subject.contract);
    let (code, _) = sweep(target, subject, ledger, &Options { windows, ..Options::default() }, &args.connection)?;
    ledger.reduce(&subject.contract, &Keeping::of_target(None, &args.pace.state, subject, target)?)?;
    Ok(code)
}

/// Cleans up before a run that starts over.
///
/// # Errors
/// Credentials are missing, or the state folder cannot be used.
pub fn start_over(args: &RunArgs, target: &Target, subject: &Subject, mut ledger: Ledger) -> Result<Ledger, Stop> {
    let mut sent_before = 0;
    if *target != Target::Mock && !ledger.journals.is_empty() {
        let windows = target::windows(&args.scope.pace.window, target, &subject.contract);
        (_, sent_before) = sweep(target, subject, &ledger, &Options { windows, ..Options::default() }, &args.connection)?;
    }
    ledger.start_over()?;
    drop(ledger);
    let mut ledger = Ledger::for_run(&args.scope, target, subject, Answers::OfUnended)?;
    ledger.sent_before = sent_before;
    Ok(ledger)
}

/// Removes what is left; the exit code, and how many requests it took.
fn sweep(target: &Target, subject: &Subject, ledger: &Ledger, options: &Options, connection: &Connection) -> Result<(u8, u64), Stop> {
    let Target::Server { base, .. } = target else {
        anstream::println!("Nothing is left: the embedded mock ends with its run.");
        return Ok((exit::CONFORMS, 0));
    };
    let (mut left, mut sent) = (0, 0);
    for chronicle in &ledger.journals {
        let open =
            !chronicle.cleaned && (!chronicle.finished || ledger.uncleaned().iter().any(|one| one.start.started_at == chronicle.start.started_at));
        if !open {
            continue;
        }
        let named = connection.credentials.read()?;
        let headers = connection.headers.with(&subject.suite, &subject.contract)?;
        named.check(&subject.suite, &headers)?;
        let accounts = accounts(subject, &Filter::default(), &headers, &|name: &str| named.get(name))?;
        let before = ledger.ages();
        let settings = Settings { before, ..run::settings(options, None, target, subject, base.clone()) };
        let runtime = runtime("cleaning up cannot start")?;
        let cleaned = runtime.block_on(one(subject, ledger, chronicle, &accounts, &settings, connection))?;
        sent += cleaned.sent;
        left += cleaned.left.iter().filter(|one| one.removable).count();
        tell(chronicle, &cleaned);
    }
    if ledger.journals.iter().all(|one| one.cleaned || one.finished) && left == 0 && ledger.uncleaned().is_empty() {
        anstream::println!("Nothing that can be removed is left by runs with the contract {:?}.", subject.contract.title);
    }
    Ok((if left == 0 { exit::CONFORMS } else { exit::INCONCLUSIVE }, sent))
}

async fn one(
    subject: &Subject,
    ledger: &Ledger,
    chronicle: &Chronicle,
    accounts: &Accounts,
    settings: &Settings,
    connection: &Connection,
) -> Result<Cleaned, Stop> {
    let client = connection.client(false)?;
    let plan: &Plan = &chronicle.start.plan;
    let progress = Progress::start(&Plan::default(), &settings.windows);
    let watch = |event: crate::execute::Event<'_>| progress.learn(event);
    // Asked to end, what is under way is ended, and the rest is left to the next time.
    let stop = interruption(true);
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

fn tell(chronicle: &Chronicle, cleaned: &Cleaned) {
    let run = one_line(&format!("{} ({})", chronicle.start.started_at, chronicle.start.mark));
    anstream::println!("Run of {run}: {} requests to remove what it left.", cleaned.removed);
    for one in &cleaned.left {
        anstream::println!("  {} {} is left: {}.", one_line(&one.kind), one_line(&one.id), one_line(&one.reason));
    }
    for (kind, name) in &cleaned.unknown {
        let named = if name.is_empty() { "without a name of its own".to_owned() } else { format!("named {name}") };
        let what = one_line(&format!("{kind} {named}"));
        anstream::println!("  One of {what} may be there: the contract has no list to look it up in.");
    }
}
