//! Check: the `status` member of a JSON:API error object is the HTTP status.

use serde_json::Value;

use super::exchange_context::{body_at, show};
use super::json_api::{allows_type, is_answered, is_declared};
use super::{Check, ExchangeContext, RuleViolation};
use crate::model::contract::Status;
use crate::model::text::unquoted_text;
use crate::model::verdict::Severity;

/// Source: JSON:API 1.1, "Error Objects" and "Processing Errors".
pub(super) const CHECK: Check =
    Check { name: "error-status", about: "errors[].status is the HTTP status as a string, or of its class where the errors differ", rule };

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let status = context.answer.status;
    let Some(document) = context.document().filter(|_| status.0 >= 400) else { return Vec::new() };
    let Some(Value::Array(errors)) = document.get("errors") else { return Vec::new() };
    let json_api = is_declared(context) || is_answered(context);
    let stated: Vec<(String, &Value)> =
        errors.iter().enumerate().filter_map(|(index, error)| Some((format!("/errors/{index}/status"), error.get("status")?))).collect();
    let differ = stated.iter().any(|(_, value)| unquoted_text(value) != unquoted_text(stated[0].1));
    let breach = |message: String, expected: String, (at, value): &(String, &Value), section: &str| RuleViolation {
        severity: Severity::Must,
        message,
        expected,
        actual: show(value),
        contract: context.place(),
        answer: body_at(at),
        citation: format!("JSON:API 1.1, {section}"),
    };
    let mut breaches = Vec::new();
    for entry in &stated {
        let (at, value) = entry;
        if json_api && !value.is_string() && !allows_type(context, &document, at) {
            let message = "the status of an error is not a string".to_owned();
            breaches.push(breach(message, format!("\"{status}\""), entry, "Error Objects (#error-objects)"));
        } else if !differ && !says_status(value, status, json_api) {
            let message = format!("the status of an error is {} in an answer with status {status}", show(value));
            breaches.push(breach(message, format!("\"{status}\""), entry, "Error Objects (#error-objects)"));
        }
    }
    // Of several errors the most general status is to be chosen, which need not be that of any of them.
    if let Some(first) = stated.first().filter(|_| differ && breaches.is_empty())
        && stated.iter().all(|(_, value)| code(value).is_some_and(|code| code / 100 != status.0 / 100))
    {
        let message = format!("the errors have several statuses, none of the class of {status}");
        breaches.push(breach(message, format!("a status of the class {}xx", status.0 / 100), first, "Processing Errors (#errors-processing)"));
    }
    breaches
}

/// Whether one value says the status. Outside of JSON:API `status` may be a word: only what looks like a status counts.
fn says_status(value: &Value, status: Status, json_api: bool) -> bool {
    match code(value) {
        Some(code) => code == status.0,
        None => !json_api,
    }
}

/// The value as a status of an error (4xx or 5xx).
fn code(value: &Value) -> Option<u16> {
    unquoted_text(value).parse().ok().filter(|code| (400..600).contains(code))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::small_exchanges::SmallExchange;
    use crate::model::contract::JSON_API;

    fn places(media: &str, status: u16, statuses: &[Value]) -> Vec<String> {
        let small_exchange = SmallExchange::new(
            json!({"400": {"description": "bad", "content": {media: {}}}, "409": {"description": "conflict", "content": {media: {}}}}),
        );
        let errors: Vec<Value> = statuses.iter().map(|status| json!({"status": status})).collect();
        let breaches = small_exchange.findings_of_check("error-status", status, &[("content-type", media)], json!({"errors": errors}));
        breaches.into_iter().map(|breach| breach.answer).collect()
    }

    #[test]
    fn the_http_status_as_a_string_passes_and_everything_else_fails() {
        assert_eq!(places(JSON_API, 409, &[json!("409")]), [""; 0]);
        assert_eq!(places(JSON_API, 409, &[json!("400")]), ["body /errors/0/status"]);
        assert_eq!(places(JSON_API, 409, &[json!(409)]), ["body /errors/0/status"]);
        assert_eq!(places(JSON_API, 409, &[json!("409"), json!(409)]), ["body /errors/1/status"]);
        assert_eq!(places(JSON_API, 409, &[json!("conflict")]), ["body /errors/0/status"]);
    }

    #[test]
    fn several_statuses_share_the_class_of_the_answer() {
        assert_eq!(places(JSON_API, 400, &[json!("409"), json!("422")]), [""; 0]);
        assert_eq!(places(JSON_API, 400, &[json!("500"), json!("503")]), ["body /errors/0/status"]);
    }

    #[test]
    fn outside_of_json_api_only_another_status_counts() {
        assert_eq!(places("application/json", 409, &[json!("error")]), [""; 0]);
        assert_eq!(places("application/json", 409, &[json!(409)]), [""; 0]);
        assert_eq!(places("application/json", 409, &[json!(400)]), ["body /errors/0/status"]);
    }

    #[test]
    fn an_error_without_status_and_a_success_raise_nothing() {
        let small_exchange = SmallExchange::new(json!({"400": {"description": "bad", "content": {JSON_API: {}}}}));
        assert!(small_exchange.findings_of_check("error-status", 400, &[], json!({"errors": [{"detail": "x"}]})).is_empty());
        assert!(small_exchange.findings_of_check("error-status", 207, &[], json!({"errors": [{"status": "409"}]})).is_empty());
    }
}
