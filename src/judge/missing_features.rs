//! Finds APIs that the account does not seem to have.
//! Every valid request to them was refused with 403, or with 404 where the contract calls them optional.

use std::collections::BTreeMap;

use super::JudgeInput;
use crate::model::contract::{Operation, Status};
use crate::model::exchange::Outcome;
use crate::model::plan::{Credentials, Probe};
use crate::model::reason::{NotShown, Reason};
use crate::model::report::Cell;

/// APIs that the account does not seem to have, each with the status of the first refusal and how many requests were refused.
#[derive(Debug, Default)]
pub(super) struct Features(BTreeMap<Feature, (Status, usize)>);

/// An API, and whether it is the optional part of it.
type Feature = (String, bool);

impl Features {
    /// Looks at the answers to all valid requests of the account that may do everything. Where nothing was accepted at all,
    /// something else is wrong.
    pub fn new(input: &JudgeInput<'_>, alive: bool) -> Self {
        let mut asked: BTreeMap<Feature, Vec<Status>> = BTreeMap::new();
        let valid = input.plan.probes.iter().filter(|probe| alive && probe.fault.is_none() && probe.request.credentials == Credentials::Full);
        for (probe, answer) in valid.filter_map(|probe| Some((probe, input.outcomes.of(&probe.id)?.answer()?))) {
            let Some(operation) = input.contract.operation(&probe.operation) else { continue };
            // A request that names something uncertain may be 404 without it.
            if answer.status != Status(404) || probe.assumed.is_none() {
                asked.entry(feature(operation)).or_default().push(answer.status);
            }
        }
        let refused = |optional: bool, status: &Status| status.0 == 403 || (optional && status.0 == 404);
        let missing = asked.into_iter().filter(|((_, optional), statuses)| statuses.iter().all(|status| refused(*optional, status)));
        Self(missing.filter_map(|(feature, statuses)| Some((feature, (*statuses.first()?, statuses.len())))).collect())
    }

    /// Whether a status is how the server says that the feature is not there.
    pub fn explain(&self, operation: &Operation, status: Status) -> bool {
        matches!(status.0, 403 | 404) && self.0.contains_key(&feature(operation))
    }

    /// Why the operation is not available, where it is not.
    fn reason(&self, input: &JudgeInput<'_>, operation: &Operation) -> Option<Reason> {
        let (status, count) = self.0.get(&feature(operation))?;
        let (same, others): (Vec<&Operation>, Vec<&Operation>) =
            input.contract.operations.iter().filter(|other| other.api == operation.api).partition(|other| feature(other) == feature(operation));
        let part = if others.is_empty() { Vec::new() } else { same.iter().map(|operation| operation.id.clone()).collect() };
        Some(NotShown::NoFeature { api: operation.api.clone(), part, count: *count, status: *status }.into())
    }

    /// Why the operation is not available, where the refusal of a valid request says so: no promise is broken.
    pub fn why_unavailable(&self, input: &JudgeInput<'_>, probe: &Probe, outcome: Option<&Outcome>) -> Option<Reason> {
        let status = outcome.and_then(Outcome::answer).map(|answer| answer.status);
        let operation = input.contract.operation(&probe.operation).filter(|_| probe.fault.is_none() && status == Some(Status(404)))?;
        self.reason(input, operation)
    }

    /// Says of every cell that is blocked by a missing feature which one it is, in the same words.
    pub fn name(&self, input: &JudgeInput<'_>, cells: &mut [Cell]) {
        for cell in cells.iter_mut().filter(|cell| cell.verdict.is_blocked()) {
            let asked = cell.because.as_ref().and_then(|because| input.plan.probe(&because.probe)).map(|probe| probe.operation.as_str());
            let of = |id: &str| self.reason(input, input.contract.operation(id)?);
            let missing = asked.and_then(of);
            // Its own feature, where that is not there either, says it better.
            if let Some(reason) = missing.map(|reason| of(&cell.operation).unwrap_or(reason)) {
                cell.code = Some(reason.code());
                cell.reason = Some(reason.to_string());
            }
        }
    }
}

fn feature(operation: &Operation) -> Feature {
    (operation.api.clone(), operation.optional)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::judge;
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::model::contract::Status;
    use crate::model::exchange::AnswerContent;
    use crate::model::plan::Plan;
    use crate::model::reason::Code;
    use crate::model::report::Cell;
    use crate::model::verdict::Verdict;

    /// The cells of three lists when they are answered so: two of an API that may be optional, and one of another.
    fn judged(optional: bool, statuses: [u16; 3]) -> Vec<Cell> {
        judged_with(optional, statuses, &Value::Null)
    }

    /// The same, where something in the requests is not certain.
    fn judged_with(optional: bool, statuses: [u16; 3], assumed: &Value) -> Vec<Cell> {
        let names = ["shelves.list", "racks.list", "things.list"];
        let get = |id: &str, tag: &str| json!({"get": {"operationId": id, "tags": [tag], "responses": {"200": {"description": "all"}}}});
        let paths = json!({"/shelves": get(names[0], "Storage"), "/racks": get(names[1], "Storage"), "/things": get(names[2], "Things")});
        let root = json!({"tags": [{"name": "Storage", "x-probity-optional": optional}], "paths": paths});
        let cell = |id: &str| json!({"operation": id, "method": "GET", "path": "/", "status": 200, "general": false, "intent": {"probes": [id]}});
        let asked = |id: &str| {
            let mut request = json!(probe(id, &json!({})).request);
            request["credentials"] = json!("full");
            probe(id, &json!({"operation": id, "request": request, "assumed": assumed}))
        };
        let plan =
            Plan { cells: serde_json::from_value(Value::Array(names.map(cell).to_vec())).unwrap(), ..plan(names.map(asked).to_vec(), json!({})) };
        let outcomes = names.iter().zip(statuses).map(|(id, status)| outcome(id, vec![answer(status, AnswerContent::Empty)])).collect();
        said(&contract(&json!({}), &root), &plan, outcomes, |input| judge(input).cells)
    }

    fn verdicts(optional: bool, statuses: [u16; 3]) -> Vec<(Verdict, Option<Code>)> {
        judged(optional, statuses).into_iter().map(|cell| (cell.verdict, cell.code)).collect()
    }

    const CONFORMS: (Verdict, Option<Code>) = (Verdict::Conforms, None);
    const VIOLATES: (Verdict, Option<Code>) = (Verdict::Violates, None);

    fn missing(status: u16) -> (Verdict, Option<Code>) {
        (Verdict::Blocked, Some(Code::Unavailable(Status(status))))
    }

    #[test]
    fn an_api_that_refuses_every_valid_request_may_be_one_that_the_account_has_not() {
        for optional in [true, false] {
            assert_eq!(verdicts(optional, [403, 403, 200]), [missing(403), missing(403), CONFORMS]);
        }
        let cells = judged(true, [403, 403, 200]);
        let words = "Storage: each of 2 valid requests was refused with 403; the account may not have this feature, and no promise is broken";
        assert_eq!((cells[0].reason.as_deref(), cells[1].reason.as_deref()), (Some(words), Some(words)));
    }

    #[test]
    fn only_what_is_optional_may_be_hidden() {
        assert_eq!(verdicts(true, [404, 403, 200]), [missing(404), missing(404), CONFORMS]);
        assert_eq!(verdicts(false, [404, 404, 200]), [VIOLATES, VIOLATES, CONFORMS]);
    }

    #[test]
    fn an_example_that_is_not_there_says_nothing_of_the_feature() {
        let codes = |statuses| judged_with(true, statuses, &json!("x")).into_iter().map(|cell| cell.code).collect::<Vec<_>>();
        let refused = Some(Code::Refused(Status(404)));
        assert_eq!(codes([404, 404, 200]), [refused, refused, None]);
        assert_eq!(codes([403, 404, 200])[0], Some(Code::Unavailable(Status(403))));
    }

    #[test]
    fn an_api_that_takes_one_request_is_there() {
        assert_eq!(verdicts(true, [404, 200, 200]), [VIOLATES, CONFORMS, CONFORMS]);
        let refused = verdicts(true, [403, 200, 200]);
        assert_eq!(refused, [(Verdict::Blocked, Some(Code::Refused(Status(403)))), CONFORMS, CONFORMS]);
    }

    #[test]
    fn where_nothing_is_accepted_no_feature_is_missing() {
        assert_eq!(verdicts(true, [404, 404, 404]), [VIOLATES, VIOLATES, VIOLATES]);
    }
}
