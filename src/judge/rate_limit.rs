//! Judges the rate limit: that there is one, and that a client which waits as told is served again.

use super::JudgeInput;
use crate::judge::exchange_rules::curl;
use crate::model::contract::Status;
use crate::model::exchange::{Answer, Exchange};
use crate::model::file_place::WrittenPlaces;
use crate::model::plan::Repeat;
use crate::model::verdict::{Finding, Severity, Sightings};

/// A warning where more requests were accepted than a documented limit allows, in less time. It is no more than a warning:
/// a provider may have raised the limit for one customer.
pub(super) fn ignored(input: &JudgeInput<'_>) -> Option<Finding> {
    let bursts = input.plan.probes.iter().filter(|probe| matches!(probe.repeat, Repeat::Burst { .. }));
    bursts.into_iter().find_map(|probe| {
        let outcome = input.outcomes.of(&probe.id)?;
        let answers = outcome.exchanges.iter().map(|exchange| exchange.answer.as_ref());
        let millis: u64 =
            answers.map(|answer| answer.filter(|answer| answer.status.is_success()).map(|answer| answer.millis)).sum::<Option<u64>>()?;
        let sent = outcome.exchanges.len();
        let limit = input.contract.rate_limits.iter().find(|limit| sent > limit.requests as usize && millis < u64::from(limit.seconds) * 1000)?;
        let response = input.contract.server_responses.iter().find(|response| response.status == probe.status);
        Some(Finding {
            check: super::check_names::RATE_LIMIT.to_owned(),
            severity: Severity::Should,
            message: format!("{sent} requests in {millis} ms are accepted, and none is answered {}", probe.status),
            expected: format!("{} after {} requests in {} s", probe.status, limit.requests, limit.seconds),
            actual: format!("{sent} requests accepted"),
            contract: response.map(|response| response.place.clone()).unwrap_or_default(),
            answer: "status".to_owned(),
            citation: response.map_or_else(|| input.contract.title.clone(), |response| format!("{}, {}", response.source, response.status)),
            probe: probe.id.clone(),
            written: WrittenPlaces::default(),
            sightings: Sightings { seen: sent as u64, tries: sent as u64, ..Sightings::default() },
            curl: outcome.exchanges.last().map(|exchange| curl(&exchange.request, input.hints)).unwrap_or_default(),
        })
    })
}

/// A warning where a request was one too many again after the wait that the server had advised. It is no more than a
/// warning: others may have used up the next window.
pub(super) fn too_short_wait(input: &JudgeInput<'_>) -> Option<Finding> {
    let probes = input.plan.probes.iter().filter(|probe| !matches!(probe.repeat, Repeat::Burst { .. }));
    probes.into_iter().find_map(|probe| {
        let outcome = input.outcomes.of(&probe.id)?;
        // A request that was refused is only sent again after the wait.
        let again = outcome.exchanges.windows(2).find(|pair| pair.iter().all(is_refused))?;
        let advice = again[0].answer.as_ref().and_then(requested_wait)?;
        let response = input.contract.server_responses.iter().find(|response| response.status == Status(429));
        Some(Finding {
            check: super::check_names::WAIT_ADVICE.to_owned(),
            severity: Severity::Should,
            message: format!("after the advised wait of {advice} s the same request is one too many again"),
            expected: "another answer than 429".to_owned(),
            actual: "429".to_owned(),
            contract: response.map(|response| response.place.clone()).unwrap_or_default(),
            answer: "status".to_owned(),
            citation: "RFC 9110, section 10.2.3: how long the user agent ought to wait before making a follow-up request".to_owned(),
            probe: probe.id.clone(),
            written: WrittenPlaces::default(),
            sightings: Sightings::default(),
            curl: curl(&again[1].request, input.hints),
        })
    })
}

fn is_refused(exchange: &Exchange) -> bool {
    exchange.answer.as_ref().is_some_and(|answer| answer.status == Status(429))
}

/// The advised wait in seconds.
fn requested_wait(answer: &Answer) -> Option<u64> {
    let fields = answer.headers.iter().filter(|(name, _)| name.to_ascii_lowercase().ends_with("retry-after"));
    fields.filter_map(|(_, value)| value.trim().parse().ok()).max()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::judge::judge;
    use crate::judge::small_cases;
    use crate::judge::small_cases::{answer, contract, outcome, plan, probe};
    use crate::model::exchange::AnswerContent;

    /// A server that is asked so often, each time with this status, and what is said of it.
    fn said(repeat: &serde_json::Value, statuses: &[u16]) -> Option<&'static str> {
        let contract = contract(&json!({}), &json!({"x-probity-rate-limits": [{"requests": 2, "seconds": 60}]}));
        let plan = plan(vec![probe("p", &json!({"repeat": repeat}))], json!({}));
        let headers = vec![("retry-after".to_owned(), "1".to_owned())];
        let answers = statuses.iter().map(|status| Answer { headers: headers.clone(), ..answer(*status, AnswerContent::Empty) }).collect();
        let found = small_cases::said(&contract, &plan, vec![outcome("p", answers)], judge).findings;
        let has = |check: &str| found.iter().any(|finding| finding.check == check);
        match (has("rate-limit"), has("wait-advice")) {
            (true, false) => Some("ignored"),
            (false, true) => Some("ill-advised"),
            (false, false) => None,
            (true, true) => Some("both"),
        }
    }

    #[test]
    fn a_limit_that_more_requests_do_not_meet_is_ignored() {
        let burst = json!({"burst": {"most": 5}});
        assert_eq!(said(&burst, &[200, 200, 200]), Some("ignored"));
        assert_eq!(said(&burst, &[200, 200]), None);
        assert_eq!(said(&burst, &[200, 200, 200, 429]), None);
        assert_eq!(said(&json!("once"), &[200, 200, 200]), None);
    }

    #[test]
    fn who_waits_as_told_and_is_one_too_many_again_was_ill_advised() {
        assert_eq!(said(&json!("once"), &[429, 429]), Some("ill-advised"));
        assert_eq!(said(&json!("once"), &[429, 200]), None);
        assert_eq!(said(&json!({"burst": {"most": 5}}), &[429, 429]), None);
    }
}
