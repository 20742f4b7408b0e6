//! Lists every name that a finding can have as its check, with what the check asks for.

use super::exchange_rules::CHECKS;

/// Findings of the rules over several answers; each rule is named in the citation of its finding.
pub const STATE: &str = "state";
/// Valid requests that fail with a status of 5xx.
pub const SERVER_ERROR: &str = "server-error";
/// Statuses that the contract does not know.
pub const UNDOCUMENTED_STATUS: &str = "undocumented-status";
/// Limits of requests that are not kept.
pub const RATE_LIMIT: &str = "rate-limit";
/// Waits that a server asks for and that do not help.
pub const WAIT_ADVICE: &str = "wait-advice";

/// The checks over more than one exchange, each with what it asks for.
const OVER_THE_RUN: &[(&str, &str)] = &[
    (STATE, "what answers say of a resource agrees with what was written and with each other"),
    (SERVER_ERROR, "no valid request fails with 5xx"),
    (UNDOCUMENTED_STATUS, "an answer that is not asked for has a status that the operation documents"),
    (RATE_LIMIT, "a limit of requests that the contract names is kept"),
    (WAIT_ADVICE, "a request is not refused again after the wait that the server has asked for"),
];

/// Every check, with what it asks for.
pub fn checks() -> impl Iterator<Item = (&'static str, &'static str)> {
    CHECKS.iter().map(|check| (check.name, check.about)).chain(OVER_THE_RUN.iter().copied())
}

/// Whether the findings of a check decide what a cell proves, so that they cannot count for less or more.
pub fn decides_verdict(name: &str) -> bool {
    name == super::exchange_rules::STATUS || name == SERVER_ERROR
}
