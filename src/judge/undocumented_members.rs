//! Lists members of answers that the contract does not document.
//! JSON:API, JSON Schema and HTTP let servers say more than is documented, so none of it is a violation; it is shown to
//! those who maintain the documents.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{JudgeInput, declared};
use crate::contract::append;
use crate::contract::schema::{applied, of_items, of_member};
use crate::model::contract::{Operation, Response, Status};
use crate::model::exchange::Answer;
use crate::model::media_range::essence;
use crate::model::plan::Repeat;
use crate::model::report::Undocumented;

/// Header fields that any server may send (RFC 9110, RFC 9111, RFC 9112, RFC 6265, RFC 6797, Fetch) and that documents do
/// not name.
const USUAL: &[&str] = &[
    "accept-ranges",
    "age",
    "allow",
    "alt-svc",
    "cache-control",
    "connection",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-location",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "etag",
    "expires",
    "keep-alive",
    "last-modified",
    "location",
    "pragma",
    "proxy-authenticate",
    "referrer-policy",
    "retry-after",
    "server",
    "set-cookie",
    "strict-transport-security",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "via",
    "warning",
    "www-authenticate",
    "x-content-type-options",
    "x-frame-options",
    "x-xss-protection",
];

type MemberPlace = (&'static str, String, u16, String);

/// Everything that the contract does not know, each once, in the order of operations.
pub fn undocumented_members(input: &JudgeInput<'_>) -> Vec<Undocumented> {
    let mut seen: BTreeMap<MemberPlace, u64> = BTreeMap::new();
    let mut headers: BTreeMap<String, (String, u16, u64)> = BTreeMap::new();
    let known = known_headers(input);
    for outcome in &input.outcomes.outcomes {
        // What an address in an answer leads to is another operation's to document.
        let probe = input.plan.probe(&outcome.probe).filter(|probe| !matches!(probe.repeat, Repeat::Follow(_)));
        let operation = probe.and_then(|probe| input.contract.operation(&probe.operation));
        let (Some(operation), Some(answer)) = (operation, outcome.answer()) else { continue };
        for place in in_answer(input, operation, answer) {
            *seen.entry(place).or_default() += 1;
        }
        let names: BTreeSet<&String> = answer.headers.iter().map(|(name, _)| name).filter(|name| !known.contains(name.as_str())).collect();
        for name in names {
            headers.entry(name.clone()).or_insert_with(|| (operation.id.clone(), answer.status.0, 0)).2 += 1;
        }
    }
    let headers = headers.into_iter().map(|(name, (operation, status, seen))| (("header", operation, status, name), seen));
    let all = headers.chain(seen);
    all.map(|((kind, operation, status, place), seen)| Undocumented { kind: kind.to_owned(), operation, status: Status(status), place, seen })
        .collect()
}

fn known_headers(input: &JudgeInput<'_>) -> BTreeSet<String> {
    let responses = input.contract.operations.iter().flat_map(|operation| &operation.responses).chain(&input.contract.server_responses);
    let declared = responses.flat_map(|response| &response.headers).map(|rule| rule.name.to_ascii_lowercase());
    declared.chain(USUAL.iter().map(|name| (*name).to_owned())).collect()
}

/// The status, or the members of the body.
fn in_answer(input: &JudgeInput<'_>, operation: &Operation, answer: &Answer) -> BTreeSet<MemberPlace> {
    let place = |kind, place| (kind, operation.id.clone(), answer.status.0, place);
    let silent = operation.responses.iter().all(|response| response.general);
    match declared(input.contract, Some(operation), answer.status) {
        None if silent => BTreeSet::new(),
        None => BTreeSet::from([place("status", answer.status.to_string())]),
        Some(response) => members(input, &response, answer).into_iter().map(|at| place("member", at)).collect(),
    }
}

/// Pointers to members that no schema of the declared body describes, where it describes others beside them.
fn members(input: &JudgeInput<'_>, response: &Response, answer: &Answer) -> BTreeSet<String> {
    let media_type = answer.media_type().unwrap_or_default();
    let media = response.content.iter().find(|media| essence(&media.name).eq_ignore_ascii_case(&media_type));
    let (Some(schema), Some(body)) = (media.and_then(|media| media.schema.as_ref()), answer.body.json()) else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    collect(&input.contract.document, std::slice::from_ref(&schema.0), body, "", &mut found);
    found
}

/// `at` is the pointer to the value, with `*` for items.
fn collect(document: &Value, schemas: &[String], value: &Value, at: &str, found: &mut BTreeSet<String>) {
    let applied = applied(document, schemas, value);
    match value {
        Value::Object(members) => {
            let named = |schema: &Value| schema.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty());
            let open = |schema: &Value| schema.get("additionalProperties").is_some_and(Value::is_object) || schema.get("patternProperties").is_some();
            if !applied.iter().any(|(_, schema)| named(schema)) || applied.iter().any(|(_, schema)| open(schema)) {
                return;
            }
            for (name, member) in members {
                match of_member(&applied, name).as_slice() {
                    [] => drop(found.insert(append(at, name))),
                    schemas => collect(document, schemas, member, &append(at, name), found),
                }
            }
        }
        Value::Array(items) => {
            let (schemas, at) = (of_items(&applied), append(at, "*"));
            for item in items.iter().filter(|item| item.is_object() || item.is_array()) {
                collect(document, &schemas, item, &at, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe, said};
    use crate::model::exchange::AnswerContent;

    /// Kind and place of what a list is answered with and does not document.
    fn found(status: u16, headers: &[(&str, &str)], body: Value) -> Vec<(String, String)> {
        let item =
            json!({"type": "object", "properties": {"id": {}, "tags": {"type": "object", "additionalProperties": {"type": "string"}}, "free": {}}});
        let schema = json!({"type": "object", "properties": {"data": {"type": "array", "items": item}}});
        let response = json!({"headers": {"X-Count": {"schema": {"type": "integer"}}}, "content": {"application/json": {"schema": schema}}});
        let headers = [&[("content-type", "application/json"), ("date", "now"), ("x-count", "1")], headers].concat();
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let answer = Answer { headers, ..answer(status, AnswerContent::Json(body)) };
        let plan = plan(vec![probe("p", &json!({}))], json!({}));
        let found = said(&contract(&response, &json!({})), &plan, vec![outcome("p", vec![answer])], undocumented_members);
        found.into_iter().map(|found| (found.kind, found.place)).collect()
    }

    fn one(kind: &str, place: &str) -> Vec<(String, String)> {
        vec![(kind.to_owned(), place.to_owned())]
    }

    #[test]
    fn what_is_documented_or_usual_or_open_is_not_listed() {
        let body = json!({"data": [{"id": "1", "tags": {"any": "text"}, "free": {"any": 1}}]});
        assert_eq!(found(200, &[("etag", "x")], body), Vec::new());
    }

    #[test]
    fn what_is_not_known_is_listed_once() {
        assert_eq!(found(200, &[], json!({"data": [{"id": "1", "colour": {"deep": 1}}, {"colour": 2}]})), one("member", "/data/*/colour"));
        assert_eq!(found(200, &[("x-trace", "1"), ("x-trace", "2")], json!({"data": []})), one("header", "x-trace"));
        assert_eq!(found(206, &[], json!({})), one("status", "206"));
    }
}
