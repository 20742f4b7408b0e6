//! What the run made and could not remove.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::domain::exchange::{Ending, Outcome, Outcomes};
use crate::domain::plan::{Plan, Probe, SlotId};
use crate::domain::report::Leftover;
use crate::domain::text::plain;
use crate::generate::captured;

/// Everything that a request made, that an operation of the contract removes, and that is still there at the end.
pub fn leftovers(plan: &Plan, outcomes: &Outcomes) -> Vec<Leftover> {
    let (values, gone) = known(plan, outcomes);
    let made = plan.slots.iter().filter(|(id, slot)| slot.maker().is_some() && !gone.contains(*id));
    let left = made.filter_map(|(id, slot)| {
        let value = values.get(id)?;
        let (operation, reason) = last_try(plan, outcomes, id)?;
        let id = plain(value);
        Some(Leftover { kind: slot.kind.clone(), id, operation, reason })
    });
    left.collect()
}

/// The ids that answers held, and the slots whose thing is gone.
pub(super) fn known(plan: &Plan, outcomes: &Outcomes) -> (BTreeMap<SlotId, Value>, BTreeSet<SlotId>) {
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

/// The operation that was to remove a thing at last, and why it did not.
fn last_try(plan: &Plan, outcomes: &Outcomes, slot: &SlotId) -> Option<(String, String)> {
    let mut tries = plan.probes.iter().rev().filter(|probe| probe.fault.is_none() && probe.consumes.contains(slot));
    let last = tries.find_map(|probe| Some((probe, outcomes.of(&probe.id)?)))?;
    let why = |(probe, outcome): (&Probe, &Outcome)| match (&outcome.ending, outcome.answer()) {
        (Ending::Answered, Some(answer)) => format!("{} was answered {}", probe.operation, answer.status),
        (Ending::Silent(reason) | Ending::Withheld(reason), _) => reason.clone(),
        (Ending::Answered, None) => "no answer came".to_owned(),
    };
    Some((last.0.operation.clone(), why(last)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::exchange::Content;
    use crate::judge::testing::{answer, outcome, plan, probe};

    /// One thing is made, and its removal is answered with a status.
    fn left(status: u16) -> Vec<Leftover> {
        let capture = json!([{"slot": "books#1", "expression": "$response.body#/id", "like": null, "nth": 0}]);
        let probes = vec![
            probe("make", &json!({"operation": "make", "captures": capture})),
            probe("remove", &json!({"operation": "remove", "consumes": ["books#1"]})),
        ];
        let plan = plan(probes, json!({"books#1": {"kind": "books", "origin": {"created": "make"}, "like": null}}));
        let answer = |status| answer(status, Content::Json(json!({"id": 7})));
        leftovers(&plan, &Outcomes { outcomes: vec![outcome("make", vec![answer(201)]), outcome("remove", vec![answer(status)])] })
    }

    #[test]
    fn what_could_not_be_removed_is_named() {
        let kept =
            Leftover { kind: "books".to_owned(), id: "7".to_owned(), operation: "remove".to_owned(), reason: "remove was answered 400".to_owned() };
        assert_eq!(left(400), [kept]);
        assert!(left(204).is_empty() && left(404).is_empty());
    }
}
