//! Checks: one file for each rule over a single exchange.
//! A check is registered by a line in [`CHECKS`].
//!
//! A contract that is silent is never broken: extra members, extra header fields and other languages raise nothing.
//! What a standard demands of every server is judged all the same, and cited as that standard.

mod body_schema;
mod curl;
mod declared_body;
mod error_source;
mod error_status;
mod excerpt;
mod exchange_context;
mod header_value;
mod headers;
mod json_api;
mod json_api_document;
mod location;
mod media_type;
mod no_content;
mod no_echo;
mod no_leak;
mod problem_details;
mod retry_after;
#[cfg(test)]
mod small_exchanges;
mod status;
mod unjudged;

pub use curl::{CredentialHint, CredentialHints, curl};
pub use excerpt::excerpt;
pub use exchange_context::{ExchangeContext, show};
pub use status::STATUS;
pub use unjudged::{UnjudgedParts, gaps};

use crate::model::file_place::WrittenPlaces;
use crate::model::verdict::{Finding, Severity, Sightings};

/// One broken rule, as the rule itself sees it; [`findings`] adds what is the same for all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleViolation {
    /// How binding the rule is (RFC 2119).
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What the rule asks for.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// Place in the contract.
    pub contract: String,
    /// Place in the answer: `status`, `header NAME`, or `body` with a JSON Pointer.
    pub answer: String,
    /// The document and section that the rule comes from.
    pub citation: String,
}

/// One rule over an exchange.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its name, as findings and waivers carry it.
    pub name: &'static str,
    /// What it asks for, in one line.
    pub about: &'static str,
    /// The rule: every way in which the exchange breaks it.
    pub rule: fn(&ExchangeContext<'_>) -> Vec<RuleViolation>,
}

/// Every check, in the order in which findings are printed.
pub const CHECKS: &[Check] = &[
    status::CHECK,
    media_type::CHECK,
    no_content::CHECK,
    headers::CHECK,
    location::CHECK,
    retry_after::CHECK,
    body_schema::CHECK,
    error_status::CHECK,
    json_api_document::CHECK,
    error_source::CHECK,
    problem_details::CHECK,
    no_leak::CHECK,
    no_echo::CHECK,
];

/// What every check has to say of an exchange.
pub fn findings(context: &ExchangeContext<'_>) -> Vec<Finding> {
    let again = curl(&context.exchange.request, context.hints);
    let mut findings = Vec::new();
    for check in CHECKS {
        findings.extend((check.rule)(context).into_iter().map(|breach| Finding {
            check: check.name.to_owned(),
            severity: breach.severity,
            message: breach.message,
            expected: breach.expected,
            actual: breach.actual,
            contract: breach.contract,
            citation: breach.citation,
            probe: context.probe.id.clone(),
            curl: again.clone(),
            written: WrittenPlaces::default(),
            sightings: Sightings { excerpt: excerpt(context.answer, &breach.answer), ..Sightings::default() },
            answer: breach.answer,
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::small_exchanges::SmallExchange;
    use super::*;
    use crate::model::contract::JSON_API;
    use crate::model::plan::Place;

    #[test]
    fn every_check_has_its_own_name_and_says_what_it_asks_for() {
        let names: BTreeSet<_> = CHECKS.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), CHECKS.len());
        assert!(CHECKS.iter().all(|check| !check.about.is_empty() && check.name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')));
    }

    #[test]
    fn a_conforming_exchange_raises_nothing() {
        let small_exchange =
            SmallExchange::new(json!({"200": {"description": "found", "content": {"application/json": {"schema": {"type": "object"}}}}}));
        assert_eq!(small_exchange.findings(200, &[("content-type", "application/json")], json!({"more": 1})), Vec::new());
    }

    #[test]
    fn one_finding_of_each_check() {
        let media = [("content-type", JSON_API)];
        let small_exchange = SmallExchange::new(json!({
            "200": {"description": "found", "content": {JSON_API: {"schema": {"type": "object", "properties": {"data": {"type": "object"}}}}}},
            "204": {"description": "done"},
            "303": {"description": "finished", "headers": {"Location": {"required": true, "schema": {"type": "string"}}}},
            "409": {"description": "type is another", "content": {JSON_API: {}}},
            "429": {"description": "too many", "headers": {"Retry-After": {"required": true, "schema": {"type": "integer"}}}}
        }))
        .fault("type is \"wrong\"");
        let at_fault = |findings: Vec<Finding>, check: &str| findings.into_iter().find(|finding| finding.check == check).unwrap();
        let findings: Vec<Finding> = CHECKS
            .iter()
            .map(|check| match check.name {
                "status" => at_fault(small_exchange.clone().allowed(&[409]).findings(400, &[], json!(null)), "status"),
                "media-type" => at_fault(small_exchange.findings(200, &[("content-type", "text/html")], json!({"data": {}})), "media-type"),
                "no-content" => at_fault(small_exchange.findings(204, &[], json!({})), "no-content"),
                "headers" => at_fault(small_exchange.findings(405, &[("allow", "GET, POST")], json!(null)), "headers"),
                "location" => at_fault(small_exchange.findings(303, &[], json!(null)), "location"),
                "retry-after" => at_fault(small_exchange.findings(429, &[("retry-after", "soon")], json!(null)), "retry-after"),
                "error-status" => at_fault(small_exchange.findings(409, &media, json!({"errors": [{"status": "400"}]})), "error-status"),
                "json-api-document" => {
                    at_fault(small_exchange.findings(200, &media, json!({"data": {"type": "things", "id": 1}})), "json-api-document")
                }
                "cause" => at_fault(
                    small_exchange.clone().fault_at(Place::Path("id".to_owned())).findings(
                        409,
                        &media,
                        json!({"errors": [{"source": {"pointer": "/data"}}]}),
                    ),
                    "cause",
                ),
                "no-echo" => at_fault(small_exchange.clone().echoing().findings(409, &media, json!({"errors": []})), "no-echo"),
                "problem-details" => {
                    at_fault(small_exchange.findings(409, &[("content-type", "application/problem+json")], json!({"status": 400})), "problem-details")
                }
                "no-leak" => at_fault(small_exchange.findings(500, &[], json!("Error\n    at f (/srv/app.js:10:5)")), "no-leak"),
                other => at_fault(small_exchange.findings(200, &media, json!({"data": []})), other),
            })
            .collect();
        insta::assert_snapshot!(serde_json::to_string_pretty(&findings).unwrap());
    }

    #[test]
    fn a_finding_carries_the_check_the_probe_and_a_command() {
        let small_exchange =
            SmallExchange::new(json!({"200": {"description": "found", "content": {"application/json": {"schema": {"type": "object"}}}}}));
        let findings = small_exchange.findings(200, &[("content-type", "application/json")], json!([]));
        assert_eq!(findings.len(), 1);
        assert_eq!((findings[0].check.as_str(), findings[0].probe.as_str()), ("body-schema", "things.get::200::success"));
        assert_eq!(findings[0].curl, "curl -i 'http://127.0.0.1/things/1'");
    }
}
