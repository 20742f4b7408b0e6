//! Check: a redirection has a Location.

use super::exchange_context::{cite, shorten};
use super::header_value::{described, fits};
use super::{Check, ExchangeContext, RuleViolation};
use crate::model::verdict::Severity;

/// Source: `headers` of the response; RFC 9110, sections 10.2.2 and 15.4; RFC 3986, section 4.1.
pub(super) const CHECK: Check = Check { name: "location", about: "a 3xx that declares Location carries one, and it is a URI reference", rule };

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let Some(declared) = context.declared.filter(|response| response.status.0 / 100 == 3) else { return Vec::new() };
    let Some(header) = declared.headers.iter().find(|header| header.name.eq_ignore_ascii_case("location")) else { return Vec::new() };
    let breach = |severity, message: String, expected: String, actual: &str, section: &str| {
        vec![RuleViolation {
            severity,
            message,
            expected,
            actual: shorten(actual),
            contract: format!("{}/headers/{}", context.place(), header.name),
            answer: "header location".to_owned(),
            citation: format!("{}; RFC 9110, section {section}", cite(declared)),
        }]
    };
    match context.answer.header("location") {
        None => {
            let severity = if header.required { Severity::Must } else { Severity::Should };
            breach(severity, format!("{} does not say where to", declared.status), "Location".to_owned(), "no such field", "15.4")
        }
        Some(value) if !is_uri_reference(value, &context.exchange.request.url) => {
            breach(Severity::Must, "Location is no URI reference".to_owned(), "a URI reference (RFC 3986)".to_owned(), value, "10.2.2")
        }
        Some(value) => match &header.schema {
            Some(schema) if !fits(context, schema, value) => {
                breach(Severity::Must, "Location does not fit its schema".to_owned(), described(context, schema), value, "10.2.2")
            }
            _ => Vec::new(),
        },
    }
}

/// Whether the text is a URI reference (RFC 3986, sections 2 and 4.1) that leads somewhere from `base`.
fn is_uri_reference(text: &str, base: &str) -> bool {
    let bytes = text.as_bytes();
    let spelled = bytes.iter().enumerate().all(|(index, byte)| match byte {
        b'%' => bytes.get(index + 1..index + 3).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)),
        other => other.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(other),
    });
    let base = url::Url::parse(base);
    spelled && !text.is_empty() && base.map_or_else(|_| true, |base| base.join(text).is_ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::small_exchanges::SmallExchange;
    use super::*;

    fn severities(required: bool, headers: &[(&str, &str)]) -> Vec<Severity> {
        let small_exchange = SmallExchange::new(
            json!({"303": {"description": "done", "headers": {"Location": {"required": required, "schema": {"type": "string"}}}}}),
        );
        small_exchange.findings_of_check("location", 303, headers, json!(null)).into_iter().map(|breach| breach.severity).collect()
    }

    #[test]
    fn a_missing_location_fails_and_a_relative_one_passes() {
        assert_eq!(severities(true, &[]), [Severity::Must]);
        assert_eq!(severities(false, &[]), [Severity::Should]);
        assert_eq!(severities(true, &[("location", "/things/2?a=%20")]), []);
        assert_eq!(severities(true, &[("location", "https://other.example/x")]), []);
    }

    #[test]
    fn what_is_no_uri_reference_fails() {
        for value in ["", "/a b", "/%zz", "/a\u{e9}", "http://[::1"] {
            assert_eq!(severities(true, &[("location", value)]), [Severity::Must], "{value}");
        }
    }

    #[test]
    fn a_redirection_that_declares_no_location_is_not_judged() {
        let small_exchange = SmallExchange::new(json!({"303": {"description": "done"}}));
        assert!(small_exchange.findings_of_check("location", 303, &[], json!(null)).is_empty());
    }
}
