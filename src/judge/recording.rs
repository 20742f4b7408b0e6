//! Everything that a run hands over to judging, as one value that can be saved.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::RepeatRound;
use crate::model::exchange::{AnswerContent, Outcomes};
use crate::model::journal::Sources;
use crate::model::keep::Keep;
use crate::model::plan::{Plan, Probe};
use crate::model::report::{RunTraces, SentProbe};

/// A run that can be judged again, offline and against a newer contract. It holds no credentials.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recording {
    /// Version of the form of reports and recordings.
    pub schema_version: u32,
    /// What was asked.
    pub target: String,
    /// Which operations might be called.
    pub profile: String,
    /// When the run started (RFC 3339, UTC).
    pub started_at: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Seed.
    pub seed: u64,
    /// What it keeps of the answers.
    #[serde(default, skip_serializing_if = "Keep::is_all")]
    pub keep: Keep,
    /// Where contract and suite came from.
    #[serde(default)]
    pub files: Sources,
    /// What was planned.
    pub plan: Plan,
    /// What became of it.
    pub outcomes: Outcomes,
    /// What was sent again afterwards, because of what was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub again: Vec<RepeatRound>,
    /// What the run did to its target.
    #[serde(default)]
    pub traces: RunTraces,
}

impl Recording {
    /// The same without any body where not everything of them is kept: what is left of a value can be held against no schema, and
    /// against no other value of which something else is left.
    #[must_use]
    pub fn without_bodies(mut self) -> Self {
        if self.keep.is_all() {
            return self;
        }
        let reason = format!("the recording keeps {}", self.keep.describe());
        let rounds = self.again.iter_mut().map(|round| &mut round.outcomes);
        let outcomes = std::iter::once(&mut self.outcomes).chain(rounds).flat_map(|outcomes| &mut outcomes.outcomes);
        let answers = outcomes.flat_map(|outcome| &mut outcome.exchanges).filter_map(|exchange| exchange.answer.as_mut());
        for answer in answers.filter(|answer| answer.body != AnswerContent::Empty) {
            answer.body = AnswerContent::Withheld(reason.clone());
        }
        self
    }
}

/// Every probe that was sent, in the order in which it ended.
pub fn sent(plan: &Plan, outcomes: &Outcomes) -> Vec<SentProbe> {
    let planned: HashMap<&str, &Probe> = plan.probes.iter().map(|probe| (probe.id.as_str(), probe)).collect();
    let sent = outcomes.outcomes.iter().filter(|outcome| !outcome.exchanges.is_empty());
    sent.filter_map(|outcome| {
        let probe = planned.get(outcome.probe.as_str())?;
        Some(SentProbe {
            id: probe.id.clone(),
            operation: probe.operation.clone(),
            purpose: match probe.purpose {
                crate::model::plan::Purpose::Probe => "probe",
                crate::model::plan::Purpose::Fixture => "fixture",
                crate::model::plan::Purpose::Cleanup => "cleanup",
            }
            .to_owned(),
            status: outcome.answer().map(|answer| answer.status),
            requests: outcome.exchanges.len() as u64,
        })
    })
    .collect::<Vec<_>>()
}
