//! Accepts other documented answers to a valid request, unless they contradict what the run knows.
//!
//! Who documents 409, 302 or 423 beside a success says that the server may answer so, and mostly not when. Such an answer
//! breaks nothing, unless it contradicts what the run knows: that the request is well-formed, and that what it names is there.
//! A request for what is not there has more than one right answer as well.

use super::JudgeInput;
use super::truth_table::AcceptableBecause;
use crate::contract::usual;
use crate::model::contract::{Condition, Location, Operation, Response, Status};
use crate::model::exchange::Outcome;
use crate::model::path::last_parameter;
use crate::model::plan::{Origin, Place, Probe, SlotId};
use crate::model::trigger_name::TriggerName;
use crate::plan::linked_id_sources;

/// Triggers of answers that say that something is not there, or no longer.
const ABSENT: [&str; 4] = ["unknown-id", "deleted-resource", "unknown-reference", "expired"];

/// Triggers that stand for 409 where a contract does not say when: there are more reasons for a conflict (RFC 9110, section
/// 15.5.10; JSON:API, Creating Resources).
const CONFLICT: [&str; 2] = ["wrong-type", "id-mismatch"];

/// Triggers that stand for 304, 406 and 412 where a contract does not say when: a server may go by more than one condition.
const CONDITIONAL: [&str; 3] = ["unmodified", "not-acceptable", "stale-validator"];

/// Why another answer than the expected one is as right.
pub(super) fn why_answer_is_acceptable(input: &JudgeInput<'_>, probe: &Probe, outcome: Option<&Outcome>) -> Option<AcceptableBecause> {
    let status = outcome.and_then(Outcome::answer).map(|answer| answer.status)?;
    let operation = input.contract.operation(&probe.operation)?;
    let open = match own_response(operation, status) {
        Some(response) if probe.fault.is_none() => matches!(status.0, 300..=499) && may_be(input, probe, response),
        Some(_) => is_right_as_well(input, probe, operation, status),
        // A range says of each status within what is usual for it.
        None if probe.fault.is_none() => matches!(status.0, 300..=499) && may_be_within(input, probe, operation, status),
        None => false,
    };
    if open {
        return Some(AcceptableBecause::Documented);
    }
    if status.is_success() && is_as_good_as_the_control(input, probe) {
        return Some(AcceptableBecause::LikeControl);
    }
    (status.is_success() && is_computed(input, probe, operation)).then_some(AcceptableBecause::Computed)
}

/// Whether a request for what is not there may be answered in another way that its contract documents: that it is gone (RFC
/// 9110, section 15.5.11), and a PUT by making it (section 9.3.4). What asks for a state that is there already may be answered
/// with success, whichever version it names (section 13.1.1).
fn is_right_as_well(input: &JudgeInput<'_>, probe: &Probe, operation: &Operation, status: Status) -> bool {
    match probe.trigger.as_str() {
        "deleted-resource" => matches!(status.0, 404 | 410) || is_upsert(operation, status),
        "unknown-id" => is_upsert(operation, status),
        // Which status says that a reference leads nowhere is up to the API, unless its author has said it.
        "unknown-reference" => !input.contract.inferred.annotated && matches!(status.0, 400 | 404 | 409 | 422),
        "stale-validator" => status.is_success() && asks_for_what_is(input, probe, operation),
        _ => false,
    }
}

/// Whether a write asks for what its control, which was the same but for the version, has brought about; and whether a POST has
/// no version that it could be about, as far as the contract tells.
fn asks_for_what_is(input: &JudgeInput<'_>, probe: &Probe, operation: &Operation) -> bool {
    let control = probe.control.as_ref().and_then(|control| input.plan.probe(control));
    match operation.method.as_str() {
        "PUT" | "PATCH" => control.is_none_or(|control| control.request.body == probe.request.body),
        "POST" => !operation.parameters.iter().any(|known| known.location == Location::Header && known.name.eq_ignore_ascii_case("If-Match")),
        _ => false,
    }
}

fn is_upsert(operation: &Operation, status: Status) -> bool {
    operation.method.is_put() && status == Status(201)
}

/// Whether an id in the query that is to name nothing stands in the place of one that was made up as well, and was accepted.
fn is_as_good_as_the_control(input: &JudgeInput<'_>, probe: &Probe) -> bool {
    let Some(place @ Place::Query(_)) = probe.fault.as_ref().map(|fault| &fault.place) else { return false };
    let control = probe.control.as_ref().and_then(|control| input.plan.probe(control));
    let made_up = control.is_some_and(|control| control.request.fillings.iter().all(|binding| binding.place != *place));
    probe.trigger == TriggerName::UNKNOWN_REFERENCE && !input.contract.inferred.annotated && made_up
}

/// Whether an operation may compute its answer from a value in its path, and look nothing up: no other operation has to do with
/// such things, and the valid request itself was accepted with a value that is not certain to be right.
fn is_computed(input: &JudgeInput<'_>, probe: &Probe, operation: &Operation) -> bool {
    let Some(Place::Path(name)) = probe.fault.as_ref().map(|fault| &fault.place) else { return false };
    let kind = |operation: &Operation| {
        let parameters = operation.parameters.iter().filter(|parameter| parameter.location == Location::Path);
        parameters.filter_map(|parameter| Some(parameter.resource.as_ref()?.kind.clone())).collect::<Vec<_>>()
    };
    let own = operation.parameter(Location::Path, name).and_then(|parameter| parameter.resource.as_ref()).map(|need| &need.kind);
    let others = input.contract.operations.iter().filter(|other| other.id != operation.id);
    let kept = || others.into_iter().any(|other| kind(other).iter().any(|kind| Some(kind) == own));
    let fed = || linked_id_sources(input.contract).iter().any(|feed| Some(&feed.kind) == own);
    let control = probe.control.as_ref().and_then(|control| input.plan.probe(control));
    let filled = || control.is_none_or(|control| control.request.fillings.iter().any(|binding| binding.place == Place::Path(name.clone())));
    let lookup = operation.method.is_safe() && probe.trigger == TriggerName::UNKNOWN_ID && !input.contract.inferred.annotated;
    lookup && !filled() && !kept() && !fed()
}

/// The response that the operation itself documents: what holds for all operations is about requests that are wrong.
fn own_response(operation: &Operation, status: Status) -> Option<&Response> {
    operation.response(status).filter(|response| !response.general)
}

/// Whether an operation documents 403, and its author has not said when.
pub(super) fn forbids(input: &JudgeInput<'_>, probe: &Probe) -> bool {
    !input.contract.inferred.annotated
        && input.contract.operation(&probe.operation).is_some_and(|operation| own_response(operation, Status(403)).is_some())
}

/// Whether some condition of a response may be met although the request is valid, as far as the run knows.
fn may_be(input: &JudgeInput<'_>, probe: &Probe, response: &Response) -> bool {
    let open = |condition: &Condition| match condition.trigger.as_str() {
        trigger if ABSENT.contains(&trigger) => !is_about_known_resource(input, probe),
        trigger if CONDITIONAL.contains(&trigger) => !input.contract.inferred.annotated,
        trigger if CONFLICT.contains(&trigger) => response.status == Status(409) && !input.contract.inferred.annotated,
        _ => false,
    };
    response.conditions.is_empty() || response.conditions.iter().any(open)
}

/// The same where only a range or `default` documents the status.
fn may_be_within(input: &JudgeInput<'_>, probe: &Probe, operation: &Operation, status: Status) -> bool {
    let Some(response) = operation.fallback(status).filter(|_| operation.response(status).is_none()) else { return false };
    let conditions = usual(&input.contract.document, operation, status, false);
    may_be(input, probe, &Response { status, conditions, ..response.clone() })
}

/// Whether the answer is about one resource that the run has made or been shown. What stands below a resource, such as a
/// setting of it, may be absent all the same, and so may what the run has not named itself. In a contract that marks its
/// resources, whatever the request names is all that there is to it.
fn is_about_known_resource(input: &JudgeInput<'_>, probe: &Probe) -> bool {
    let known = |slot: &SlotId| input.plan.slots.get(slot).is_some_and(|slot| !matches!(slot.origin, Origin::Given(_)));
    let item = last_parameter(&probe.request.path);
    let ends = |name: &str| probe.request.fillings.iter().any(|binding| binding.place == Place::Path(name.to_owned()) && known(&binding.slot));
    item.is_some_and(ends) || (input.contract.inferred.annotated && !probe.request.fillings.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::judge::judge;
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::model::exchange::AnswerContent;
    use crate::model::plan::Plan;
    use crate::model::verdict::Verdict;

    /// The verdict on the cell of 200 of a GET on this path, which documents these statuses, when the valid request is answered so.
    fn judged(path: &str, documented: &[u16], status: u16, more: &Value) -> Verdict {
        let responses: serde_json::Map<String, Value> =
            [&[200][..], documented].concat().iter().map(|status| (status.to_string(), json!({"description": "d"}))).collect();
        let names: Vec<Value> = path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        let root = json!({"paths": {path: {"get": {"operationId": "things.list", "parameters": names, "responses": responses}}}});
        let cells =
            json!([{"operation": "things.list", "method": "GET", "path": path, "status": 200, "general": false, "intent": {"probes": ["p"]}}]);
        let slots = json!({"things#1": {"kind": "things", "origin": {"created": "make"}, "like": null}});
        let plan = Plan { cells: serde_json::from_value(cells).unwrap(), ..plan(vec![probe("p", more)], slots) };
        said(&contract(&json!({}), &root), &plan, vec![outcome("p", vec![answer(status, AnswerContent::Empty)])], |input| {
            judge(input).cells[0].verdict
        })
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
    fn an_answer_that_is_allowed_as_well_shows_its_own_status() {
        let responses =
            json!({"200": {"description": "d"}, "409": {"description": "d", "content": {"application/json": {"schema": {"type": "object"}}}}});
        let root = json!({"paths": {"/things": {"get": {"operationId": "things.list", "responses": responses}}}});
        let cell = |status: u16, intent: Value| json!({"operation": "things.list", "method": "GET", "path": "/things", "status": status, "general": false, "intent": intent});
        let reason = json!({"words": "it is not said when", "code": "other", "probe": null});
        let cells = json!([cell(200, json!({"probes": ["p"]})), cell(409, json!({"unreachable": reason}))]);
        let plan = Plan { cells: serde_json::from_value(cells).unwrap(), ..plan(vec![probe("p", &json!({}))], json!({})) };
        let judged = |body: AnswerContent| {
            let mut came = answer(409, body);
            came.headers.push(("content-type".to_owned(), "application/json".to_owned()));
            let cells = said(&contract(&json!({}), &root), &plan, vec![outcome("p", vec![came])], judge).cells;
            [cells[0].verdict, cells[1].verdict]
        };
        assert_eq!(judged(AnswerContent::Json(json!({}))), [Verdict::Unreached, Verdict::Conforms]);
        assert_eq!(judged(AnswerContent::Json(json!([]))), [Verdict::Unreached, Verdict::Violates], "its body is judged");
    }

    #[test]
    fn what_the_run_knows_better_stays_broken() {
        assert_eq!(judged("/things", &[400], 400, &json!({})), Verdict::Violates, "nothing is wrong with it");
        assert_eq!(judged("/things", &[415], 415, &json!({})), Verdict::Violates, "its type is one that is taken");
        assert_eq!(judged("/things/{id}", &[404], 404, &named("/things/{id}")), Verdict::Violates, "it is there");
        assert_eq!(judged("/things/{id}", &[410], 410, &named("/things/{id}")), Verdict::Violates, "it is still there");
        assert_eq!(judged("/things/{id}/note", &[404], 404, &named("/things/{id}/note")), Verdict::Unreached, "the thing may have none");
    }

    /// The verdict on the cell of 404 of an operation when a request for what is not there is answered so.
    fn absent(method: &str, path: &str, documented: &[u16], trigger: &str, status: u16, paths: &Value) -> Verdict {
        let responses: serde_json::Map<String, Value> =
            [&[200, 404][..], documented].concat().iter().map(|status| (status.to_string(), json!({"description": "d"}))).collect();
        let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        let mut root = json!({"paths": {path: {method: {"operationId": "one", "parameters": id, "responses": responses}}}});
        root["paths"].as_object_mut().unwrap().extend(paths.as_object().unwrap().clone());
        let cells = json!([{"operation": "one", "method": method, "path": path, "status": 404, "general": false, "intent": {"probes": ["wrong"]}}]);
        let fault =
            json!({"operation": "one", "trigger": trigger, "fault": {"place": {"path": "id"}, "words": "x"}, "allowed": [404], "control": "valid"});
        let probes = vec![probe("valid", &json!({"operation": "one"})), probe("wrong", &fault)];
        let plan = Plan { cells: serde_json::from_value(cells).unwrap(), ..plan(probes, json!({})) };
        let outcomes = vec![outcome("valid", vec![answer(200, AnswerContent::Empty)]), outcome("wrong", vec![answer(status, AnswerContent::Empty)])];
        said(&contract(&json!({}), &root), &plan, outcomes, |input| judge(input).cells[0].verdict)
    }

    #[test]
    fn what_is_not_there_has_more_than_one_right_answer() {
        let none = json!({});
        assert_eq!(absent("get", "/things/{id}", &[410], "deleted-resource", 410, &none), Verdict::Unreached);
        assert_eq!(absent("get", "/things/{id}", &[410], "unknown-id", 410, &none), Verdict::Violates, "it never was there");
        assert_eq!(absent("get", "/things/{id}", &[], "deleted-resource", 410, &none), Verdict::Violates, "it is not documented");
        assert_eq!(absent("put", "/things/{id}", &[201], "unknown-id", 201, &none), Verdict::Unreached);
        assert_eq!(absent("put", "/things/{id}", &[], "unknown-id", 201, &none), Verdict::Violates);
        assert_eq!(absent("post", "/things/{id}", &[400], "unknown-reference", 400, &none), Verdict::Unreached);
        assert_eq!(absent("post", "/things/{id}", &[], "unknown-reference", 400, &none), Verdict::Violates);
    }

    #[test]
    fn what_may_be_computed_is_not_looked_up() {
        let of = |paths: Value| absent("get", "/square/{id}", &[], "unknown-id", 200, &paths);
        assert_eq!(of(json!({})), Verdict::Unreached);
        let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        let delete = json!({"delete": {"operationId": "drop", "parameters": id, "responses": {"204": {"description": "d"}}}});
        assert_eq!(of(json!({"/square/{id}/x": delete})), Verdict::Violates, "something is kept there");
        assert_eq!(absent("delete", "/square/{id}", &[], "unknown-id", 200, &json!({})), Verdict::Violates, "nothing is computed");
    }

    /// The verdict on the cell of 404 when a reference in the query that names nothing is accepted as the valid request was.
    fn unknown_reference(filled: bool) -> Verdict {
        let responses = json!({"200": {"description": "d"}, "404": {"description": "d"}});
        let root = json!({"paths": {"/notes": {"get": {"operationId": "one", "responses": responses}}}});
        let cells =
            json!([{"operation": "one", "method": "GET", "path": "/notes", "status": 404, "general": false, "intent": {"probes": ["wrong"]}}]);
        let mut valid = probe("valid", &json!({"operation": "one"}));
        if filled {
            valid.request.fillings.push(serde_json::from_value(json!({"place": {"query": "thing_id"}, "slot": "things#1"})).unwrap());
        }
        let fault = json!({"place": {"query": "thing_id"}, "words": "x"});
        let wrong =
            probe("wrong", &json!({"operation": "one", "trigger": "unknown-reference", "fault": fault, "allowed": [404], "control": "valid"}));
        let plan = Plan { cells: serde_json::from_value(cells).unwrap(), ..plan(vec![valid, wrong], json!({})) };
        let outcomes = ["valid", "wrong"].map(|id| outcome(id, vec![answer(200, AnswerContent::Empty)])).into();
        said(&contract(&json!({}), &root), &plan, outcomes, |input| judge(input).cells[0].verdict)
    }

    #[test]
    fn one_made_up_reference_is_as_good_as_another() {
        assert_eq!(unknown_reference(false), Verdict::Unreached);
        assert_eq!(unknown_reference(true), Verdict::Violates, "the valid one named something");
    }
}
