//! Check: the body has a media type that the contract declares for the status.

use super::exchange_context::shorten;
use super::{Check, ExchangeContext, RuleViolation};
use crate::model::exchange::AnswerContent;
use crate::model::media_range::{is_json_api, matches};
use crate::model::verdict::Severity;

/// Source: `content` of the response; RFC 9110, section 8.3, where the header field is missing.
pub(super) const CHECK: Check = Check { name: "media-type", about: "the body has a media type that the contract declares for the status", rule };

fn rule(context: &ExchangeContext<'_>) -> Vec<RuleViolation> {
    let declared = context.declared.map_or(&[][..], |response| &response.content);
    if declared.is_empty() || context.answer.body == AnswerContent::Empty {
        return Vec::new();
    }
    let names: Vec<&str> = declared.iter().map(|media| media.name.as_str()).collect();
    let breach = |severity, message: &str, actual: String, citation| RuleViolation {
        severity,
        message: message.to_owned(),
        expected: names.join(" or "),
        actual: shorten(&actual),
        contract: format!("{}/content", context.place()),
        answer: "header content-type".to_owned(),
        citation,
    };
    match context.answer.media_type() {
        // The standard only says SHOULD, and the contract says what the body is, not that it is labelled.
        None => vec![breach(
            Severity::Should,
            "the answer has a body and no Content-Type",
            "no Content-Type".to_owned(),
            format!("{}; RFC 9110, section 8.3", context.citation()),
        )],
        Some(came) if names.iter().any(|name| matches(name, &came)) => Vec::new(),
        Some(came) => {
            // A client of JSON:API reads this body all the same; servers behind general frameworks send it often.
            let near = came == "application/json" && declared.iter().any(is_json_api);
            let (severity, citation) = if near {
                (Severity::Should, format!("{}; JSON:API 1.1, Universal Responsibilities (#content-negotiation-all)", context.citation()))
            } else {
                (Severity::Must, context.citation())
            };
            vec![breach(severity, &format!("the body has a media type that is not declared for {}", context.answer.status), came, citation)]
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::small_exchanges::SmallExchange;
    use super::*;
    use crate::model::contract::JSON_API;

    fn severities(declared: &str, came: Option<&str>) -> Vec<Severity> {
        let small_exchange = SmallExchange::new(json!({"200": {"description": "found", "content": {declared: {}}}}));
        let headers: Vec<_> = came.iter().map(|value| ("content-type", *value)).collect();
        small_exchange.findings_of_check("media-type", 200, &headers, json!({})).into_iter().map(|breach| breach.severity).collect()
    }

    #[test]
    fn the_declared_type_passes_with_any_parameter_and_another_fails() {
        assert_eq!(severities("application/json", Some("Application/JSON; charset=utf-8")), []);
        assert_eq!(severities("application/json", Some("text/html")), [Severity::Must]);
        assert_eq!(severities("application/json", Some("application/problem+json")), [Severity::Must]);
    }

    #[test]
    fn ranges_cover_what_they_name() {
        assert_eq!(severities("text/*", Some("text/csv")), []);
        assert_eq!(severities("text/*", Some("image/png")), [Severity::Must]);
        assert_eq!(severities("*/*", Some("image/png")), []);
    }

    #[test]
    fn plain_json_for_json_api_and_a_missing_type_are_warnings() {
        assert_eq!(severities(JSON_API, Some("application/json")), [Severity::Should]);
        assert_eq!(severities(JSON_API, Some("text/json")), [Severity::Must]);
        assert_eq!(severities("application/json", None), [Severity::Should]);
    }

    #[test]
    fn without_a_body_or_a_declared_type_nothing_is_asked() {
        let small_exchange =
            SmallExchange::new(json!({"200": {"description": "found", "content": {"application/json": {}}}, "202": {"description": "later"}}));
        assert!(small_exchange.findings_of_check("media-type", 200, &[], json!(null)).is_empty());
        assert!(small_exchange.findings_of_check("media-type", 202, &[("content-type", "text/html")], json!("page")).is_empty());
    }
}
