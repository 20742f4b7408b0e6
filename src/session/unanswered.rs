//! Explains why a run that got no answer has no report.

use super::target::{Specification, Target};
use crate::model::contract::Status;
use crate::model::exchange::{Ending, Outcomes};
use crate::model::plan::{Intent, Plan};
use crate::session::stop::Stop;
use serde_json::Value;

/// A run that sent nothing has no report, nor has one whose target never answered.
pub(super) fn refuse_if_silent(target: &Target, planned: &Plan, outcomes: &Outcomes) -> Result<(), Stop> {
    let mut sent = outcomes.outcomes.iter().flat_map(|outcome| &outcome.exchanges).peekable();
    if sent.peek().is_none() {
        return Err(Stop::Nothing(format!("nothing was sent: {} (no report was written)", first_reason(planned, outcomes))));
    }
    if sent.any(|exchange| exchange.answer.is_some()) {
        return Ok(());
    }
    let why = outcomes.outcomes.iter().find_map(|outcome| match &outcome.ending {
        Ending::Silent(reason) => Some(reason.to_string()),
        _ => None,
    });
    Err(Stop::Inconclusive(format!(
        "{} did not answer: {}; check that it is running and that --target is its base URL (no report was written)",
        target.name(),
        why.unwrap_or_else(|| "no reason is known".to_owned())
    )))
}

/// A server on which no path of the contract leads anywhere is most likely asked at the wrong place.
pub(super) fn refuse_if_wrong_base(target: &Target, specification: &Specification, planned: &Plan, outcomes: &Outcomes) -> Result<(), Stop> {
    let valid = planned.probes.iter().filter(|probe| probe.fault.is_none());
    let answered: Vec<_> = valid.filter_map(|probe| Some((probe, outcomes.of(&probe.id)?.answer()?.status))).collect();
    // Some servers ask who wants to know before they say that there is nothing.
    let nowhere = answered.iter().all(|(_, status)| matches!(status.0, 401 | 404));
    let missing = answered.iter().any(|(probe, status)| *status == Status(404) && !probe.request.path.contains('{'));
    if *target == Target::Mock || !nowhere || !missing {
        return Ok(());
    }
    let servers = specification.contract.document.get("servers").and_then(Value::as_array).into_iter().flatten();
    let servers: Vec<&str> = servers.filter_map(|server| server.get("url")?.as_str()).collect();
    let known = if servers.is_empty() { String::new() } else { format!("; the servers of the contract are {}", servers.join(", ")) };
    Err(Stop::Unusable(format!(
        "{} has none of the paths that were asked for (404), so it is most likely not the base URL of the API{known} (no report was written)",
        target.name()
    )))
}

/// The first reason that kept a request back.
fn first_reason(planned: &Plan, outcomes: &Outcomes) -> String {
    let withheld = outcomes.outcomes.iter().find_map(|outcome| match &outcome.ending {
        Ending::Withheld(reason) => Some(reason),
        Ending::Answered | Ending::Silent(_) => None,
    });
    let left_out = planned.cells.iter().find_map(|cell| match &cell.intent {
        Intent::Skipped(reason) | Intent::Unreachable(reason) | Intent::Postponed(reason) => Some(reason),
        Intent::Probes(_) | Intent::Watched => None,
    });
    withheld.or(left_out).map_or_else(|| "no request is planned".to_owned(), ToString::to_string)
}
