//! Makes the plan of a run, and sends nothing.

use super::connection::{NamedValues, for_a_server};
use super::earlier_runs::EarlierRuns;
use super::embedded_mock::EmbeddedMock;
use super::failed::failed_cells;
use super::identity::{headers, unasked_private_note};
use super::observer::Observer;
use super::options::{PlanOptions, Scope};
use super::planned_log_ins::{PlannedLogIn, planned_log_ins};
use super::regressions;
use super::specification::Specification;
use super::stop::Stop;
use super::suite_allowance::{Allowed, allowed};
use super::suite_commands;
use super::target::{self, Target};
use crate::execute::http::{Accounts, KnownSchemes};
use crate::execute::journal::Answers;
use crate::model::contract::RateLimit;
use crate::model::own_header::OwnHeader;
use crate::model::plan::Plan;
use crate::plan::PlanningOptions;

/// What a run would send.
#[derive(Debug)]
pub struct Planned {
    /// The requests.
    pub plan: Plan,
    /// The rate limits that it goes by.
    pub windows: Vec<RateLimit>,
    /// What may be changed, and who says so.
    pub allowed: Allowed,
    /// Credentials that requests beside it obtain.
    pub log_ins: Vec<PlannedLogIn>,
    /// Commands of the suite that a run would run, each with its place and its words, or why it would not.
    pub commands: Vec<(String, String, Option<String>)>,
    /// Header fields of the user's own.
    pub headers: Vec<OwnHeader>,
}

/// Plans what a run would send.
///
/// # Errors
/// Something must be fixed first, or nothing is selected.
pub fn plan(args: &PlanOptions, observer: &dyn Observer) -> Result<Planned, Stop> {
    let scope = &args.scope;
    let specification = Specification::load(&scope.files)?;
    specification.told.iter().for_each(|told| observer.note(told));
    let named = scope.target.as_deref().or(specification.suite.target.as_deref()).unwrap_or("mock");
    let target = Target::for_plan(named, scope.live || specification.suite.live, scope.files.route.proxy.is_some())?;
    let (selection, allowed) = allowed(&scope.selection, &target, &specification)?;
    let scope = &Scope { selection, ..scope.clone() };
    if target == Target::Mock {
        for_a_server(&[("--live", scope.live), ("--credentials", args.credentials.is_some())])?;
    }
    for line in &specification.left_out {
        observer.note(&format!("Left out of the file of log-ins: {line}."));
    }
    // A plan makes no state folder.
    let headers = headers(&args.headers, &specification.suite, &specification.contract)?;
    let earlier_runs = if scope.pace.state.exists() {
        EarlierRuns::for_run(scope, &target, &specification, Answers::None, observer)?
    } else {
        EarlierRuns::default()
    };
    let (mut given, schemes) = if target == Target::Mock {
        let (given_resources, accounts) = EmbeddedMock::expected(&specification)?;
        (given_resources, accounts.schemes())
    } else {
        // A plan needs no secret; it only asks whether the account without permissions is there.
        let named = NamedValues::read(args.credentials.as_deref())?.with(&specification.values);
        let lookup = |name: &str| named.get(name);
        let full = specification.suite.accounts.full.keys().cloned().collect();
        let schemes = KnownSchemes { full, ..Accounts::available(&specification.suite, &lookup).schemes() };
        if let Some(note) = unasked_private_note(&specification, &schemes) {
            observer.note(&note);
        }
        (target::given_from_environment(&specification.suite, &lookup), schemes)
    };
    let outside = suite_commands::planned(&specification, &target, scope.no_hooks);
    for (kind, more) in &outside.given {
        given.entry(kind.clone()).or_default().extend(more.iter().cloned());
    }
    earlier_runs.add_given_jobs(&specification.suite, &mut given);
    let mark = scope.selection.mark.clone().unwrap_or_else(|| "probity".to_owned());
    let options = target::options(&scope.selection, &target, &specification.suite, given, schemes, mark)?;
    let regressions = regressions::read_for_contract(scope, &specification.contract.title)?;
    let failed = scope.selection.failed.then(|| failed_cells(&args.out, &specification.contract, false)).transpose()?;
    if let Some(failed) = &failed {
        observer.note(&failed.told);
    }
    let failed = failed.map(|failed| failed.cells);
    let not_given = outside.not_given;
    let options = PlanningOptions {
        failed,
        not_given,
        regressions,
        ..super::earlier_runs::with_limits(options, scope, &target, &specification, &earlier_runs)
    };
    let plan = specification.plan(&options)?;
    let log_ins = if target == Target::Mock { Vec::new() } else { planned_log_ins(&specification.suite, &specification.contract, &plan) };
    let commands = suite_commands::command_list(&specification, &target, scope.no_hooks);
    Ok(Planned { plan, allowed, commands, windows: options.windows, log_ins, headers })
}
