//! `probity self-test`: the mock's faults prove that the checks see, its variants prove that they see nothing else.
//!
//! Each fault is there twice: everywhere, and on one operation alone that is drawn by chance. Every run sends every
//! trigger of the contract (`--thorough`), because a fault may show in one of them only.

mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::args::SelfTestArgs;
use super::mock::Embedded;
use super::target::{self, Subject};
use super::{Stop, exit};
use crate::domain::contract::WHOLE_SERVER;
use crate::domain::plan::Plan;
use crate::domain::verdict::{Finding, Severity, Verdict};
use crate::judge::{Case, Hints, Judgement, judge};
use crate::mock::{Fault, Variant, all_faults, all_variants, fault};
use crate::plan::{Options, plan};
use crate::run::{MOST_BURST, Run, Settings};
use crate::transport::{Accounts, Bounds, Client, Route};

use table::{Outcome, Row, VariantRow};

/// Requests under way at once in each run.
const JOBS: usize = 8;
/// How long a job is waited for; the mock needs only a few looks.
const PATIENCE: Duration = Duration::from_millis(500);
/// The wait before a job is asked for the second time.
const POLL: Duration = Duration::from_millis(1);
/// How many operations are tried until a fault takes hold on one alone.
const TRIES: usize = 5;

/// Runs every fault and every variant, prints both tables, and says whether any fault survived or any variant was accused.
pub fn self_test(args: &SelfTestArgs) -> Result<u8, Stop> {
    let subject = Subject::load(&args.files)?;
    let (faults, variants) = chosen(args)?;
    if let Some(name) = subject.suite.mock.inapplicable.keys().find(|name| fault(name).is_none()) {
        return Err(Stop::Unusable(format!("the suite {} names the fault {name}, which the mock does not have", subject.suite.name)));
    }
    let bench = Bench::prepare(&subject, args.seed)?;
    let bar = progress(faults.len() + variants.len() + 1);
    let usual = bench.look(&bench.whole, &[], &[])?;
    bar.inc(1);
    let rows = side_by_side(&faults, |fault| {
        let row = bench.fault(fault, &usual);
        bar.inc(1);
        row
    });
    let varied = side_by_side(&variants, |variant| {
        let row = bench.variant(variant, &usual);
        bar.inc(1);
        row
    });
    bar.finish_and_clear();
    let rows: Vec<Row> = rows.into_iter().collect::<Result<_, _>>()?;
    let mut varied: Vec<VariantRow> = varied.into_iter().collect::<Result<_, _>>()?;
    varied.insert(0, VariantRow::usual(&usual));
    anstream::print!("{}", table::show(&rows, &varied, args.seed));
    for request in &usual.crowded {
        anstream::println!("more than one thing is wrong with {request}");
    }
    Ok(code(&rows, &varied))
}

fn code(rows: &[Row], variants: &[VariantRow]) -> u8 {
    let any = |outcome: Outcome| rows.iter().any(|row| row.outcome == outcome);
    if any(Outcome::Survived) || any(Outcome::Misnamed) || variants.iter().any(VariantRow::is_accused) {
        exit::VIOLATES
    } else if any(Outcome::Unproved) || variants.iter().any(|row| row.unproved > 0) {
        exit::INCONCLUSIVE
    } else {
        exit::CONFORMS
    }
}

/// What was asked for; naming some of one sort leaves out the other.
fn chosen(args: &SelfTestArgs) -> Result<(Vec<&'static Fault>, Vec<&'static Variant>), Stop> {
    if args.fault.is_empty() && args.variant.is_empty() {
        return Ok((all_faults().collect(), all_variants().collect()));
    }
    let unknown = |name: &String| Stop::Unusable(format!("there is no fault {name:?}; `probity mock --fault help` lists all"));
    let faults = args.fault.iter().map(|name| fault(name).ok_or_else(|| unknown(name))).collect::<Result<_, _>>()?;
    let variants = args.variant.iter().map(|name| Variant::parse(name).map_err(|error| Stop::Unusable(format!("--variant: {error}"))));
    Ok((faults, variants.collect::<Result<_, _>>()?))
}

fn progress(trials: usize) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(trials as u64);
    if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:30} {pos}/{len} mocks  {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// Does the same to every item, on as many threads as there are processors; the outcomes come in the order of the items.
fn side_by_side<T: Sync, R: Send>(items: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, R>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    let outcome = act(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(index, outcome);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// What a run against one mock has shown.
struct Sight {
    /// Checks that found something that must not be.
    checks: BTreeSet<String>,
    /// Checks that warned.
    warnings: BTreeSet<String>,
    /// Operations with cells that are violated.
    operations: BTreeSet<String>,
    /// Cells that are violated.
    violated: usize,
    /// Cells that are neither proved nor violated.
    unproved: BTreeSet<(String, u16)>,
    /// Operations on which the fault took hold.
    faulted: BTreeSet<String>,
    /// Whether the variant made a difference.
    varied: bool,
    /// Requests with more than one thing wrong.
    crowded: Vec<String>,
}

impl Sight {
    fn of(judgement: &Judgement) -> Self {
        let with = |verdicts: &[Verdict]| judgement.cells.iter().filter(|cell| verdicts.contains(&cell.verdict)).collect::<Vec<_>>();
        let violated = with(&[Verdict::Violates, Verdict::StaleWaiver]);
        let open = with(&[Verdict::Blocked, Verdict::Inconclusive, Verdict::Unreached]);
        let findings = || judgement.findings.iter().chain(judgement.cells.iter().flat_map(|cell| &cell.findings));
        let checks = |severity| findings().filter(|finding: &&Finding| finding.severity == severity).map(|finding| finding.check.clone()).collect();
        Self {
            checks: checks(Severity::Must),
            warnings: checks(Severity::Should),
            operations: violated.iter().map(|cell| cell.operation.clone()).collect(),
            violated: violated.len(),
            unproved: open.iter().map(|cell| (cell.operation.clone(), cell.status.0)).collect(),
            faulted: BTreeSet::new(),
            varied: false,
            crowded: Vec::new(),
        }
    }

    /// Whether the run breaks.
    fn breaks(&self) -> bool {
        self.violated > 0 || !self.checks.is_empty()
    }
}

/// Everything that the runs share.
struct Bench<'a> {
    subject: &'a Subject,
    embedded: Embedded,
    accounts: Accounts,
    hints: Hints,
    options: Options,
    whole: Plan,
    seed: u64,
}

impl<'a> Bench<'a> {
    fn prepare(subject: &'a Subject, seed: u64) -> Result<Self, Stop> {
        let embedded = Embedded::prepare(subject, &[], &[])?;
        let accounts = embedded.accounts();
        let (full, limited) = accounts.schemes();
        let options = Options {
            writes: true,
            full: Some(full),
            limited,
            given: embedded.given(),
            mark: "probity".to_owned(),
            burst: MOST_BURST,
            thorough: true,
            ..Options::default()
        };
        let whole = plan(&subject.contract, &subject.schemas, &subject.suite, &options)?;
        let hints = target::hints(&subject.suite, &subject.contract);
        Ok(Self { subject, embedded, accounts, hints, options, whole, seed })
    }

    /// Carries out a plan against a mock with these faults and variants, and judges what came.
    fn look(&self, planned: &Plan, faults: &[String], variants: &[String]) -> Result<Sight, Stop> {
        let embedded = self.embedded.with(faults, variants)?;
        let unable = |error: &dyn std::fmt::Display| Stop::Unusable(format!("the self-test cannot start: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| unable(&error))?;
        let client =
            Client::new(Bounds { total: Duration::from_secs(20), ..Bounds::default() }, &Route::default()).map_err(|error| unable(&error))?;
        let (outcomes, mock) = runtime.block_on(async {
            let (base, mock) = embedded.serve(planned).await?;
            let settings = Settings {
                base,
                jobs: JOBS,
                poll: POLL,
                patience: PATIENCE,
                budget: None,
                windows: Vec::new(),
                before: Vec::new(),
                longest_wait: Duration::ZERO,
                sweep: false,
            };
            let run = Run::new(&self.subject.contract, planned, &client, &self.accounts, &settings, &|_| {}, &|| false);
            Ok::<_, Stop>((run.carry_out().await.outcomes, mock))
        })?;
        let subject = self.subject;
        let case = Case { contract: &subject.contract, schemas: &subject.schemas, plan: planned, outcomes: &outcomes, hints: &self.hints };
        let mut sight = Sight::of(&judge(&case));
        sight.faulted = mock.faulted();
        sight.varied = mock.has_varied();
        sight.crowded = mock.crowded();
        Ok(sight)
    }

    fn fault(&self, fault: &'static Fault, usual: &Sight) -> Result<Row, Stop> {
        let whole = self.look(&self.whole, &[fault.name.to_owned()], &[])?;
        let alone = if whole.breaks() { self.alone(fault, &whole)? } else { None };
        let unproved = whole.unproved.difference(&usual.unproved).count();
        let inapplicable = self.subject.suite.mock.inapplicable.get(fault.name);
        let outcome = match (whole.breaks(), &alone, inapplicable) {
            (true, _, Some(_)) => Outcome::Misnamed,
            (false, _, Some(_)) => Outcome::Inapplicable,
            (true, Some((_, false)), None) => Outcome::Survived,
            (true, _, None) => Outcome::Caught,
            (false, _, None) if unproved > 0 => Outcome::Unproved,
            (false, _, None) if !whole.warnings.is_empty() => Outcome::Warned,
            (false, _, None) => Outcome::Survived,
        };
        let note = match (inapplicable, outcome) {
            (Some(reason), _) => reason.clone(),
            (None, Outcome::Caught) => String::new(),
            (None, _) if whole.faulted.is_empty() => format!("{}; no answer was changed by it", fault.breaks),
            (None, _) if whole.warnings.is_empty() => fault.breaks.to_owned(),
            (None, _) => format!("{}; warned by {}", fault.breaks, list(&whole.warnings)),
        };
        let seen = whole.operations.intersection(&whole.faulted).count();
        let reach = if fault.is_hidden() { None } else { Some((seen, whole.faulted.len())) };
        Ok(Row { name: fault.name, outcome, reach, checks: list(&whole.checks), violated: whole.violated, unproved, alone, note })
    }

    /// Puts a fault on one operation drawn by chance, and says whether it is caught there. The draw is among those on which
    /// it breaks a promise: where the contract allows both the right answer and the wrong one, there is none to break.
    fn alone(&self, fault: &Fault, whole: &Sight) -> Result<Option<(String, bool)>, Stop> {
        let taken = |operation: &&String| fault.is_hidden() || whole.faulted.contains(*operation);
        let mut open: Vec<&String> = whole.operations.iter().filter(|operation| *operation != WHOLE_SERVER).filter(taken).collect();
        for attempt in 0..TRIES {
            if open.is_empty() {
                break;
            }
            let draw = drawn(self.seed.wrapping_add(attempt as u64), fault.name);
            let operation = open.swap_remove(usize::try_from(draw % open.len() as u64).unwrap_or_default());
            let options = Options { only: vec![operation.clone()], ..self.options.clone() };
            let planned = plan(&self.subject.contract, &self.subject.schemas, &self.subject.suite, &options)?;
            let sight = self.look(&planned, &[format!("{}@{operation}", fault.name)], &[])?;
            if sight.breaks() || (!sight.faulted.is_empty() && !fault.is_hidden()) {
                return Ok(Some((operation.clone(), sight.breaks())));
            }
        }
        Ok(None)
    }

    fn variant(&self, variant: &'static Variant, usual: &Sight) -> Result<VariantRow, Stop> {
        let sight = self.look(&self.whole, &[], &[variant.name.to_owned()])?;
        let note = if sight.varied { variant.differs.to_owned() } else { format!("{}; nothing came of it in this run", variant.differs) };
        Ok(VariantRow {
            name: variant.name,
            checks: list(&sight.checks),
            warnings: list(&sight.warnings),
            violated: sight.violated,
            unproved: sight.unproved.difference(&usual.unproved).count(),
            note,
        })
    }
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// A number that depends on nothing but a seed and a name (FNV-1a, then the finaliser of `SplitMix64`).
fn drawn(seed: u64, name: &str) -> u64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_side_by_side_comes_in_order() {
        let items: Vec<usize> = (0..50).collect();
        assert_eq!(side_by_side(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_draw_depends_on_seed_and_name() {
        assert_eq!(drawn(1, "a"), drawn(1, "a"));
        assert!(drawn(1, "a") != drawn(2, "a") && drawn(1, "a") != drawn(1, "b"));
    }
}
