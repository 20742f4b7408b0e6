//! Sends findings again after a run, to see how often they show and to shrink drawn requests.
//! Everything is made again under other names, and removed again.

use super::earlier_runs::EarlierRuns;
use super::options::RunOptions;
use super::other_values;
use super::regressions;
use super::repeater::{Repeater, was_interrupted};
use super::retention::Retention;
use super::sending::{RunContext, SendCommand};
use super::target::{self, Specification, Target};
use crate::judge::{CredentialHints, Recording, drawn_for, judge};
use crate::model::ids::ProbeId;
use crate::model::report::RunTraces;
use crate::model::verdict::{Finding, Severity};
use crate::plan::RESERVE;
use crate::session::stop::{Stop, runtime};

/// Requests that are sent again in all, on this machine.
const MOST_LOCAL: u64 = 2000;

/// The same elsewhere: less than a usual window.
const MOST_ELSEWHERE: u64 = 40;

/// Sends again what was found wrong, and keeps what came of it in the recording. What was drawn is kept in the regression
/// file as well.
pub(crate) fn again(command: &SendCommand<'_>, earlier_runs: &mut EarlierRuns, retention: &Retention, recording: &mut Recording) -> Result<(), Stop> {
    let SendCommand { args, target, specification, .. } = *command;
    let hints = target::hints(&specification.suite, &specification.contract);
    let found = findings(specification, &hints, recording);
    if (found.is_empty() && !other_values::is_due(recording)) || was_interrupted(&recording.outcomes) {
        return Ok(());
    }
    let context = RunContext::set(command, &EarlierRuns::default())?;
    let runtime = runtime("the run cannot go on")?;
    let most = if target.is_local() { MOST_LOCAL } else { MOST_ELSEWHERE };
    let left = args.scope.budget.map_or(most, |budget| budget.saturating_sub(earlier_runs.sent_before + recording.outcomes.requests()).min(most));
    let mut shrunk = runtime.block_on(async {
        let served = match &context.embedded {
            Some(embedded) => Some(embedded.serve_all().await?),
            None => None,
        };
        let traces = RunTraces::default();
        let reserve = repeat_budget(args, target, recording);
        let mut again =
            Repeater { command: *command, specification, earlier_runs, context, hints: &hints, served, left: reserve, rounds: Vec::new(), traces };
        again.try_other_values(recording).await?;
        again.left = left.saturating_sub(reserve.saturating_sub(again.left));
        again.repeat(recording, &found).await?;
        let shrunk = again.shrink(recording, &found).await?;
        recording.again = again.rounds;
        let RunTraces { made, changed, left, failed_commands, log_ins, resent } = again.traces;
        recording.traces.made.extend(made);
        recording.traces.changed.extend(changed);
        recording.traces.left.extend(left);
        recording.traces.failed_commands.extend(failed_commands);
        recording.traces.log_ins += log_ins;
        recording.traces.resent += resent;
        Ok::<_, Stop>(shrunk)
    })?;
    if let Some(redactor) = retention.redactor(&specification.contract, recording) {
        for one in &mut shrunk {
            one.message = redactor.text(&one.message);
        }
    }
    if shrunk.is_empty() { Ok(()) } else { regressions::keep(&regressions::place(&args.scope), shrunk) }
}

/// How many requests there are for trying in another way what was refused: a fifth of what was sent, within the budget.
fn repeat_budget(args: &RunOptions, target: &Target, recording: &Recording) -> u64 {
    let sent = recording.outcomes.requests();
    let most = if target.is_local() && args.scope.pace.window.is_empty() { MOST_LOCAL } else { sent.div_ceil(RESERVE) };
    args.scope.budget.map_or(most, |budget| budget.saturating_sub(sent).min(most))
}

/// What was found, the binding first, each probe with each check once.
fn findings(specification: &Specification, hints: &CredentialHints, recording: &Recording) -> Vec<Finding> {
    let case = specification.case(&recording.plan, &recording.outcomes, hints);
    let mut found: Vec<Finding> = judge(&case).into_findings().collect();
    found.sort_by_key(|finding| finding.severity);
    let mut seen: Vec<(ProbeId, String)> = Vec::new();
    found.retain(|finding| {
        let name = (finding.probe.clone(), finding.check.clone());
        let new = !seen.contains(&name) && (finding.severity == Severity::Must || drawn_for(&recording.plan, &finding.probe).is_some());
        seen.push(name);
        new
    });
    found
}
