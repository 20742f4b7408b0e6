//! Sends parts of a plan again under other names and removes what they made.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::earlier_runs::EarlierRuns;
use super::regressions::Regression;
use super::sending::{RunContext, SendCommand, SendSettings, carry_out};
use super::specification::Specification;
use crate::execute::journal::Answers;
use crate::judge::{CredentialHints, Recording, RepeatCause, RepeatRound, drawn_for, is_same};
use crate::model::drawn::Drawn;
use crate::model::exchange::{Ending, Outcomes};
use crate::model::filter::Filter;
use crate::model::journal::Start;
use crate::model::plan::{Plan, ProbeId, Repeat};
use crate::model::reason::Code;
use crate::model::report::RunTraces;
use crate::model::verdict::{Finding, Severity};
use crate::plan::values::smaller;
use crate::plan::{PlanningOptions, closure};
use crate::session::stop::Stop;

/// How many probes are sent again.
const MOST_PROBES: usize = 20;

/// How many drawn requests are made smaller.
const MOST_SHRUNK: usize = 10;

/// How many candidates are sent together; they share what they need.
const TOGETHER: usize = 4;

/// Sending again.
pub(super) struct Repeater<'a> {
    pub(super) command: SendCommand<'a>,
    pub(super) specification: &'a Specification,
    /// That of the run itself, which holds the state folder until it ends.
    pub(super) earlier_runs: &'a mut EarlierRuns,
    pub(super) context: RunContext,
    pub(super) hints: &'a CredentialHints,
    /// Where the mock is served that all rounds are sent to.
    pub(super) served: Option<String>,
    /// Requests that may still be sent.
    pub(super) left: u64,
    pub(super) rounds: Vec<RepeatRound>,
    /// What all rounds did to the target.
    pub(super) traces: RunTraces,
}

impl Repeater<'_> {
    /// The mark of the run.
    pub(super) fn mark(&self) -> &str {
        &self.context.options.mark
    }

    /// What a plan of everything goes by, without windows and budget.
    pub(super) fn options(&self) -> PlanningOptions {
        PlanningOptions { windows: Vec::new(), budget: None, asked: BTreeMap::new(), burst: 0, ..self.context.options.clone() }
    }

    /// Requests that may still be sent.
    pub(super) fn requests_left(&self) -> u64 {
        self.left
    }

    /// Where credentials come from.
    pub(super) fn hints(&self) -> &CredentialHints {
        self.hints
    }

    /// Sends what broke a rule so many times more.
    pub(super) async fn repeat(&mut self, recording: &Recording, found: &[Finding]) -> Result<(), Stop> {
        let binding = found.iter().filter(|finding| finding.severity == Severity::Must && self.is_harmless(recording, &finding.probe));
        let mut probes: Vec<ProbeId> = Vec::new();
        let mut around: Vec<ProbeId> = Vec::new();
        for finding in binding.take(MOST_PROBES) {
            probes.push(finding.probe.clone());
            // What contradicts itself does so only when all of it is done again.
            if finding.check == "state" {
                around.push(finding.probe.clone());
            }
        }
        if probes.is_empty() {
            return Ok(());
        }
        for round in 1..=self.command.args.retries {
            let options = PlanningOptions { mark: format!("{}-{round}", self.context.options.mark), ..self.context.options.clone() };
            let whole = self.unlimited_plan(&options)?;
            let part = closure(&whole, &probes, &around);
            if part.probes.is_empty() || !self.send(RepeatCause::Repeat(probes.clone()), part, round).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether a probe can be sent again without anybody noticing but the server.
    fn is_harmless(&self, recording: &Recording, probe: &str) -> bool {
        let Some(probe) = recording.plan.probe(probe) else { return false };
        let felt = || self.specification.suite.effects.values().flatten().any(|operation| *operation == probe.operation);
        !matches!(probe.repeat, Repeat::Burst { .. }) && (self.command.target.is_local() || !felt())
    }

    /// Makes every drawn request that failed smaller, and returns what is left of each.
    pub(super) async fn shrink(&mut self, recording: &Recording, found: &[Finding]) -> Result<Vec<Regression>, Stop> {
        let mut kept = Vec::new();
        let drawn = found.iter().filter_map(|finding| Some((finding, recording.plan.drawn.get(drawn_for(&recording.plan, &finding.probe)?)?)));
        for (finding, drawn) in drawn.take(MOST_SHRUNK) {
            let least = self.shrink_drawn(finding, drawn.clone()).await?;
            kept.push(Regression::new(&self.specification.contract.title, finding, least));
        }
        Ok(kept)
    }

    async fn shrink_drawn(&mut self, finding: &Finding, mut least: Drawn) -> Result<Drawn, Stop> {
        'smaller: loop {
            let candidates: Vec<Drawn> = smaller(&least.changes).into_iter().map(|changes| Drawn { changes, ..least.clone() }).collect();
            for some in candidates.chunks(TOGETHER) {
                let Some(part) = self.candidates(some)? else { continue };
                if !self.send(RepeatCause::Shrink(finding.probe.clone()), part, 0).await? {
                    return Ok(least);
                }
                if let Some(smaller) = self.first_failing(finding) {
                    least.changes = smaller;
                    continue 'smaller;
                }
            }
            return Ok(least);
        }
    }

    /// The part of a plan that sends some candidates; `None` when none of them is a request that can be sent.
    fn candidates(&self, some: &[Drawn]) -> Result<Option<Plan>, Stop> {
        let Some(first) = some.first() else { return Ok(None) };
        let options = PlanningOptions {
            filter: Filter { only: vec![first.operation.clone()], ..Filter::default() },
            statuses: Vec::new(),
            mark: format!("{}-s{}", self.context.options.mark, self.rounds.len()),
            cases: 0,
            regressions: some.to_vec(),
            ..self.context.options.clone()
        };
        let whole = self.unlimited_plan(&options)?;
        let drawn: Vec<ProbeId> = whole.drawn.keys().cloned().collect();
        Ok((!drawn.is_empty()).then(|| closure(&whole, &drawn, &drawn)))
    }

    /// The changes of the first candidate of the last round that shows the same finding.
    fn first_failing(&mut self, finding: &Finding) -> Option<Vec<crate::model::drawn::DrawnChange>> {
        let specification = self.specification;
        let round = self.rounds.last_mut()?;
        let case = specification.case(&round.plan, &round.outcomes, self.hints);
        let found = round.findings(&case);
        let shows = |id: &ProbeId| found.iter().any(|other| drawn_for(&round.plan, &other.probe) == Some(id) && is_same(finding, other));
        let (probe, drawn) = round.plan.drawn.iter().find(|(id, _)| shows(id))?;
        let changes = drawn.changes.clone();
        round.about = RepeatCause::Shrunk(finding.probe.clone(), probe.clone());
        Some(changes)
    }

    /// A plan that no window and no budget cut into parts.
    fn unlimited_plan(&self, options: &PlanningOptions) -> Result<Plan, Stop> {
        let options = PlanningOptions { windows: Vec::new(), budget: None, asked: BTreeMap::new(), burst: 0, ..options.clone() };
        Ok(self.specification.plan(&options)?)
    }

    /// Carries out a part of a plan; false when there are not enough requests left for it.
    pub(super) async fn send(&mut self, about: RepeatCause, part: Plan, round: u32) -> Result<bool, Stop> {
        if part.probes.len() as u64 > self.left {
            return Ok(false);
        }
        // Requests of the run itself count against the rate limits as well.
        self.earlier_runs.read_again(Answers::None)?;
        let shape = BTreeMap::from([("again".to_owned(), round.to_string())]);
        // Each round has a journal of its own, which goes by this name.
        let mark = format!("{}-r{}", self.context.options.mark, self.rounds.len());
        let start = Start {
            started_at: Timestamp::now().to_string(),
            mark,
            contract: self.specification.contract.title.clone(),
            shape,
            files: self.specification.sources(),
            plan: part.clone(),
        };
        let Self { command, earlier_runs, context, served, .. } = self;
        let way = SendSettings { command, earlier_runs, context, resumed: None, served: served.as_deref() };
        let carried = carry_out(&way, &part, start).await?;
        let RunTraces { made, changed, left, failed_commands, log_ins, resent } = carried.traces;
        self.traces.made.extend(made);
        self.traces.changed.extend(changed);
        self.traces.left.extend(left);
        self.traces.failed_commands.extend(failed_commands);
        self.traces.log_ins += log_ins;
        self.traces.resent += resent;
        let round = RepeatRound { about, plan: part, outcomes: carried.outcomes };
        self.left = self.left.saturating_sub(round.outcomes.requests());
        let interrupted = was_interrupted(&round.outcomes);
        self.rounds.push(round);
        Ok(!interrupted)
    }
}

/// Whether the run was asked to end.
pub(super) fn was_interrupted(outcomes: &Outcomes) -> bool {
    outcomes.outcomes.iter().any(|outcome| matches!(&outcome.ending, Ending::Withheld(reason) if reason.code() == Code::Interrupted))
}
