//! What a command knows of earlier runs against the same target, and what it saves for the next one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::observer::Observer;
use super::options::{Scope, Selection};
use super::retention::Retention;
use super::target::{self, Specification, Target};
use crate::contract::expressions::captured;
use crate::execute::journal::{Answers, Journal, Memory, PendingJob, StateFolder, digest};
use crate::judge::Recording;
use crate::model::contract::Contract;
use crate::model::exchange::Outcome;
use crate::model::ids::ProbeId;
use crate::model::journal::{JournalHistory, Sources, Start};
use crate::model::keep::Keep;
use crate::model::plan::{Origin, Plan, Probe, SlotId};
use crate::model::report::Report;
use crate::model::suite::Suite;
use crate::model::text::unquoted_text;
use crate::plan::{GivenResource, KnownResources, PlanningOptions, removals, restoring_requests};
use crate::session::stop::Stop;

/// How long journals are looked into for requests that count against a rate limit, in milliseconds: two days.
const LONGEST_WINDOW: i64 = 2 * 86_400_000;

/// What is known of earlier runs.
#[derive(Debug, Default)]
pub struct EarlierRuns {
    folder: Option<StateFolder>,
    /// What is remembered.
    pub memory: Memory,
    /// Journals of earlier runs, the oldest first.
    pub journals: Vec<JournalHistory>,
    /// Digest of the contract.
    pub contract: String,
    /// Requests that were sent to clean up before the run.
    pub sent_before: u64,
}

impl EarlierRuns {
    /// Opens what is known of a target. Of the embedded mock nothing is, unless a budget makes a run one of several.
    ///
    /// # Errors
    /// The state folder cannot be used.
    pub fn for_run(scope: &Scope, target: &Target, specification: &Specification, answers: Answers, observer: &dyn Observer) -> Result<Self, Stop> {
        if *target == Target::Mock && scope.budget.is_none() {
            return Ok(Self::default());
        }
        Self::open(&scope.pace.state, target, specification, answers, observer)
    }

    /// Opens what is known of a target.
    ///
    /// # Errors
    /// The state folder cannot be used.
    pub fn open(state: &Path, target: &Target, specification: &Specification, answers: Answers, observer: &dyn Observer) -> Result<Self, Stop> {
        let folder = StateFolder::open(state, &target.key(), &specification.contract.title)?;
        let memory = folder.memory().unwrap_or_else(|error| {
            // What is remembered spares requests; a run is right without it.
            observer.note(&format!("warning: what earlier runs remembered is left aside: {error}"));
            Memory::default()
        });
        let journals = folder.journals(answers)?;
        Ok(Self { folder: Some(folder), memory, journals, contract: digest(&specification.contract.document.to_string()), sent_before: 0 })
    }

    /// Reads the journals once more, with when something has been sent since.
    ///
    /// # Errors
    /// The state folder cannot be used.
    pub fn read_again(&mut self, answers: Answers) -> Result<(), Stop> {
        if let Some(folder) = &self.folder {
            self.journals = folder.journals(answers)?;
        }
        Ok(())
    }

    /// The run that was cut off and can be continued, when it is of this shape; else what differs, by name.
    pub fn unfinished(&self, shape: &BTreeMap<String, String>) -> Option<Result<&JournalHistory, Vec<String>>> {
        let open = || self.journals.iter().rev().filter(|one| !one.finished && !one.cleaned && !one.interrupted);
        // What is sent again after a run has a journal of its own, which is never continued by itself.
        let open = open().find(|one| one.start.shape == *shape).or_else(|| open().next())?;
        let names = shape.keys().chain(open.start.shape.keys());
        let mut differ: Vec<String> = names.filter(|name| shape.get(*name) != open.start.shape.get(*name)).cloned().collect();
        differ.sort();
        differ.dedup();
        Some(if differ.is_empty() { Ok(open) } else { Err(differ) })
    }

    /// Journals of runs that may have left something.
    pub fn journals_with_leftovers(&self) -> Vec<&JournalHistory> {
        self.journals.iter().filter(|one| has_left(one)).collect()
    }

    /// Titles of other contracts with which runs against the same target may have left something.
    ///
    /// # Errors
    /// The state folder cannot be used.
    pub fn contracts_with_leftovers(&self) -> Result<BTreeSet<String>, Stop> {
        let Some(folder) = &self.folder else { return Ok(BTreeSet::new()) };
        let others = folder.journals_of_others()?;
        Ok(others.iter().filter(|one| has_left(one)).map(|one| one.start.contract.clone()).collect())
    }

    /// The files of runs against the same target that may have left something, where any of them had other files than the
    /// bundled ones.
    ///
    /// # Errors
    /// The state folder cannot be used.
    pub fn sources_of_leftovers(&self) -> Result<Vec<Sources>, Stop> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let others = folder.journals_of_others()?;
        let open = others.iter().chain(&self.journals).filter(|one| has_left(one) || !(one.finished || one.cleaned));
        let mut found: Vec<Sources> = Vec::new();
        for one in open {
            if !found.contains(&one.start.files) {
                found.push(one.start.files.clone());
            }
        }
        let told = |files: &Sources| files.contract.is_some() || files.suite.is_some();
        Ok(if found.iter().any(told) { found } else { Vec::new() })
    }

    /// Begins the journal of a run, or goes on with one; `None` where none is kept.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn journal(&self, target: &Target, resumed: Option<&JournalHistory>, start: impl FnOnce() -> Start) -> Result<Option<Journal>, Stop> {
        let Some(folder) = self.folder.as_ref().filter(|_| *target != Target::Mock) else { return Ok(None) };
        Ok(Some(match resumed {
            Some(journal_history) => folder.resume(journal_history)?,
            None => folder.begin(start())?,
        }))
    }

    /// Goes on with a journal, to write down that what it left is removed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn reopen(&self, journal_history: &JournalHistory) -> Result<Option<Journal>, Stop> {
        Ok(self.folder.as_ref().map(|folder| folder.resume(journal_history)).transpose()?)
    }

    /// How long ago each request was sent that may still count against a rate limit.
    pub fn ages(&self) -> Vec<Duration> {
        let now = Timestamp::now().as_millisecond();
        let all = self.journals.iter().flat_map(|one| &one.times);
        all.filter_map(|at| u64::try_from(now - at).ok()).map(Duration::from_millis).collect()
    }

    /// Adds jobs of an earlier day to what the suite names itself.
    pub fn add_given_jobs(&self, suite: &Suite, given: &mut BTreeMap<String, Vec<GivenResource>>) {
        let now = Timestamp::now().as_millisecond();
        for (kind, entries) in &suite.given {
            for entry in entries {
                let (Some(state), Some(after)) = (&entry.state, entry.after) else { continue };
                let known = given.entry(kind.clone()).or_default();
                if known.iter().all(|known| known.state.as_ref() != Some(state))
                    && let Some(job) = self.memory.old_job(kind, now, i64::from(after) * 1000)
                {
                    let left = Timestamp::from_millisecond(job.at).ok().map(|at| format!("{at:.0}"));
                    known.push(GivenResource { id: job.id.clone(), state: Some(state.clone()), left });
                }
            }
        }
    }

    /// Puts what earlier runs said of it in the place of every cell that this one left to a later one.
    pub fn recall_cells(&self, report: &mut Report, plan: &Plan) {
        for (cell, planned) in report.cells.iter_mut().zip(&plan.cells) {
            if !matches!(planned.intent, crate::model::plan::Intent::Postponed(_)) {
                continue;
            }
            if let Some(known) = self.memory.known_cell(cell, &self.contract) {
                *cell = known.cell.clone();
                cell.remembered = Some(known.at.clone());
            }
        }
    }

    /// Keeps what a run has shown.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn record_run(&mut self, suite: &Suite, report: &Report, recording: &Recording) -> Result<(), Stop> {
        let Some(folder) = &self.folder else { return Ok(()) };
        self.memory.record_cells(&report.cells, &report.started_at, &self.contract, report.keep);
        for (kind, id) in unknown_jobs(recording) {
            self.memory.forget_job(kind, id);
        }
        let at = Timestamp::now().as_millisecond();
        for (kind, id) in left_jobs(suite, recording) {
            self.memory.keep_job(&kind, PendingJob { id, at });
        }
        folder.remember(&self.memory)?;
        folder.remove_unneeded(&self.journals, at - LONGEST_WINDOW)?;
        Ok(())
    }

    /// Takes out of the journals of runs that have ended what is not to be kept. What is still to be removed is kept masked, or
    /// whole where it could not be removed otherwise, until `clean` has removed it.
    ///
    /// # Errors
    /// A journal cannot be read or written.
    pub fn reduce(&mut self, contract: &Contract, retention: &Retention) -> Result<(), Stop> {
        if retention.level.is_all() {
            return Ok(());
        }
        // What was left shows in the answers.
        self.read_again(Answers::All)?;
        let Some(folder) = &self.folder else { return Ok(()) };
        for one in self.journals.iter().filter(|one| one.finished || one.cleaned) {
            let left = has_left(one);
            let level = if left { retention.level.max(Keep::Masked) } else { retention.level };
            let Some(redactor) = retention.journal_redactor(level, contract, one).filter(|_| one.keep > level) else { continue };
            let told = |entry| redactor.redacted_entry(entry);
            if !left || needs(one) == needs(&one.clone().map_entries(&told)) {
                folder.reduce(one, level, &told)?;
            }
        }
        Ok(())
    }

    /// Forgets which cells were proved.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn forget_proved_cells(&mut self) -> Result<(), Stop> {
        self.memory.cells.clear();
        let Some(folder) = &self.folder else { return Ok(()) };
        Ok(folder.remember(&self.memory)?)
    }
}

/// Whether a run may have left something that has not been removed since.
fn has_left(journal_history: &JournalHistory) -> bool {
    if journal_history.cleaned {
        return false;
    }
    let known = KnownResources::from_journal(None, journal_history);
    let makes = |probe: &Probe| probe.fault.is_none() && !probe.request.method.is_safe() && !probe.captures.is_empty();
    let may_have_made = journal_history.probes().any(|probe| makes(probe) && known.unanswered(&probe.id) > 0);
    may_have_made || !removing(journal_history, &known).is_empty()
}

/// The requests that remove what a run has left, each with the ids that it is sent with.
fn needs(journal_history: &JournalHistory) -> Vec<(ProbeId, Vec<Option<Value>>)> {
    let known = KnownResources::from_journal(None, journal_history);
    let ids = |probe: &Probe| probe.request.slots().iter().map(|slot| known.ids().get(slot).cloned()).collect();
    removing(journal_history, &known).into_iter().map(|probe| (probe.id.clone(), ids(&probe))).collect()
}

/// The requests that remove what a run has left.
fn removing(journal_history: &JournalHistory, known: &KnownResources) -> Vec<Probe> {
    let whole = known.extended(&journal_history.start.plan);
    let mut all = removals(&whole, |slot| known.exists(slot));
    all.extend(restoring_requests(&whole, known));
    all
}

/// Jobs of earlier runs that have not shown what they were left for, by kind and id: the next run leaves others.
fn unknown_jobs(recording: &Recording) -> impl Iterator<Item = (&str, &str)> {
    let answered = |probe: &&Probe| recording.outcomes.of(&probe.id).and_then(Outcome::answer).is_some_and(|answer| answer.status != probe.status);
    let asking = recording.plan.probes.iter().filter(|probe| probe.fault.is_some() && probe.assumed.is_some()).filter(answered);
    asking.flat_map(|probe| &probe.needs).filter_map(|slot| recording.plan.slots.get(slot)).filter_map(|slot| match &slot.origin {
        Origin::Given(id) => Some((slot.kind.as_str(), id.as_str())),
        Origin::Created(_) | Origin::Borrowed(_) => None,
    })
}

/// Jobs that a run has left because they expire by themselves, by kind and id.
fn left_jobs(suite: &Suite, recording: &Recording) -> Vec<(String, String)> {
    let plan = &recording.plan;
    let accepted = |probe: &Probe| {
        let answer = recording.outcomes.of(&probe.id).and_then(Outcome::answer)?;
        probe.is_accepted_by(answer.status).then_some(answer)
    };
    let removed = |slot: &SlotId| plan.probes.iter().any(|probe| probe.fault.is_none() && probe.consumes.contains(slot) && accepted(probe).is_some());
    let mut left = Vec::new();
    for probe in plan.probes.iter().filter(|probe| !probe.request.method.is_safe()) {
        let Some(answer) = accepted(probe) else { continue };
        for capture in probe.captures.iter().filter(|capture| !removed(&capture.slot)) {
            let Some(slot) = plan.slots.get(&capture.slot) else { continue };
            let expires = suite.given.get(&slot.kind).is_some_and(|entries| entries.iter().any(|entry| entry.after.is_some()));
            let id = captured(capture, answer, probe, &BTreeMap::new()).filter(|_| expires && slot.origin == Origin::Created(probe.id.clone()));
            left.extend(id.map(|id| (slot.kind.clone(), unquoted_text(&id))));
        }
    }
    left
}

/// Everything that decides about the plan of a run, by name.
pub fn plan_decisions(scope: &Scope, target: &Target, specification: &Specification, options: &PlanningOptions) -> BTreeMap<String, String> {
    let Selection { status, allow, thorough, cases, seed, .. } = &scope.selection;
    let parts = [
        ("--contract", digest(&specification.contract.document.to_string())),
        ("--suite", specification.suite_digest()),
        ("--seed", seed.to_string()),
        ("--cases", cases.to_string()),
        ("--regressions", digest(&serde_json::to_string(&options.regressions).unwrap_or_default())),
        ("--only", options.filter.flags_text()),
        ("--status", format!("{status:?}")),
        ("--failed", format!("{:?}", options.failed)),
        ("--allow", allow.join(" ")),
        ("--thorough", thorough.to_string()),
        ("--profile", target::permission_profile(&scope.selection, target).to_owned()),
        ("--budget", format!("{:?}", scope.budget)),
        ("--window", format!("{:?}", options.windows)),
        ("credentials", format!("{:?} {:?} {:?}", options.full, options.limited, options.other)),
    ];
    parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Options of a plan within the rate limits and the budget, and with what is known of earlier runs.
pub fn with_limits(
    options: PlanningOptions,
    scope: &Scope,
    to: &Target,
    specification: &Specification,
    earlier_runs: &EarlierRuns,
) -> PlanningOptions {
    let windows = target::windows(&scope.pace.window, to, &specification.contract);
    PlanningOptions {
        keep: *to != Target::Mock,
        burst: target::burst(&windows, to),
        windows,
        budget: scope.budget,
        asked: earlier_runs.memory.last_asked(),
        ..options
    }
}
