//! Check: the `status` member of a problem document (RFC 9457) is the HTTP status.

use serde_json::Value;

use super::exchange_context::{body_at, show};
use super::{Check, ExchangeContext, RuleViolation};
use crate::model::verdict::Severity;

/// The media type of problem documents.
const PROBLEM: &str = "application/problem+json";

/// Source: RFC 9457, section 3.1.2. A member of another JSON type is to be ignored (section 3.1), and so it is here.
pub(super) const CHECK: Check = Check { name: "problem-details", about: "the status in a problem document is that of the answer", rule };

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let status = context.answer.status;
    let document = context.document().filter(|_| context.answer.media_type().as_deref() == Some(PROBLEM));
    let Some(stated @ Value::Number(_)) = document.as_ref().and_then(|document| document.get("status")) else { return Vec::new() };
    if stated.as_u64() == Some(u64::from(status.0)) {
        return Vec::new();
    }
    vec![RuleViolation {
        severity: Severity::Must,
        message: format!("the status of a problem is {stated} in an answer with status {status}"),
        expected: status.to_string(),
        actual: show(stated),
        contract: context.place(),
        answer: body_at("/status"),
        citation: "RFC 9457, section 3.1.2".to_owned(),
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::small_exchanges::SmallExchange;

    fn places(media: &str, status: &Value) -> Vec<String> {
        let small_exchange = SmallExchange::new(json!({"404": {"description": "none"}}));
        let breaches = small_exchange.findings_of_check("problem-details", 404, &[("content-type", media)], json!({"status": status}));
        breaches.into_iter().map(|breach| breach.answer).collect()
    }

    #[test]
    fn another_status_fails_and_what_is_no_status_is_ignored() {
        assert_eq!(places("application/problem+json", &json!(400)), ["body /status"]);
        assert_eq!(places("application/problem+json; charset=utf-8", &json!(404)), Vec::<String>::new());
        assert_eq!(places("application/problem+json", &json!("400")), Vec::<String>::new());
        assert_eq!(places("application/json", &json!(400)), Vec::<String>::new());
    }
}
