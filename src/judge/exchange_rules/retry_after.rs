//! Check: the Retry-After of a 429 is a time that a client can wait for.

use super::exchange_context::{cite, shorten};
use super::header_value::{described, fits};
use super::{Check, ExchangeContext, RuleViolation};
use crate::contract::schema::follow_references;
use crate::model::contract::{HeaderRule, Status};
use crate::model::verdict::Severity;

/// The longest wait that is believed: two days, twice the longest window that rate limits are usually counted in.
const MOST_SECONDS: u64 = 2 * 86_400;

/// Source: `headers` of the response; RFC 9110, section 10.2.3; RFC 6585, section 4.
pub(super) const CHECK: Check =
    Check { name: "retry-after", about: "the wait that a 429 names is there where declared, a whole number of seconds, and believable", rule };

/// Whether the field tells how long to wait after this status: `Retry-After`, or one named after it.
///
/// Other integers on a 429 (what is left of the limit, when the window ends) may be zero or a date.
pub(super) fn is_wait_header(name: &str, status: Status) -> bool {
    status == Status(429) && name.to_ascii_lowercase().ends_with("retry-after")
}

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let status = context.answer.status;
    let declared = context.declared.map_or(&[][..], |response| &response.headers);
    let declared: Vec<&HeaderRule> = declared.iter().filter(|header| is_wait_header(&header.name, status)).collect();
    let mut breaches: Vec<RuleViolation> = declared.iter().filter_map(|header| judge_declared(context, header)).collect();
    if status == Status(429)
        && declared.iter().all(|header| !header.name.eq_ignore_ascii_case("retry-after"))
        && let Some(value) = context.answer.header("retry-after")
    {
        breaches.extend(judge_standard(context, value));
    }
    breaches
}

fn judge_declared(context: &ExchangeContext<'_>, header: &HeaderRule) -> Option<RuleViolation> {
    let name = &header.name;
    let integer = header.schema.as_ref().is_some_and(|schema| {
        let kind = follow_references(&context.contract.document, &schema.0).and_then(|(_, schema)| schema.get("type"));
        kind.is_some_and(|kind| kind == "integer")
    });
    let breach = |severity, message: String, expected: String, actual: &str| {
        Some(RuleViolation {
            severity,
            message,
            expected,
            actual: shorten(actual),
            contract: format!("{}/headers/{name}", context.place()),
            answer: format!("header {name}"),
            citation: context.declared.map(cite).unwrap_or_default(),
        })
    };
    let Some(value) = context.answer.header(name) else {
        if !header.required || header.or.iter().any(|other| context.answer.header(other).is_some()) {
            return None;
        }
        let fields = header.or.iter().fold(name.clone(), |fields, other| format!("{fields} and no {other}"));
        let either = header.or.iter().fold(name.clone(), |fields, other| format!("{fields} or {other}"));
        return breach(Severity::Must, format!("429 carries no {fields}"), format!("{either}, which is required"), "no such field");
    };
    // RFC 9110 allows to come back at once; a field that the contract invents has no such meaning.
    let least = u64::from(!name.eq_ignore_ascii_case("retry-after"));
    if integer && seconds(value).is_none_or(|seconds| seconds < least) {
        return breach(Severity::Must, format!("{name} is no number of seconds to wait"), "a positive whole number".to_owned(), value);
    }
    if let Some(schema) = header.schema.as_ref().filter(|schema| !fits(context, schema, value)) {
        return breach(Severity::Must, format!("{name} does not fit its schema"), described(context, schema), value);
    }
    // No document says what is too long: a warning.
    let absurd = seconds(value).is_some_and(|seconds| seconds > MOST_SECONDS);
    if absurd { breach(Severity::Should, format!("{name} asks for a wait of more than two days"), acceptable_wait(), value) } else { None }
}

/// A `Retry-After` that the contract does not speak of.
fn judge_standard(context: &ExchangeContext<'_>, value: &str) -> Option<RuleViolation> {
    let (message, expected) = match seconds(value) {
        Some(seconds) if seconds <= MOST_SECONDS => return None,
        Some(_) => ("Retry-After asks for a wait of more than two days", acceptable_wait()),
        None if jiff::fmt::rfc2822::parse(value).is_ok() => return None,
        None => ("Retry-After is neither seconds nor a date", "a whole number of seconds, or a date".to_owned()),
    };
    Some(RuleViolation {
        severity: Severity::Should,
        message: message.to_owned(),
        expected,
        actual: shorten(value),
        contract: context.place(),
        answer: "header retry-after".to_owned(),
        citation: "RFC 9110, section 10.2.3".to_owned(),
    })
}

fn acceptable_wait() -> String {
    format!("at most {MOST_SECONDS} seconds")
}

/// `delay-seconds` of RFC 9110, section 10.2.3: digits only.
fn seconds(value: &str) -> Option<u64> {
    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::small_exchanges::SmallExchange;
    use super::*;

    fn severities(headers: &Value, came: &[(&str, &str)]) -> Vec<Severity> {
        let small_exchange = SmallExchange::new(json!({"429": {"description": "too many", "headers": headers}}));
        small_exchange.findings_of_check("retry-after", 429, came, json!(null)).into_iter().map(|breach| breach.severity).collect()
    }

    fn own() -> Value {
        json!({"X-Limit-Retry-After": {"required": true, "schema": {"type": "integer"}}, "X-Limit-Left": {"required": true, "schema": {"type": "integer"}}})
    }

    #[test]
    fn a_declared_wait_is_a_positive_whole_number() {
        assert_eq!(severities(&own(), &[("x-limit-retry-after", "30"), ("x-limit-left", "0")]), []);
        for value in ["", "0", "-5", "1.5", "soon", "+3", "99999999999999999999999"] {
            assert_eq!(severities(&own(), &[("x-limit-retry-after", value)]), [Severity::Must], "{value}");
        }
        assert_eq!(severities(&own(), &[]), [Severity::Must]);
        assert_eq!(severities(&own(), &[("x-limit-retry-after", "172801")]), [Severity::Should]);
        assert_eq!(severities(&own(), &[("x-limit-retry-after", "172800")]), []);
    }

    #[test]
    fn another_field_may_stand_in_the_place_of_the_declared_one() {
        let either = json!({"X-Limit-Retry-After": {"required": true, "x-probity-or": ["Retry-After"], "schema": {"type": "integer"}}});
        assert_eq!(severities(&either, &[("retry-after", "30")]), []);
        assert_eq!(severities(&either, &[("x-limit-retry-after", "30")]), []);
        assert_eq!(severities(&either, &[]), [Severity::Must]);
        assert_eq!(severities(&either, &[("retry-after", "30"), ("x-limit-retry-after", "soon")]), [Severity::Must]);
        assert_eq!(severities(&either, &[("retry-after", "soon")]), [Severity::Should]);
    }

    #[test]
    fn an_undeclared_retry_after_is_seconds_or_a_date() {
        for value in ["0", "120", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            assert_eq!(severities(&json!({}), &[("retry-after", value)]), [], "{value}");
        }
        for value in ["-1", "soon", "9000000"] {
            assert_eq!(severities(&json!({}), &[("retry-after", value)]), [Severity::Should], "{value}");
        }
        assert_eq!(severities(&json!({}), &[]), []);
    }
}
