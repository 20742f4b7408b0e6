//! Merges what was sent again after a run: how often a finding shows, and the smallest request that shows it.

use serde::{Deserialize, Serialize};

use super::truth_table::{CellFacts, verdict};
use super::{JudgeInput, Judgement, judge};
use crate::model::exchange::{AnswerContent, Outcome, Outcomes};
use crate::model::plan::{Plan, ProbeId};
use crate::model::report::Cell;
use crate::model::verdict::{Finding, Severity, Sightings};

/// Checks that tell of a server that has failed.
const FAILURES: [&str; 2] = ["status", "server-error"];

/// A part of the plan that was carried out once more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RepeatRound {
    /// What it was for.
    pub about: RepeatCause,
    /// What was planned.
    pub plan: Plan,
    /// What became of it.
    pub outcomes: Outcomes,
}

/// What a part of a plan was carried out again for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepeatCause {
    /// To try the valid requests of these operations in another way, and to ask for what was not reached for want of them.
    Another(Vec<String>),
    /// To see whether the same probes show the same.
    Repeat(Vec<ProbeId>),
    /// To find a smaller request that shows the same as this probe.
    Shrink(ProbeId),
    /// The same, and one was found: the probe, and the probe of this round that is the smaller one.
    Shrunk(ProbeId, ProbeId),
}

impl RepeatRound {
    /// What is found in it.
    pub fn findings(&self, input: &JudgeInput<'_>) -> Vec<Finding> {
        let own = JudgeInput { plan: &self.plan, outcomes: &self.outcomes, ..*input };
        let judgement = judge(&own);
        judgement.into_findings().collect()
    }
}

/// Adds to each finding in how many tries it was seen, and puts the smallest request in the place of the one that was
/// drawn.
pub fn count_tries(input: &JudgeInput<'_>, rounds: &[RepeatRound], judgement: &mut Judgement) {
    for round in rounds {
        let found = match &round.about {
            RepeatCause::Shrink(_) => continue,
            RepeatCause::Another(_) => {
                merge_round(input, round, judgement);
                fail_as_well(round, round.findings(input), judgement);
                continue;
            }
            RepeatCause::Repeat(_) | RepeatCause::Shrunk(..) => round.findings(input),
        };
        let cells = judgement.cells.iter_mut().flat_map(|cell| &mut cell.findings);
        for finding in cells.chain(&mut judgement.findings) {
            match &round.about {
                RepeatCause::Repeat(probes) if probes.contains(&finding.probe) => count(finding, round, &found),
                RepeatCause::Shrunk(probe, smaller) if finding.probe == *probe => replace(finding, round, smaller, &found),
                RepeatCause::Repeat(_) | RepeatCause::Shrunk(..) | RepeatCause::Shrink(_) | RepeatCause::Another(_) => {}
            }
        }
    }
    for round in rounds.iter().filter(|round| matches!(round.about, RepeatCause::Repeat(_))) {
        fail_as_well(round, round.findings(input), judgement);
    }
    soften(&mut judgement.cells);
}

/// Adds valid requests that failed when they were sent again, once for each operation: what fails now and then fails.
fn fail_as_well(round: &RepeatRound, found: Vec<Finding>, judgement: &mut Judgement) {
    for finding in found.into_iter().filter(is_failure) {
        let Some(probe) = round.plan.probe(&finding.probe).filter(|probe| probe.fault.is_none()) else { continue };
        let mut known = judgement.cells.iter().flat_map(|cell| &cell.findings).chain(&judgement.findings);
        if known.any(|known| is_failure(known) && known.probe.is_named_after(&probe.operation)) {
            continue;
        }
        // Its own cell was shown by another try.
        let own = |cell: &&mut Cell| cell.verdict.is_shown() && cell.operation == probe.operation && cell.status == probe.status;
        match judgement.cells.iter_mut().find(own) {
            Some(cell) => {
                cell.findings.push(finding);
                cell.verdict = verdict(&CellFacts { broken: true, shown: true, ..CellFacts::default() });
            }
            None => judgement.findings.push(finding),
        }
    }
}

/// Whether a finding tells of a server that has failed.
fn is_failure(finding: &Finding) -> bool {
    FAILURES.contains(&finding.check.as_str()) && finding.actual.starts_with('5')
}

/// Lets what a round has shown of a cell stand where nothing was shown of it before.
fn merge_round(input: &JudgeInput<'_>, round: &RepeatRound, judgement: &mut Judgement) {
    let own = judge(&JudgeInput { plan: &round.plan, outcomes: &round.outcomes, ..*input });
    for cell in own.cells.into_iter().filter(|cell| cell.verdict.is_shown()) {
        let open = |known: &&mut Cell| known.verdict.is_open();
        let same = |known: &&mut Cell| known.operation == cell.operation && known.status == cell.status;
        if let Some(known) = judgement.cells.iter_mut().find(same).filter(open) {
            *known = cell;
        }
    }
    // A valid request that failed is told in its own cell, with those of all other rounds.
    let is_failed = |finding: &Finding| is_failure(finding) && round.plan.probe(&finding.probe).is_some_and(|probe| probe.fault.is_none());
    for finding in own.findings.into_iter().filter(|finding| !is_failed(finding)) {
        if judgement.findings.iter().all(|known| !is_same(known, &finding)) {
            judgement.findings.push(finding);
        }
    }
}

/// Lets what is only seen now and then be a warning where another user may have caused it.
fn soften(cells: &mut [Cell]) {
    for cell in cells {
        let passing = |finding: &&mut Finding| finding.sightings.others && finding.sightings.seen < finding.sightings.tries;
        let mut softened = false;
        for finding in cell.findings.iter_mut().filter(passing) {
            finding.severity = Severity::Should;
            softened = true;
        }
        if softened && cell.verdict.is_shown() {
            let broken = cell.findings.iter().any(|finding| finding.severity != Severity::Should);
            cell.verdict = verdict(&CellFacts { broken, shown: true, ..CellFacts::default() });
        }
    }
}

fn count(finding: &mut Finding, round: &RepeatRound, found: &[Finding]) {
    // Silence shows nothing, nor does a body that there was no room for.
    let answer = round.outcomes.of(&finding.probe).and_then(Outcome::answer);
    let sent = answer.is_some_and(|answer| !matches!(answer.body, AnswerContent::Unread(_) | AnswerContent::Withheld(_)));
    let seen = found.iter().any(|other| is_same(finding, other) && other.probe == finding.probe);
    finding.sightings.tries += u64::from(sent || seen);
    finding.sightings.seen += u64::from(seen);
}

fn replace(finding: &mut Finding, round: &RepeatRound, smaller: &str, found: &[Finding]) {
    let from = |other: &&Finding| drawn_for(&round.plan, &other.probe).is_some_and(|id| id == smaller);
    let Some(other) = found.iter().filter(from).find(|other| is_same(finding, other)) else { return };
    let shrunk = round.plan.drawn.get(smaller).map(crate::model::drawn::Drawn::describe);
    let sightings = Sightings { shrunk, excerpt: other.sightings.excerpt.clone(), ..finding.sightings.clone() };
    *finding = Finding { probe: finding.probe.clone(), sightings, ..other.clone() };
}

/// The drawn request behind a probe: the probe itself, or the one whose outcome it looks at.
pub fn drawn_for<'a>(plan: &'a Plan, probe: &str) -> Option<&'a ProbeId> {
    let known = |id: &str| plan.drawn.get_key_value(id).map(|(id, _)| id);
    known(probe).or_else(|| plan.probe(probe)?.after.iter().find_map(|before| known(before)))
}

/// Whether two findings are about the same broken rule at the same place.
pub fn is_same(one: &Finding, other: &Finding) -> bool {
    // The reason for a failure may be another one each time, and so may the status.
    one.check == other.check && one.severity == other.severity && one.answer == other.answer && (one.actual == other.actual || one.check != "status")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::model::verdict::Verdict;

    #[test]
    fn a_valid_request_that_fails_in_a_later_round_is_told_in_the_cell_that_was_shown() {
        let cell = json!({"operation": "things.list", "method": "GET", "path": "/things", "status": 200, "general": false,
            "intent": {"probes": ["things.list::200::success"]}});
        let first = probe("things.list::200::success", &json!({}));
        let plan = |probes: Vec<crate::model::plan::Probe>, cells: serde_json::Value| Plan {
            cells: serde_json::from_value(cells).unwrap(),
            ..plan(probes, json!({}))
        };
        let whole = plan(vec![first], json!([cell]));
        for about in [RepeatCause::Another(vec!["things.make".to_owned()]), RepeatCause::Repeat(Vec::new())] {
            let again = plan(vec![probe("things.list::cleanup::1", &json!({"purpose": "cleanup"}))], json!([]));
            let outcomes = Outcomes { outcomes: vec![outcome("things.list::cleanup::1", vec![answer(500, AnswerContent::Empty)])] };
            let round = RepeatRound { about, plan: again, outcomes };
            let shown = vec![outcome("things.list::200::success", vec![answer(200, AnswerContent::Empty)])];
            let judgement = said(&contract(&json!({}), &json!({})), &whole, shown, |input| {
                let mut judgement = judge(input);
                count_tries(input, &[round], &mut judgement);
                judgement
            });
            assert_eq!((judgement.cells[0].verdict, judgement.findings.len()), (Verdict::Violates, 0), "{:?}", judgement.findings);
        }
    }

    /// The verdict of a cell with a finding that was seen so often in five tries.
    fn softened(others: bool, seen: u64) -> Verdict {
        let finding = json!({"check": "state", "severity": "must", "message": "a thing is on two pages", "expected": "", "actual": "", "contract": "", "answer": "",
            "citation": "", "probe": "p", "curl": "", "seen": seen, "tries": 5, "excerpt": null, "shrunk": null, "others": others});
        let cell = json!({"operation": "things.list", "api": "", "method": "GET", "path": "/things", "status": 200, "general": false,
            "verdict": "violates", "reason": null, "probes": [], "findings": [finding], "remembered": null});
        let mut cells: Vec<Cell> = vec![serde_json::from_value(cell).unwrap()];
        soften(&mut cells);
        cells[0].verdict
    }

    #[test]
    fn what_others_may_have_brought_about_has_to_be_seen_each_time() {
        assert_eq!(softened(true, 1), Verdict::Conforms);
        assert_eq!(softened(true, 5), Verdict::Violates);
        assert_eq!(softened(false, 1), Verdict::Violates);
    }
}
