//! A rate limit that is documented and was not met by more requests than it allows.

use super::Case;
use crate::checks::curl;
use crate::domain::plan::Repeat;
use crate::domain::verdict::{Finding, Severity, Sightings};

/// A warning where more requests were accepted than a documented limit allows, in less time. It is no more than a warning:
/// a provider may have raised the limit for one customer.
pub(super) fn ignored(case: &Case<'_>) -> Option<Finding> {
    let bursts = case.plan.probes.iter().filter(|probe| matches!(probe.repeat, Repeat::Burst { .. }));
    bursts.into_iter().find_map(|probe| {
        let outcome = case.outcomes.of(&probe.id)?;
        let answers = outcome.exchanges.iter().map(|exchange| exchange.answer.as_ref());
        let millis: u64 =
            answers.map(|answer| answer.filter(|answer| answer.status.is_success()).map(|answer| answer.millis)).sum::<Option<u64>>()?;
        let sent = outcome.exchanges.len();
        let limit = case.contract.rate_limits.iter().find(|limit| sent > limit.requests as usize && millis < u64::from(limit.seconds) * 1000)?;
        let response = case.contract.server_responses.iter().find(|response| response.status == probe.status);
        Some(Finding {
            check: "rate-limit".to_owned(),
            severity: Severity::Should,
            message: format!("{sent} requests in {millis} ms are accepted, and none is answered {}", probe.status),
            expected: format!("{} after {} requests in {} s", probe.status, limit.requests, limit.seconds),
            actual: format!("{sent} requests accepted"),
            contract: response.map(|response| response.place.clone()).unwrap_or_default(),
            answer: "status".to_owned(),
            citation: response.map_or_else(|| case.contract.title.clone(), |response| format!("{}, {}", response.source, response.status)),
            probe: probe.id.clone(),
            sightings: Sightings { seen: sent as u64, tries: sent as u64, ..Sightings::default() },
            curl: outcome.exchanges.last().map(|exchange| curl(&exchange.request, &case.hints.full)).unwrap_or_default(),
        })
    })
}
