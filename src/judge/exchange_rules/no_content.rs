//! Check: 204, 205 and 304 have no body.

use super::exchange_context::{describe, shorten};
use super::{Check, ExchangeContext, RuleViolation};
use crate::model::exchange::AnswerContent;
use crate::model::verdict::Severity;

/// Source: RFC 9110, sections 15.3.5, 15.3.6, 15.4.5 and 8.6.
pub(super) const CHECK: Check = Check { name: "no-content", about: "204, 205 and 304 have no body, and 204 announces none", rule };

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let status = context.answer.status;
    let section = match status.0 {
        204 => "15.3.5",
        205 => "15.3.6",
        304 => "15.4.5",
        _ => return Vec::new(),
    };
    let breach = |message, expected: &str, actual, answer: &str, section| RuleViolation {
        severity: Severity::Must,
        message,
        expected: expected.to_owned(),
        actual,
        contract: context.place(),
        answer: answer.to_owned(),
        citation: format!("RFC 9110, section {section}"),
    };
    if context.answer.body != AnswerContent::Empty {
        return vec![breach(format!("{status} has a body"), "no body", describe(&context.answer.body), "body", section)];
    }
    // Zero is sent by many servers and misleads no client; another length announces a body that may not come.
    match context.answer.header("content-length").map(str::trim) {
        Some(length) if status.0 == 204 && length != "0" => {
            vec![breach("204 announces a body".to_owned(), "no Content-Length", shorten(length), "header content-length", "8.6")]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::small_exchanges::SmallExchange;

    #[test]
    fn a_body_fails_and_none_passes() {
        let small_exchange = SmallExchange::new(json!({"204": {"description": "done"}, "200": {"description": "found"}}));
        for status in [204, 205, 304] {
            assert_eq!(small_exchange.findings_of_check("no-content", status, &[], json!({})).len(), 1, "{status}");
            assert!(small_exchange.findings_of_check("no-content", status, &[], json!(null)).is_empty(), "{status}");
        }
        assert!(small_exchange.findings_of_check("no-content", 200, &[], json!({})).is_empty());
    }

    #[test]
    fn a_length_on_204_fails_unless_it_is_zero() {
        let small_exchange = SmallExchange::new(json!({"204": {"description": "done"}}));
        let breaches = small_exchange.findings_of_check("no-content", 204, &[("content-length", "5")], json!(null));
        assert_eq!(breaches[0].citation, "RFC 9110, section 8.6");
        assert!(small_exchange.findings_of_check("no-content", 204, &[("content-length", "0")], json!(null)).is_empty());
        assert!(small_exchange.findings_of_check("no-content", 304, &[("content-length", "5")], json!(null)).is_empty());
    }
}
