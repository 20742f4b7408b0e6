//! Check: the status is one that the contract allows under the condition that was provoked.

use super::exchange_context::cite;
use super::{Check, ExchangeContext, RuleViolation};
use crate::model::contract::Status;
use crate::model::plan::Repeat;
use crate::model::verdict::Severity;

/// Its name. What it finds decides what a cell proves.
pub const STATUS: &str = "status";

/// Source: `responses` of the operation, and `x-probity-when` or its defaults.
pub(super) const CHECK: Check = Check { name: STATUS, about: "the status is one that the contract allows for this request", rule };

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let (allowed, came) = (&context.probe.allowed, context.answer.status);
    // Where the contract does not decide, any status is as good as any other.
    if allowed.is_empty() || context.probe.allows(came) {
        return Vec::new();
    }
    let condition = match (&context.probe.fault, &context.probe.repeat) {
        (Some(fault), _) => format!("a request in which {}", fault.words),
        (None, Repeat::Follow(first)) => format!("the address in the Location of the answer to {first}"),
        (None, _) => "a valid request".to_owned(),
    };
    let codes: Vec<String> = allowed.iter().map(Status::to_string).collect();
    let expected: Vec<String> = allowed.iter().map(|status| with_reason(context, *status)).collect();
    let aimed = allowed.iter().find_map(|status| context.response(*status));
    vec![RuleViolation {
        severity: Severity::Must,
        message: format!("{condition} is answered {came} instead of {}", codes.join(" or ")),
        expected: expected.join(" or "),
        actual: with_reason(context, came),
        contract: aimed.map_or_else(|| context.place(), |response| response.place.clone()),
        answer: "status".to_owned(),
        citation: aimed.map_or_else(|| context.citation(), cite),
    }]
}

/// The status with what the contract says of it.
fn with_reason(context: &ExchangeContext<'_>, status: Status) -> String {
    match context.response(status) {
        Some(response) if response.description.trim().is_empty() => status.to_string(),
        Some(response) => format!("{status} ({})", response.description.trim()),
        None => format!("{status} (not documented)"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::small_exchanges::SmallExchange;

    fn small_exchange() -> SmallExchange {
        SmallExchange::new(json!({
            "200": {"description": "found"},
            "400": {"description": "badly formed"},
            "409": {"description": "type is another"}
        }))
        .fault("type is \"wrong\"")
    }

    #[test]
    fn another_status_is_a_violation_and_an_allowed_one_is_not() {
        let breaches = small_exchange().allowed(&[409]).findings_of_check("status", 400, &[], json!(null));
        assert_eq!(breaches[0].message, "a request in which type is \"wrong\" is answered 400 instead of 409");
        assert_eq!((breaches[0].expected.as_str(), breaches[0].actual.as_str()), ("409 (type is another)", "400 (badly formed)"));
        assert_eq!(breaches[0].citation, "Things, things, 409: type is another");
        assert_eq!(breaches[0].contract, "t.yaml#/paths/~1things~1{id}/get/responses/409");
        assert!(small_exchange().allowed(&[409, 400]).findings_of_check("status", 400, &[], json!(null)).is_empty());
    }

    #[test]
    fn where_the_contract_does_not_decide_nothing_is_wrong() {
        assert!(small_exchange().allowed(&[]).findings_of_check("status", 418, &[], json!(null)).is_empty());
        let breaches = small_exchange().allowed(&[409]).findings_of_check("status", 418, &[], json!(null));
        assert_eq!(breaches[0].actual, "418 (not documented)");
    }
}
