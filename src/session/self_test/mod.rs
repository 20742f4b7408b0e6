//! `probity self-test`: proves with the mock's faults that checks see, and with its variants that they do not accuse.
//!
//! Each fault is there twice: everywhere, and on one operation alone that is drawn by chance. Every run sends every
//! trigger of the contract (`--thorough`), because a fault may show in one of them only.

mod drawn_values;
mod single_operation;
mod table;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::embedded_mock::EmbeddedMock;
use crate::execute::http::{Accounts, AnswerLimits, Client, KnownSchemes, Permit, ServerRoute};
use crate::execute::{ExecutionSettings, MOST_BURST, ResourceHooks, Run};
use crate::judge::{CredentialHints, judge};
use crate::mock::{Fault, Variant, all_faults, all_variants, fault};
use crate::model::effect::Permission;
use crate::model::plan::Plan;
use crate::plan::PlanningOptions;
use crate::session::observer::{Conclusion, Observer};
use crate::session::options::SelfTestOptions;
use crate::session::stop::Stop;
use crate::session::target;
use crate::session::target::Specification;

use single_operation::SingleOperationResult;
use table::{FaultOutcome, FaultRow, VariantRow};
use trial::TrialResult;

/// Requests under way at once in each run.
const JOBS: usize = 8;
/// How long a job is waited for; the mock needs only a few looks.
const PATIENCE: Duration = Duration::from_millis(500);
/// The wait before a job is asked for the second time.
const POLL: Duration = Duration::from_millis(1);

/// Runs every fault and every variant, prints both tables, and says whether any fault survived or any variant was accused.
///
/// # Errors
/// A name is not in its catalogue, or a mock cannot be started.
pub fn self_test(args: &SelfTestOptions, observer: &dyn Observer) -> Result<Conclusion, Stop> {
    let specification = Specification::load(&args.files)?;
    specification.told.iter().for_each(|told| observer.note(told));
    let (faults, variants) = chosen(args)?;
    if let Some(name) = specification.suite.mock.inapplicable.keys().find(|name| fault(name).is_none()) {
        return Err(Stop::Unusable(format!("the suite {} names the fault {name}, which the mock does not have", specification.suite.name)));
    }
    let setup = TrialSetup::prepare(&specification, args.seed)?;
    let bar = observer.trials(faults.len() + variants.len() + 1);
    let usual = setup.judge_trial(&setup.whole, &[], &[])?;
    bar.ended();
    // Some faults show on drawn values only; those take requests of their own.
    let drawn = if faults.iter().any(|fault| fault.needs_drawn()) { Some(setup.with_cases()?) } else { None };
    let drawn = drawn.map(|setup| setup.judge_trial(&setup.whole, &[], &[]).map(|shown| (setup, shown))).transpose()?;
    let rows = in_parallel(&faults, |fault| {
        let row = match &drawn {
            Some((setup, usual)) if fault.needs_drawn() => setup.fault(fault, usual),
            _ => setup.fault(fault, &usual),
        };
        bar.ended();
        row
    });
    let varied = in_parallel(&variants, |variant| {
        let row = setup.variant(variant, &usual);
        bar.ended();
        row
    });
    bar.end();
    let rows: Vec<FaultRow> = rows.into_iter().collect::<Result<_, _>>()?;
    let mut varied: Vec<VariantRow> = varied.into_iter().collect::<Result<_, _>>()?;
    varied.insert(0, VariantRow::without_faults(&usual));
    if let Some((_, shown)) = &drawn {
        varied.insert(1, VariantRow::with_drawn_values(shown));
    }
    observer.result(&table::show(&rows, &varied, args.seed));
    for request in &usual.crowded {
        observer.result(&format!("more than one thing is wrong with {request}\n"));
    }
    Ok(code(&rows, &varied, &usual))
}

fn code(rows: &[FaultRow], variants: &[VariantRow], usual: &TrialResult) -> Conclusion {
    let any = |outcome: FaultOutcome| rows.iter().any(|row| row.outcome == outcome);
    if !usual.crowded.is_empty() || any(FaultOutcome::Survived) || any(FaultOutcome::Misnamed) || variants.iter().any(VariantRow::is_accused) {
        Conclusion::Violates
    } else if any(FaultOutcome::Unproved) || variants.iter().any(VariantRow::is_open) {
        Conclusion::Inconclusive
    } else {
        Conclusion::Conforms
    }
}

/// What was asked for; naming some of one sort leaves out the other.
fn chosen(args: &SelfTestOptions) -> Result<(Vec<&'static Fault>, Vec<&'static Variant>), Stop> {
    if args.fault.is_empty() && args.variant.is_empty() {
        return Ok((all_faults().collect(), all_variants().collect()));
    }
    let unknown = |name: &String| Stop::Unusable(format!("there is no fault {name:?}; `probity mock --fault help` lists all"));
    let faults = args.fault.iter().map(|name| fault(name).ok_or_else(|| unknown(name))).collect::<Result<_, _>>()?;
    let variants = args.variant.iter().map(|name| Variant::parse(name).map_err(|error| Stop::Unusable(format!("--variant: {error}"))));
    Ok((faults, variants.collect::<Result<_, _>>()?))
}

/// Does the same to every item, on as many threads as there are processors; the outcomes come in the order of the items.
fn in_parallel<T: Sync, R: Send>(items: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
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

/// Everything that the runs share.
struct TrialSetup<'a> {
    specification: &'a Specification,
    embedded: EmbeddedMock,
    accounts: Accounts,
    hints: CredentialHints,
    options: PlanningOptions,
    /// Every status in every way.
    whole: Plan,
    /// Every status in the cheapest way.
    plain: Plan,
    seed: u64,
}

impl<'a> TrialSetup<'a> {
    fn prepare(specification: &'a Specification, seed: u64) -> Result<Self, Stop> {
        let embedded = EmbeddedMock::prepare(specification, &[], &[])?;
        let accounts = embedded.accounts();
        let KnownSchemes { full, limited, other } = accounts.schemes();
        let options = PlanningOptions {
            permission: crate::model::effect::Permission::everything(),
            full: Some(full),
            limited,
            other,
            given: embedded.given_resources(),
            mark: "probity".to_owned(),
            burst: MOST_BURST,
            thorough: true,
            ..PlanningOptions::default()
        };
        let whole = specification.plan(&options)?;
        let plain = specification.plan(&PlanningOptions { thorough: false, ..options.clone() })?;
        let hints = target::hints(&specification.suite, &specification.contract);
        Ok(Self { specification, embedded, accounts, hints, options, whole, plain, seed })
    }

    /// Carries out a plan against a mock with these faults and variants, and judges what came.
    fn judge_trial(&self, planned: &Plan, faults: &[String], variants: &[String]) -> Result<TrialResult, Stop> {
        let embedded = self.embedded.with(faults, variants)?;
        let unable = |error: &dyn std::fmt::Display| Stop::Unusable(format!("the self-test cannot start: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| unable(&error))?;
        let client = Client::new(
            AnswerLimits { total: Duration::from_secs(20), ..AnswerLimits::default() },
            &ServerRoute { shared: true, ..ServerRoute::default() },
        )
        .map_err(|error| unable(&error))?;
        let (outcomes, mock) = runtime.block_on(async {
            let (base, mock) = embedded.serve(planned).await?;
            let settings = ExecutionSettings {
                base,
                jobs: JOBS,
                poll: POLL,
                patience: PATIENCE,
                budget: None,
                windows: Vec::new(),
                before: Vec::new(),
                hooks: ResourceHooks::default(),
                longest_wait: Duration::ZERO,
                sweep: false,
            };
            let permit = Permit::new(&self.specification.contract, &self.specification.suite, Permission::everything(), &settings.base);
            let run = Run::new(&self.specification.contract, planned, (&client, &permit), &self.accounts, &settings, &|_| {}, &|| false);
            Ok::<_, Stop>((run.send_everything().await.outcomes, mock))
        })?;
        let case = self.specification.case(planned, &outcomes, &self.hints);
        let mut shown = TrialResult::of(&judge(&case), planned);
        shown.faulted = mock.faulted();
        shown.varied = mock.has_varied();
        shown.crowded = mock.requests_with_several_faults();
        Ok(shown)
    }

    fn fault(&self, fault: &'static Fault, usual: &TrialResult) -> Result<FaultRow, Stop> {
        // What is overlooked, or goes wrong behind right answers, may show in one way to provoke a status and not in another.
        let everything = fault.is_hidden() || fault.class == "overlooked";
        let planned = if everything { &self.whole } else { &self.plain };
        let whole = self.judge_trial(planned, &[fault.name.to_owned()], &[])?;
        let noticed = whole.breaks() || whole.refuses(usual);
        let alone = if noticed { self.alone(fault, &whole, usual)? } else { None };
        let inapplicable = self.specification.suite.mock.inapplicable.get(fault.name);
        let survived = matches!(alone, Some((_, SingleOperationResult::Survived)));
        let outcome = match (inapplicable, whole.breaks()) {
            (Some(_), true) => FaultOutcome::Misnamed,
            (Some(_), false) => FaultOutcome::Inapplicable,
            (None, _) if survived => FaultOutcome::Survived,
            (None, true) => FaultOutcome::Caught,
            (None, false) if noticed => FaultOutcome::Refused,
            (None, false) if !whole.warnings.is_empty() => FaultOutcome::Warned,
            (None, false) if whole.unproved(usual) > 0 => FaultOutcome::Unproved,
            (None, false) => FaultOutcome::Survived,
        };
        let note = match (inapplicable, outcome) {
            (Some(reason), _) => reason.clone(),
            (None, FaultOutcome::Caught) => String::new(),
            (None, FaultOutcome::Refused) => format!("{}; exit code 3: {}", fault.breaks, whole.reason()),
            (None, FaultOutcome::Warned) => format!("{}; warned by {}", fault.breaks, list(&whole.warnings)),
            (None, _) if whole.faulted.is_empty() => format!("{}; no answer was changed by it", fault.breaks),
            (None, _) => fault.breaks.to_owned(),
        };
        let seen = whole.operations.intersection(&whole.faulted).count();
        let reach = if fault.is_hidden() { None } else { Some((seen, whole.faulted.len())) };
        let unproved = whole.unproved(usual);
        Ok(FaultRow { name: fault.name, outcome, reach, checks: list(&whole.checks), violated: whole.violated, unproved, alone, note })
    }

    fn variant(&self, variant: &'static Variant, usual: &TrialResult) -> Result<VariantRow, Stop> {
        let shown = self.judge_trial(&self.whole, &[], &[variant.name.to_owned()])?;
        let note = if shown.varied { variant.differs.to_owned() } else { format!("{}; nothing came of it in this run", variant.differs) };
        Ok(VariantRow {
            name: variant.name,
            checks: list(&shown.checks),
            warnings: list(&shown.warnings),
            violated: shown.violated,
            unproved: shown.unproved(usual),
            otherwise: shown.otherwise.difference(&usual.otherwise).count(),
            lacks: variant.lacks_feature(),
            note,
        })
    }
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_side_by_side_comes_in_order() {
        let items: Vec<usize> = (0..50).collect();
        assert_eq!(in_parallel(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
    }
}
