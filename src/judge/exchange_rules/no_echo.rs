//! Check: an answer does not repeat the credentials of the request.

use super::{Check, ExchangeContext, RuleViolation};
use crate::model::verdict::Severity;

/// Source: CWE-200, exposure of sensitive information; RFC 6750, section 5.3, and RFC 7617, section 4: credentials are
/// kept from logs, caches and everybody else. What is repeated in an answer ends up in all of them.
pub(super) const CHECK: Check = Check { name: "no-echo", about: "no answer repeats the credentials of the request", rule };

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    if !context.answer.echoes_credentials {
        return Vec::new();
    }
    vec![RuleViolation {
        severity: Severity::Must,
        message: format!("{} repeats the credentials of the request", context.answer.status),
        expected: "an answer without credentials".to_owned(),
        actual: "they came back, and are left out of this report".to_owned(),
        contract: context.place(),
        answer: "headers or body".to_owned(),
        citation: "CWE-200; RFC 6750, section 5.3; RFC 7617, section 4".to_owned(),
    }]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::small_exchanges::SmallExchange;
    use super::*;

    #[test]
    fn credentials_that_come_back_fail_in_any_answer() {
        let small_exchange = SmallExchange::new(json!({"200": {"description": "found"}}));
        for status in [200, 401] {
            assert!(small_exchange.findings_of_check("no-echo", status, &[], json!({})).is_empty());
            let breaches = small_exchange.clone().echoing().findings_of_check("no-echo", status, &[], json!({}));
            assert_eq!(breaches.iter().map(|breach| breach.severity).collect::<Vec<_>>(), [Severity::Must]);
        }
    }
}
