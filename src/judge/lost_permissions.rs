//! Notices that the account has lost its permissions during the run: a 403 after that says nothing of a fault.

use std::collections::{BTreeMap, BTreeSet};

use super::JudgeInput;
use crate::model::contract::Status;
use crate::model::exchange::Outcome;
use crate::model::plan::{Credentials, Probe, ProbeId};

/// Refused valid requests that show it, each to an API that accepted one before.
const LEAST: usize = 2;

/// The place of the last accepted valid request among the outcomes, where the account was refused everything after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LostPermissions(Option<usize>);

impl LostPermissions {
    /// Looks at the answers to all valid requests of the account that may do everything, in the order in which they came.
    pub fn new(input: &JudgeInput<'_>, accepted: &BTreeMap<ProbeId, bool>) -> Self {
        let api = |probe: &Probe| input.contract.operation(&probe.operation).map(|operation| operation.api.as_str());
        let valid = |outcome: &Outcome| {
            let probe = input.plan.probe(&outcome.probe)?;
            (probe.fault.is_none() && probe.request.credentials == Credentials::Full).then_some(probe)
        };
        let let_in = |outcome: &Outcome| valid(outcome).filter(|probe| accepted.get(&probe.id) == Some(&true));
        let outcomes = &input.outcomes.outcomes;
        let Some(last) = outcomes.iter().rposition(|outcome| let_in(outcome).is_some()) else {
            return Self(None);
        };
        let known: BTreeSet<&str> = outcomes[..=last].iter().filter_map(let_in).filter_map(api).collect();
        let refused = outcomes[last + 1..].iter().filter(|outcome| outcome.answer().is_some_and(|answer| answer.status == Status(403)));
        let shut_out = refused.filter_map(valid).filter_map(api).filter(|api| known.contains(api)).count();
        Self((shut_out >= LEAST).then_some(last))
    }

    /// Whether an answer is a 403 that the account had from that moment on to whatever it asked.
    pub fn explain(self, input: &JudgeInput<'_>, probe: &Probe, outcome: Option<&Outcome>) -> bool {
        let Some(last) = self.0 else { return false };
        let is_refused = outcome.and_then(Outcome::answer).is_some_and(|answer| answer.status == Status(403));
        let later = || input.outcomes.outcomes.iter().skip(last + 1).any(|outcome| outcome.probe == probe.id);
        is_refused && probe.request.credentials == Credentials::Full && later()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::small_cases::{answer, outcome, plan, probe, verdict};
    use crate::model::exchange::AnswerContent;
    use crate::model::plan::Credentials;
    use crate::model::verdict::Verdict;

    /// The verdict on a fault that was answered 403 after valid requests were answered so, and before others were.
    fn judged(before: &[u16], after: &[u16]) -> Verdict {
        let full = |id: &str, more: &Value| {
            let mut probe = probe(id, more);
            probe.request.credentials = Credentials::Full;
            probe
        };
        let valid: Vec<_> = (0..before.len() + after.len()).map(|index| full(&format!("v{index}"), &json!({}))).collect();
        let faulty = json!({"control": "v0", "allowed": [404], "fault": {"place": "state", "words": "it is not there"}});
        let probes = valid.iter().cloned().chain([full("faulty", &faulty)]).collect();
        let said = |(index, status): (usize, &u16)| outcome(&format!("v{index}"), vec![answer(*status, AnswerContent::Empty)]);
        let mut outcomes: Vec<_> = before.iter().enumerate().map(said).collect();
        outcomes.push(outcome("faulty", vec![answer(403, AnswerContent::Empty)]));
        outcomes.extend(after.iter().enumerate().map(|(index, status)| said((before.len() + index, status))));
        verdict(&plan(probes, json!({})), "faulty", 404, outcomes)
    }

    #[test]
    fn a_403_after_the_account_was_shut_out_accuses_no_server() {
        assert_eq!(judged(&[200, 200], &[403, 403]), Verdict::Blocked);
        assert_eq!(judged(&[200, 403], &[403]), Verdict::Blocked);
    }

    #[test]
    fn a_403_breaks_the_contract_while_valid_requests_are_accepted() {
        assert_eq!(judged(&[200, 200], &[]), Verdict::Violates);
        assert_eq!(judged(&[200, 200], &[200, 200]), Verdict::Violates);
        assert_eq!(judged(&[200, 200], &[403]), Verdict::Violates, "one request may be refused for another reason");
        assert_eq!(judged(&[200, 200], &[403, 403, 200]), Verdict::Violates, "the account has its permissions");
    }
}
