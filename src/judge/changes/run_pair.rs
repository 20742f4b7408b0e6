//! Goes through the probes of two runs and compares what came of each.

use std::collections::{HashMap, HashSet};

use super::ChangeInput;
use super::answer_pair::{AnswerPair, BodyKept};
use super::body_walk::BodyWalk;
use super::difference::{Difference, Sighting};
use super::kinds;
use super::volatile_values::VolatileValues;
use crate::judge::Recording;
use crate::judge::redaction::RunValues;
use crate::model::change::{ChangeClass, ComparedCounts};
use crate::model::contract::Status;
use crate::model::exchange::{Answer, Ending, Outcome};
use crate::model::keep::Keep;
use crate::model::plan::{Probe, Repeat};
use crate::model::reason::Reason;

/// Two runs whose answers are compared.
pub(super) struct RunPair<'a> {
    pub input: &'a ChangeInput<'a>,
    pub old: &'a Recording,
    pub new: &'a Recording,
    /// What both know by themselves.
    pub volatile: VolatileValues,
    /// What each has sent and made.
    pub old_values: RunValues,
    pub new_values: RunValues,
    /// What is left of the bodies of both.
    pub kept: BodyKept,
    /// With which statuses each has seen an operation answer.
    seen: [HashSet<(&'a str, Status)>; 2],
}

impl<'a> RunPair<'a> {
    pub(super) fn new(input: &'a ChangeInput<'a>, old: &'a Recording, new: &'a Recording) -> Self {
        let least = old.keep.min(new.keep);
        let kept = match least {
            Keep::None => BodyKept::Nothing,
            // Keys of masks are of one run each; what is only the shape of one side is no value of the other.
            Keep::Shapes | Keep::Masked => BodyKept::Shapes,
            Keep::All => BodyKept::Everything,
        };
        Self {
            input,
            old,
            new,
            volatile: VolatileValues::of(old, new),
            old_values: values(old),
            new_values: values(new),
            kept,
            seen: [seen(old), seen(new)],
        }
    }

    /// Whether both runs have seen an operation answer with both statuses.
    pub(super) fn have_seen(&self, operation: &str, statuses: [Status; 2]) -> bool {
        self.seen.iter().all(|seen| statuses.iter().all(|status| seen.contains(&(operation, *status))))
    }

    /// Everything that differs, in the order in which the probes of the newer run are due.
    pub(super) fn differences(&'a self, compared: &mut ComparedCounts) -> Vec<Difference<'a>> {
        if self.kept != BodyKept::Everything {
            let level = self.old.keep.min(self.new.keep).words();
            compared.left_out.push(format!("values of bodies: a recording keeps {level}"));
        }
        let outcomes = |recording: &'a Recording| -> HashMap<&'a str, &'a Outcome> {
            recording.outcomes.outcomes.iter().map(|outcome| (outcome.probe.as_str(), outcome)).collect()
        };
        let (before, after) = (outcomes(self.old), outcomes(self.new));
        let planned: HashMap<&str, &Probe> = self.new.plan.probes.iter().map(|probe| (probe.id.as_str(), probe)).collect();
        let mut found = Vec::new();
        for probe in &self.old.plan.probes {
            let (Some(newer), Some(old)) = (planned.get(probe.id.as_str()), before.get(probe.id.as_str())) else { continue };
            let Some(was) = counting(probe, old) else { continue };
            let newest = after.get(probe.id.as_str()).copied();
            match newest.and_then(|outcome| counting(newer, outcome)) {
                Some(is) => {
                    compared.answers += 1;
                    let operation = self.input.contract.and_then(|contract| contract.operation(&probe.operation));
                    found.extend(answered(&AnswerPair { runs: self, probe, operation, old: was, new: is }));
                }
                None => found.push(unseen(probe, newest)),
            }
        }
        found
    }
}

/// Of a walk through pages the first answer counts here, of anything else the last one.
fn counting<'a>(probe: &Probe, outcome: &'a Outcome) -> Option<&'a Answer> {
    let exchange = if matches!(probe.repeat, Repeat::Pages { .. }) { outcome.exchanges.first() } else { outcome.exchanges.last() };
    exchange.and_then(|exchange| exchange.answer.as_ref())
}

fn seen(recording: &Recording) -> HashSet<(&str, Status)> {
    let planned: HashMap<&str, &Probe> = recording.plan.probes.iter().map(|probe| (probe.id.as_str(), probe)).collect();
    let answered = recording.outcomes.outcomes.iter().filter_map(|outcome| Some((planned.get(outcome.probe.as_str())?, outcome.answer()?.status)));
    answered.map(|(probe, status)| (probe.operation.as_str(), status)).collect()
}

fn values(recording: &Recording) -> RunValues {
    let mut values = RunValues::default();
    values.learn_plan(&recording.plan);
    let planned: HashMap<&str, &Probe> = recording.plan.probes.iter().map(|probe| (probe.id.as_str(), probe)).collect();
    for outcome in &recording.outcomes.outcomes {
        for exchange in &outcome.exchanges {
            values.learn(planned.get(outcome.probe.as_str()).copied(), &exchange.request, exchange.answer.as_ref());
        }
    }
    values
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
fn unseen<'a>(probe: &'a Probe, outcome: Option<&Outcome>) -> Difference<'a> {
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
