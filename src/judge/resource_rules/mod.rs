//! Rules over the history of a resource: what was written must be there to be read.
//! Each rule holds what the server said about a resource against what it says later, on requests that were due anyway.
//! A rule is a file here and a line in [`RULES`].
//!
//! Nothing is said where requests were under way together, where a write may have done anything, or where the contract
//! leaves the server free.

mod answer_is_of_the_one_asked;
mod as_many_as_sent;
mod citation;
mod created_is_found;
mod created_once;
mod deleted_is_gone;
mod document_resources;
mod event;
mod fields_kept;
mod filter_kept;
mod history;
mod linkage_kept;
mod no_duplicates;
mod old_value_stays;
mod page_limit_kept;
mod pages_turn;
mod query_kept;
mod refused_changed_nothing;
mod related_matches;
mod relationship_cleared;
mod relationship_took;
mod self_leads_back;
#[cfg(test)]
mod small_runs;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_answers;
mod unnamed_list_kept;
mod upload_comes_back;
mod writes;
mod written_values_kept;

use crate::contract::Schemas;
use crate::model::contract::{Contract, Status};
use crate::model::exchange::Outcomes;
use crate::model::plan::{Plan, ProbeId};
use crate::model::verdict::Severity;
pub use citation::Citation;
use citation::is_json_api;
use event::HistoryEvent;
use history::History;

/// One contradiction between what was written and what is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// The rule that is broken.
    pub rule: &'static str,
    /// How binding it is (RFC 2119).
    pub severity: Severity,
    /// Whether others who use the server at the same time may have brought it about.
    pub others: bool,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What is to be expected.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// Place in the contract.
    pub contract: String,
    /// Place in the answer.
    pub answer: String,
    /// The document and section that the rule comes from.
    pub citation: String,
    /// The request that breaks it, and the status that it was answered with: the write where there is one.
    pub blamed: (ProbeId, Option<Status>),
    /// The request that shows it.
    pub read: ProbeId,
}

/// One rule over a whole run.
#[derive(Debug, Clone, Copy)]
pub struct ResourceRule {
    /// Its name.
    pub name: &'static str,
    /// What it asks for, in one line.
    pub about: &'static str,
    /// The document and section that it comes from.
    pub citation: Citation,
    /// Whether others who use the server at the same time may seem to break it: who adds to a list while its pages are turned
    /// moves everything behind the new one.
    pub others: bool,
    /// Every way in which a run breaks it.
    find: fn(&History<'_>) -> Vec<ResourceRuleViolation>,
}

/// One broken rule, as the rule itself sees it.
struct ResourceRuleViolation {
    severity: Severity,
    message: String,
    expected: String,
    actual: String,
    /// Place in the answer.
    answer: String,
    /// The event that is to blame, as its number.
    blamed: usize,
    /// The event that shows it, as its number.
    read: usize,
}

/// Every rule.
pub const RULES: &[ResourceRule] = &[
    created_is_found::RULE,
    created_once::RULE,
    written_values_kept::CREATE_KEPT,
    written_values_kept::PATCH_TOOK,
    written_values_kept::PATCH_LEFT_THE_REST,
    refused_changed_nothing::RULE,
    deleted_is_gone::RULE,
    relationship_took::RULE,
    relationship_cleared::RULE,
    related_matches::RULE,
    answer_is_of_the_one_asked::READ,
    answer_is_of_the_one_asked::CHANGE,
    no_duplicates::RULE,
    filter_kept::RULE,
    fields_kept::RULE,
    page_limit_kept::RULE,
    as_many_as_sent::RULE,
    linkage_kept::CREATE,
    linkage_kept::CHANGE,
    old_value_stays::RULE,
    unnamed_list_kept::RULE,
    query_kept::RULE,
    self_leads_back::RULE,
    upload_comes_back::RULE,
    pages_turn::APART,
    pages_turn::END,
];

/// Everything that contradicts itself in a run.
pub fn contradictions(contract: &Contract, schemas: &Schemas, plan: &Plan, outcomes: &Outcomes) -> Vec<Contradiction> {
    let history = History::new((contract, schemas), plan, outcomes);
    let mut found = Vec::new();
    for rule in RULES {
        for broken in (rule.find)(&history) {
            let (Some(blamed), Some(read)) = (history.events.get(broken.blamed), history.events.get(broken.read)) else { continue };
            let json_api = is_json_api(read) || is_json_api(blamed);
            found.push(Contradiction {
                rule: rule.name,
                severity: rule.citation.severity(broken.severity, json_api),
                message: format!("{} ({})", broken.message, rule.name),
                others: rule.others,
                expected: broken.expected,
                actual: broken.actual,
                contract: place(blamed),
                answer: broken.answer,
                citation: rule.citation.section_text(json_api),
                blamed: (blamed.probe.id.clone(), blamed.status()),
                read: read.probe.id.clone(),
            });
        }
    }
    found
}

fn place(event: &HistoryEvent<'_>) -> String {
    let response = event.status().and_then(|status| event.operation.response(status));
    response.map_or_else(|| event.operation.place.clone(), |response| response.place.clone())
}
