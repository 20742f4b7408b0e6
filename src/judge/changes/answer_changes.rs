//! Goes through the probes of two runs and compares what came of each.

use std::collections::HashMap;

use super::answer_pair::AnswerPair;
use super::body_walk::BodyWalk;
use super::difference::{Difference, Sighting};
use super::kinds;
use super::run_pair::{BodyKept, RunPair};
use crate::judge::Recording;
use crate::model::change::{ChangeClass, ComparedCounts};
use crate::model::exchange::{Answer, Ending, Outcome};
use crate::model::plan::{Probe, Repeat};
use crate::model::reason::Reason;

/// Everything that differs, in the order in which the probes of the newer run are due.
pub(super) fn differences<'a>(runs: &'a RunPair<'a>, compared: &mut ComparedCounts) -> Vec<Difference<'a>> {
    if runs.kept != BodyKept::Everything {
        let level = runs.old.keep.min(runs.new.keep).describe();
        compared.left_out.push(format!("values of bodies: a recording keeps {level}"));
    }
    let outcomes = |recording: &'a Recording| -> HashMap<&'a str, &'a Outcome> {
        recording.outcomes.outcomes.iter().map(|outcome| (outcome.probe.as_str(), outcome)).collect()
    };
    let (before, after) = (outcomes(runs.old), outcomes(runs.new));
    let planned: HashMap<&str, &Probe> = runs.new.plan.probes.iter().map(|probe| (probe.id.as_str(), probe)).collect();
    let mut found = Vec::new();
    for probe in &runs.old.plan.probes {
        let (Some(newer), Some(old)) = (planned.get(probe.id.as_str()), before.get(probe.id.as_str())) else { continue };
        let Some(was) = counting(probe, old) else { continue };
        let newest = after.get(probe.id.as_str()).copied();
        match newest.and_then(|outcome| counting(newer, outcome)) {
            Some(is) => {
                compared.answers += 1;
                let operation = runs.input.contract.and_then(|contract| contract.operation(&probe.operation));
                found.extend(answered(&AnswerPair { runs, probe, operation, old: was, new: is }));
            }
            None => found.push(no_longer_answered(probe, newest)),
        }
    }
    found
}

/// Of a walk through pages the first answer counts here, of anything else the last one.
fn counting<'a>(probe: &Probe, outcome: &'a Outcome) -> Option<&'a Answer> {
    let exchange = if matches!(probe.repeat, Repeat::Pages { .. }) { outcome.exchanges.first() } else { outcome.exchanges.last() };
    exchange.and_then(|exchange| exchange.answer.as_ref())
}

/// What differs between two answers. Answers with different statuses have different bodies by their nature.
fn answered<'a>(answers: &AnswerPair<'a>) -> Vec<Difference<'a>> {
    let difference = |kind, at: String, sighting| Difference {
        kind,
        sighting,
        operation: &answers.probe.operation,
        status: Some(answers.new.status),
        probe: Some(&answers.probe.id),
        at,
        because: None,
        echoes: 0,
    };
    let mut found: Vec<Difference<'a>> = Vec::new();
    for kind in kinds::OF_ANSWERS {
        found.extend((kind.see)(answers).into_iter().map(|(at, sighting)| difference(kind.name, at, sighting)));
    }
    if answers.old.status == answers.new.status {
        found.extend(BodyWalk::of(answers).into_iter().map(|(kind, at, sighting)| difference(kind, at, sighting)));
    }
    found
}

/// That a probe is not answered any more.
fn no_longer_answered<'a>(probe: &'a Probe, outcome: Option<&Outcome>) -> Difference<'a> {
    let reason = outcome.and_then(|outcome| match &outcome.ending {
        Ending::Withheld(reason) | Ending::Silent(reason) => Some(reason),
        Ending::Answered => None,
    });
    let followed = match &probe.repeat {
        Repeat::Follow(followed) => Some(followed.clone()),
        _ => None,
    };
    let because = reason.and_then(Reason::cause).cloned().or(followed);
    let words = reason.map_or_else(|| "it was not sent".to_owned(), ToString::to_string);
    // The words name single probes; what they are about does not.
    let sort = reason.and_then(|reason| serde_json::to_string(&reason.code()).ok()).unwrap_or_default();
    Difference {
        kind: kinds::LESS_SEEN,
        sighting: Sighting::new(ChangeClass::Unclear, sort, format!("less was seen: {words}")).between(Some("answered".to_owned()), None),
        operation: &probe.operation,
        status: None,
        probe: Some(&probe.id),
        at: "status".to_owned(),
        because,
        echoes: 0,
    }
}
