//! What is known of two runs whose answers are compared.

use std::collections::{HashMap, HashSet};

use super::ChangeInput;
use super::volatile_values::VolatileValues;
use crate::judge::Recording;
use crate::judge::redaction::RunValues;
use crate::model::contract::Status;
use crate::model::keep::Keep;
use crate::model::plan::Probe;

/// How much of the bodies of two runs can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyKept {
    /// None of it.
    Nothing,
    /// Members and types.
    Shapes,
    /// Values, too.
    Everything,
}

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
            old_values: RunValues::of(&[(&old.plan, &old.outcomes)]),
            new_values: RunValues::of(&[(&new.plan, &new.outcomes)]),
            kept,
            seen: [answered_statuses(old), answered_statuses(new)],
        }
    }

    /// Whether both runs have seen an operation answer with both statuses.
    pub(super) fn have_seen(&self, operation: &str, statuses: [Status; 2]) -> bool {
        self.seen.iter().all(|seen| statuses.iter().all(|status| seen.contains(&(operation, *status))))
    }
}

fn answered_statuses(recording: &Recording) -> HashSet<(&str, Status)> {
    let planned: HashMap<&str, &Probe> = recording.plan.probes.iter().map(|probe| (probe.id.as_str(), probe)).collect();
    let answered = recording.outcomes.outcomes.iter().filter_map(|outcome| Some((planned.get(outcome.probe.as_str())?, outcome.answer()?.status)));
    answered.map(|(probe, status)| (probe.operation.as_str(), status)).collect()
}
