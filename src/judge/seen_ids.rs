//! Collects the ids that the answers of a run held, and which of their resources are gone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::contract::expressions::captured;
use crate::model::exchange::Outcomes;
use crate::model::plan::{Plan, SlotId};

/// The ids that answers held, and the slots whose thing is gone.
pub(super) fn captured_and_removed(plan: &Plan, outcomes: &Outcomes) -> (BTreeMap<SlotId, Value>, BTreeSet<SlotId>) {
    let (mut values, mut gone) = (BTreeMap::new(), BTreeSet::new());
    for (probe, outcome) in outcomes.outcomes.iter().filter_map(|outcome| Some((plan.probe(&outcome.probe)?, outcome))) {
        let Some(answer) = outcome.answer() else { continue };
        for capture in probe.captures.iter().filter(|_| probe.is_accepted_by(answer.status)) {
            if let Some(value) = captured(capture, answer, probe, &values) {
                values.insert(capture.slot.clone(), value);
            }
        }
        if answer.status.is_success() || (probe.fault.is_none() && matches!(answer.status.0, 404 | 410)) {
            gone.extend(probe.consumes.iter().cloned());
        }
    }
    (values, gone)
}
