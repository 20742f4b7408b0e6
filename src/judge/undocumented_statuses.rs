//! Warns of statuses that came and that the operation does not document.

use super::check_names::UNDOCUMENTED_STATUS;
use super::{JudgeInput, ProbeResult, Ruling, declared, missing_features};
use crate::model::contract::Response;
use crate::model::file_place::WrittenPlaces;
use crate::model::verdict::{Finding, Severity, Sightings};

/// Statuses that no contract line knows, where they break no rule: worth a look, no violation.
pub(super) fn findings(input: &JudgeInput<'_>, opinions: &[ProbeResult<'_>], features: &missing_features::Features) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for probe_result in opinions.iter().filter(|probe_result| !matches!(probe_result.ruling, Ruling::Breaks | Ruling::Shows)) {
        let (Some(status), Some(operation)) = (probe_result.status(), input.contract.operation(&probe_result.probe.operation)) else { continue };
        // An operation that documents nothing at all is not caught at anything, nor one without a success at a success.
        let says = |response: &Response| !response.general && !response.certainty.is_inferred();
        let silent = !operation.responses.iter().any(says) || (status.is_success() && operation.successes().next().is_none());
        // Where the success is only inferred, any other is as good.
        let open = status.is_success() && operation.successes().all(|response| response.certainty.is_inferred());
        let covered = open || operation.fallback(status).is_some();
        let known = silent
            || covered
            || features.explain(operation, status)
            || status.is_server_error()
            || declared(input.contract, Some(operation), status).is_some();
        if !known && found.iter().all(|known| known.contract != operation.place || known.actual != status.to_string()) {
            found.push(Finding {
                check: UNDOCUMENTED_STATUS.to_owned(),
                severity: Severity::Should,
                message: format!("{} answers {status}, which its contract does not document", operation.id),
                expected: operation.responses.iter().map(|response| response.status.to_string()).collect::<Vec<_>>().join(", "),
                actual: status.to_string(),
                contract: operation.place.clone(),
                answer: "status".to_owned(),
                citation: "OpenAPI, Responses Object: expected to cover successful and known error responses".to_owned(),
                probe: probe_result.probe.id.clone(),
                curl: probe_result
                    .outcome
                    .and_then(|outcome| outcome.exchanges.last())
                    .map(|exchange| crate::judge::exchange_rules::curl(&exchange.request, input.hints))
                    .unwrap_or_default(),
                written: WrittenPlaces::default(),
                sightings: Sightings::default(),
            });
        }
    }
    found
}
