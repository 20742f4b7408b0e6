//! A valid request may be answered in another way that its contract documents as well (OpenAPI, Responses Object).
//!
//! Who documents 409, 302 or 423 beside a success says that the server may answer so, and mostly not when. Such an answer
//! breaks nothing, unless it contradicts what the run knows: that the request is well-formed, and that what it names is there.

use super::rule::allowed_as_well;
use super::{Case, Ruling};
use crate::domain::contract::{Condition, Operation, Response, Status};
use crate::domain::exchange::Outcome;
use crate::domain::plan::{Origin, Place, Probe};

/// Triggers of answers that say that something is not there, or no longer.
const ABSENT: [&str; 4] = ["unknown-id", "deleted-resource", "unknown-reference", "expired"];

/// Triggers that stand for 409 where a contract does not say when: there are more reasons for a conflict (RFC 9110, section
/// 15.5.10; JSON:API, Creating Resources).
const CONFLICT: [&str; 2] = ["wrong-type", "id-mismatch"];

/// What a ruling comes to where the answer to a valid request is another one that the contract documents.
pub(super) fn documented(case: &Case<'_>, probe: &Probe, outcome: Option<&Outcome>, ruling: Ruling) -> Ruling {
    let status = outcome.and_then(Outcome::answer).map(|answer| answer.status);
    let Some(status) = status.filter(|status| ruling == Ruling::Breaks && probe.fault.is_none() && matches!(status.0, 300..=499)) else {
        return ruling;
    };
    let response = case.contract.operation(&probe.operation).and_then(|operation| own(operation, status));
    match response {
        Some(response) if may_be(case, probe, response) => Ruling::Unreached(allowed_as_well(status)),
        _ => ruling,
    }
}

/// The response that the operation itself documents: what holds for all operations is about requests that are wrong.
fn own(operation: &Operation, status: Status) -> Option<&Response> {
    operation.response(status).filter(|response| !response.general)
}

/// Whether an operation documents 403, and its author has not said when.
pub(super) fn forbids(case: &Case<'_>, probe: &Probe) -> bool {
    !case.contract.inferred.annotated && case.contract.operation(&probe.operation).is_some_and(|operation| own(operation, Status(403)).is_some())
}

/// Whether some condition of a response may be met although the request is valid, as far as the run knows.
fn may_be(case: &Case<'_>, probe: &Probe, response: &Response) -> bool {
    let open = |condition: &Condition| match condition.trigger.as_str() {
        trigger if ABSENT.contains(&trigger) => !is_there(case, probe),
        trigger if CONFLICT.contains(&trigger) => response.status == Status(409) && !case.contract.inferred.annotated,
        _ => false,
    };
    response.conditions.is_empty() || response.conditions.iter().any(open)
}

/// Whether the answer is about one resource that the run has made or been shown. What stands below a resource, such as a
/// setting of it, may be absent all the same, and so may what the run has not named itself. In a contract that marks its
/// resources, whatever the request names is all that there is to it.
fn is_there(case: &Case<'_>, probe: &Probe) -> bool {
    let known = |slot: &String| case.plan.slots.get(slot).is_some_and(|slot| !matches!(slot.origin, Origin::Given(_)));
    let item = probe.request.path.trim_end_matches('/').rsplit('/').next().and_then(|last| last.strip_prefix('{')?.strip_suffix('}'));
    let ends = |name: &str| probe.request.fillings.iter().any(|filling| filling.place == Place::Path(name.to_owned()) && known(&filling.slot));
    item.is_some_and(ends) || (case.contract.inferred.annotated && !probe.request.fillings.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::exchange::Content;
    use crate::domain::plan::Plan;
    use crate::domain::verdict::Verdict;
    use crate::judge::judge;
    use crate::judge::testing::{answer, contract, outcome, plan, probe, said};

    /// The verdict on the cell of 200 of a GET on this path, which documents these statuses, when the valid request is answered so.
    fn judged(path: &str, documented: &[u16], status: u16, more: &Value) -> Verdict {
        let responses: serde_json::Map<String, Value> =
            [&[200][..], documented].concat().iter().map(|status| (status.to_string(), json!({"description": "d"}))).collect();
        let names: Vec<Value> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})).collect();
        let root = json!({"paths": {path: {"get": {"operationId": "things.list", "parameters": names, "responses": responses}}}});
        let cells = json!([{"operation": "things.list", "method": "GET", "path": path, "status": 200, "general": false, "intent": {"probes": ["p"]}}]);
        let slots = json!({"things#1": {"kind": "things", "origin": {"created": "make"}, "like": null}});
        let plan = Plan { cells: serde_json::from_value(cells).unwrap(), ..plan(vec![probe("p", more)], slots) };
        said(&contract(&json!({}), &root), &plan, vec![outcome("p", vec![answer(status, Content::Empty)])], |case| judge(case).cells[0].verdict)
    }

    /// A request for this path with the run's own thing in it.
    fn named(path: &str) -> Value {
        let fillings = json!([{"place": {"path": "id"}, "slot": "things#1"}]);
        json!({"request": {"method": "GET", "path": path, "path_values": {"id": "1"}, "query": [], "headers": [], "body": "empty", "credentials": "none", "fillings": fillings}})
    }

    #[test]
    fn another_documented_answer_to_a_valid_request_breaks_nothing() {
        for status in [302, 303, 307, 402, 404, 409, 410, 412, 423, 428] {
            assert_eq!(judged("/things", &[status], status, &json!({})), Verdict::Unreached, "{status}");
            assert_eq!(judged("/things", &[], status, &json!({})), Verdict::Violates, "{status} is not documented");
        }
    }

    #[test]
    fn what_the_run_knows_better_stays_broken() {
        assert_eq!(judged("/things", &[400], 400, &json!({})), Verdict::Violates, "nothing is wrong with it");
        assert_eq!(judged("/things", &[415], 415, &json!({})), Verdict::Violates, "its type is one that is taken");
        assert_eq!(judged("/things/{id}", &[404], 404, &named("/things/{id}")), Verdict::Violates, "it is there");
        assert_eq!(judged("/things/{id}", &[410], 410, &named("/things/{id}")), Verdict::Violates, "it is still there");
        assert_eq!(judged("/things/{id}/note", &[404], 404, &named("/things/{id}/note")), Verdict::Unreached, "the thing may have none");
    }
}
