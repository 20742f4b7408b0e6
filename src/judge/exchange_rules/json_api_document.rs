//! Check: a JSON:API document has the structure that JSON:API requires.

use serde_json::Value;

use super::exchange_context::{body_at, show};
use super::json_api::{allows_type, describes_without, is_answered};
use super::{Check, ExchangeContext, RuleViolation};
use crate::model::verdict::Severity;

const TOP_LEVEL: &str = "JSON:API 1.1, Top Level (#document-top-level)";
const IDENTIFICATION: &str = "JSON:API 1.1, Identification (#document-resource-object-identification)";

/// Source: JSON:API 1.1, "Top Level" and "Identification"; where the contract describes another form, the contract.
pub(super) const CHECK: Check =
    Check { name: "json-api-document", about: "a JSON:API document has its top-level members, and primary data its type and id", rule };

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let Some(document) = context.document().filter(|document| document.is_object() && is_answered(context)) else { return Vec::new() };
    let mut breaches = top_level(context, &document);
    match document.get("data") {
        Some(Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                breaches.extend(identity(context, &document, item, &format!("/data/{index}")));
            }
        }
        Some(Value::Null) | None => {}
        Some(resource) => breaches.extend(identity(context, &document, resource, "/data")),
    }
    // One finding for each kind of breach: a list of a thousand resources is wrong once.
    let mut seen: Vec<String> = Vec::new();
    breaches.retain(|breach| {
        let new = !seen.contains(&breach.message);
        seen.push(breach.message.clone());
        new
    });
    breaches
}

fn top_level(context: &ExchangeContext<'_>, document: &Value) -> Vec<RuleViolation> {
    let has = |name: &str| document.get(name).is_some();
    let names: Vec<&str> = document.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let breach = |message: &str, expected: &str| RuleViolation {
        severity: Severity::Must,
        message: message.to_owned(),
        expected: expected.to_owned(),
        actual: if names.is_empty() { "no member".to_owned() } else { format!("the members {}", names.join(", ")) },
        contract: context.place(),
        answer: "body".to_owned(),
        citation: TOP_LEVEL.to_owned(),
    };
    let mut breaches = Vec::new();
    if has("data") && has("errors") {
        breaches.push(breach("the document has data beside errors", "either data or errors"));
    }
    // A member with a colon belongs to an extension of JSON:API, which may stand in for the others.
    let known = ["data", "errors", "meta"];
    let any = known.iter().any(|name| has(name)) || names.iter().any(|name| name.contains(':'));
    if !any && !describes_without(context, document, "", &known) {
        breaches.push(breach("the document has none of data, errors and meta", "at least one of data, errors and meta"));
    }
    breaches
}

fn identity(context: &ExchangeContext<'_>, document: &Value, resource: &Value, at: &str) -> Vec<RuleViolation> {
    let breach = |message: &str, expected: &str, actual: String, place: &str| RuleViolation {
        severity: Severity::Must,
        message: message.to_owned(),
        expected: expected.to_owned(),
        actual,
        contract: context.place(),
        answer: body_at(place),
        citation: IDENTIFICATION.to_owned(),
    };
    let Value::Object(members) = resource else {
        if allows_type(context, document, at) {
            return Vec::new();
        }
        return vec![breach("a primary resource is not an object", "a resource object", show(resource), at)];
    };
    let mut breaches = Vec::new();
    for name in ["type", "id"] {
        let place = format!("{at}/{name}");
        match members.get(name) {
            Some(Value::String(_)) => {}
            Some(_) if allows_type(context, document, &place) => {}
            Some(other) => breaches.push(breach(&format!("the {name} of a primary resource is not a string"), "a string", show(other), &place)),
            // An id that the contract requires is missed by its schema; one that it does not require may be absent.
            None if name == "type" && !describes_without(context, document, at, &["type"]) => {
                breaches.push(breach("a primary resource has no type", "a string", "no type".to_owned(), at));
            }
            None => {}
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::small_exchanges::SmallExchange;
    use crate::model::contract::JSON_API;

    fn messages(schema: &Value, body: Value) -> Vec<String> {
        let small_exchange = SmallExchange::new(json!({"200": {"description": "found", "content": {JSON_API: {"schema": schema}}}}));
        small_exchange
            .findings_of_check("json-api-document", 200, &[("content-type", JSON_API)], body)
            .into_iter()
            .map(|breach| breach.message)
            .collect()
    }

    #[test]
    fn data_and_errors_exclude_each_other_and_one_of_three_must_be_there() {
        assert_eq!(messages(&json!({}), json!({"data": null, "errors": []})), ["the document has data beside errors"]);
        assert_eq!(messages(&json!({}), json!({"links": {}})), ["the document has none of data, errors and meta"]);
        for body in [json!({"data": null}), json!({"errors": []}), json!({"meta": {}}), json!({"atomic:results": []})] {
            assert_eq!(messages(&json!({}), body), [""; 0]);
        }
    }

    #[test]
    fn a_contract_that_describes_another_document_has_the_last_word() {
        assert_eq!(messages(&json!({"type": "object", "properties": {"id": {"type": "string"}}}), json!({"id": "1"})), [""; 0]);
        let schema = json!({"type": "object", "properties": {"data": {"type": "object", "properties": {"name": {}}}}});
        assert_eq!(messages(&schema, json!({"data": {"name": "x"}})), [""; 0]);
    }

    #[test]
    fn type_and_id_are_strings_unless_the_contract_allows_more() {
        assert_eq!(messages(&json!({}), json!({"data": {"type": "things", "id": "1"}})), [""; 0]);
        assert_eq!(messages(&json!({}), json!({"data": {"type": "things", "id": 1}})), ["the id of a primary resource is not a string"]);
        assert_eq!(messages(&json!({}), json!({"data": [{"id": "1"}, {"id": "2"}]})), ["a primary resource has no type"]);
        assert_eq!(messages(&json!({}), json!({"data": ["1"]})), ["a primary resource is not an object"]);
        let schema = json!({"properties": {"data": {"properties": {"type": {}, "id": {"type": ["string", "integer"]}}}}});
        assert_eq!(messages(&schema, json!({"data": {"type": "things", "id": 1}})), [""; 0]);
    }

    #[test]
    fn another_media_type_is_not_judged() {
        let small_exchange = SmallExchange::new(json!({"200": {"description": "found"}}));
        assert!(small_exchange.findings_of_check("json-api-document", 200, &[("content-type", "application/json")], json!({"id": 1})).is_empty());
    }
}
