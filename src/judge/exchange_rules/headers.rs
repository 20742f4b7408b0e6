//! Check: declared header fields are there and fit their schema, and 401 and 405 carry what HTTP requires.

use super::exchange_context::{cite, shorten};
use super::header_value::{described, fits, readings};
use super::retry_after::is_wait_header;
use super::{Check, ExchangeContext, RuleViolation};
use crate::contract::Unjudged;
use crate::model::contract::{HeaderRule, Status};
use crate::model::verdict::Severity;

/// Source: `headers` of the response; RFC 9110, sections 10.2.1, 15.5.6 and 15.5.2.
pub(super) const CHECK: Check =
    Check { name: "headers", about: "declared header fields are there and fit; 405 carries Allow, 401 carries WWW-Authenticate", rule };

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let status = context.answer.status;
    let declared = context.declared.map_or(&[][..], |response| &response.headers);
    let mut breaches = Vec::new();
    for header in declared {
        // Two fields have a check of their own.
        if (header.name.eq_ignore_ascii_case("location") && status.0 / 100 == 3) || is_wait_header(&header.name, status) {
            continue;
        }
        breaches.extend(declared_header(context, header));
    }
    for (demanded, name, sections) in [(405, "Allow", "15.5.6"), (401, "WWW-Authenticate", "15.5.2")] {
        let known = breaches.iter().any(|breach: &RuleViolation| breach.answer.eq_ignore_ascii_case(&format!("header {name}")));
        if status == Status(demanded) && !known {
            breaches.extend(standard_header(context, name, sections));
        }
    }
    breaches
}

fn declared_header(context: &ExchangeContext<'_>, header: &HeaderRule) -> Option<RuleViolation> {
    let name = &header.name;
    // OpenAPI, Response Object: a declared Content-Type is ignored; `content` speaks of it.
    if name.eq_ignore_ascii_case("content-type") {
        return None;
    }
    let (message, expected, actual) = match (context.answer.header(name), &header.schema) {
        (None, _) if header.required && header.or.iter().all(|other| context.answer.header(other).is_none()) => {
            (format!("{} carries no {name}", context.answer.status), format!("{name}, which is required"), "no such field")
        }
        (Some(value), Some(schema)) if !fits(context, schema, value) => {
            let actual = if value.trim().is_empty() { "an empty field" } else { value };
            (format!("{name} does not fit its schema"), described(context, schema), actual)
        }
        _ => return None,
    };
    Some(RuleViolation {
        severity: Severity::Must,
        message,
        expected,
        actual: shorten(actual),
        contract: format!("{}/headers/{name}", context.place()),
        answer: format!("header {name}"),
        citation: with_standard(context, name),
    })
}

/// What RFC 9110 demands of the field, whether the contract speaks of it or not.
fn standard_header(context: &ExchangeContext<'_>, name: &str, section: &str) -> Option<RuleViolation> {
    let refused = context.exchange.request.method.as_str();
    let (message, expected, actual) = match (name, context.answer.header(name)) {
        (_, None) => (format!("{} carries no {name}", context.answer.status), name.to_owned(), "no such field"),
        ("WWW-Authenticate", Some(value)) if value.trim().is_empty() => {
            ("WWW-Authenticate holds no challenge".to_owned(), "at least one challenge".to_owned(), "an empty field")
        }
        ("Allow", Some(value)) if value.split(',').any(|method| method.trim() == refused) => {
            (format!("Allow lists {refused}, the method that was refused"), format!("the methods that the route supports, without {refused}"), value)
        }
        _ => return None,
    };
    let standard = if name == "Allow" { format!("RFC 9110, sections {section} and 10.2.1") } else { format!("RFC 9110, section {section}") };
    Some(RuleViolation {
        severity: Severity::Must,
        message,
        expected,
        actual: shorten(actual),
        contract: context.place(),
        answer: format!("header {name}"),
        citation: standard,
    })
}

/// The contract's own word, and after it that of RFC 9110 where it demands the same.
fn with_standard(context: &ExchangeContext<'_>, name: &str) -> String {
    let own = context.declared.map(cite).unwrap_or_default();
    match (context.answer.status.0, name.to_ascii_lowercase().as_str()) {
        (405, "allow") => format!("{own}; RFC 9110, sections 15.5.6 and 10.2.1"),
        (401, "www-authenticate") => format!("{own}; RFC 9110, section 15.5.2"),
        _ => own,
    }
}

/// The parts of the schemas of declared fields that those which came were not held against.
pub(super) fn unjudged(context: &ExchangeContext<'_>) -> Vec<Unjudged> {
    let declared = context.declared.map_or(&[][..], |response| &response.headers);
    let came = declared.iter().filter(|header| !header.name.eq_ignore_ascii_case("content-type"));
    let came = came.filter_map(|header| Some((header.schema.as_ref()?, context.answer.header(&header.name)?)));
    came.flat_map(|(schema, text)| readings(text).flat_map(|value| context.schemas.unjudged(schema, &value)).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::small_exchanges::SmallExchange;

    fn small_exchange(status: &str, headers: &Value) -> SmallExchange {
        SmallExchange::new(json!({"200": {"description": "found"}, status: {"description": "reason", "headers": headers}}))
    }

    #[test]
    fn a_required_field_is_there_and_fits() {
        let small_exchange = small_exchange(
            "201",
            &json!({"X-Left": {"required": true, "schema": {"type": "integer", "minimum": 0}}, "X-Tags": {"schema": {"type": "array", "maxItems": 2}}}),
        );
        let answers = |headers: &[(&str, &str)]| -> Vec<String> {
            small_exchange.findings_of_check("headers", 201, headers, json!({})).into_iter().map(|breach| breach.message).collect()
        };
        assert_eq!(answers(&[]), ["201 carries no X-Left"]);
        assert_eq!(answers(&[("x-left", "-1")]), ["X-Left does not fit its schema"]);
        assert_eq!(answers(&[("x-left", "many")]), ["X-Left does not fit its schema"]);
        // Every finding shows what came.
        assert_eq!(small_exchange.findings_of_check("headers", 201, &[("x-left", "")], json!({}))[0].actual, "an empty field");
        assert_eq!(answers(&[("x-left", "0")]), [""; 0]);
        assert_eq!(answers(&[("x-left", "0"), ("x-tags", "a, b"), ("x-other", "1")]), [""; 0]);
        assert_eq!(answers(&[("x-left", "0"), ("x-tags", "a, b, c")]), ["X-Tags does not fit its schema"]);
    }

    #[test]
    fn a_text_field_may_look_like_a_number() {
        let small_exchange = small_exchange("201", &json!({"ETag": {"schema": {"type": "string", "minLength": 1}}}));
        assert!(small_exchange.findings_of_check("headers", 201, &[("etag", "12")], json!({})).is_empty());
    }

    #[test]
    fn a_405_lists_other_methods_than_the_refused_one() {
        let small_exchange = small_exchange("400", &json!({})).method("PUT");
        let messages = |headers: &[(&str, &str)]| -> Vec<String> {
            small_exchange.findings_of_check("headers", 405, headers, json!({})).into_iter().map(|breach| breach.message).collect()
        };
        assert_eq!(messages(&[]), ["405 carries no Allow"]);
        assert_eq!(messages(&[("allow", "GET, PUT")]), ["Allow lists PUT, the method that was refused"]);
        assert_eq!(messages(&[("allow", "GET")]), [""; 0]);
        assert_eq!(messages(&[("allow", "")]), [""; 0]);
    }

    #[test]
    fn a_401_carries_a_challenge() {
        let small_exchange = small_exchange("400", &json!({}));
        assert_eq!(small_exchange.findings_of_check("headers", 401, &[], json!({}))[0].citation, "RFC 9110, section 15.5.2");
        assert_eq!(small_exchange.findings_of_check("headers", 401, &[("www-authenticate", " ")], json!({})).len(), 1);
        assert!(small_exchange.findings_of_check("headers", 401, &[("www-authenticate", "Basic realm=\"x\"")], json!({})).is_empty());
    }

    #[test]
    fn what_contract_and_standard_both_demand_is_one_finding() {
        let small_exchange = small_exchange("405", &json!({"Allow": {"required": true, "schema": {"type": "string", "minLength": 1}}}));
        let breaches = small_exchange.findings_of_check("headers", 405, &[], json!({}));
        assert_eq!(breaches.len(), 1);
        assert_eq!(breaches[0].citation, "Things, things, 405: reason; RFC 9110, sections 15.5.6 and 10.2.1");
        assert_eq!(breaches[0].contract, "t.yaml#/paths/~1things~1{id}/get/responses/405/headers/Allow");
    }
}
