//! A page holds no more than was asked for.

use super::document::{is_single, resources};
use super::history::History;
use super::{Break, Rule};
use crate::domain::verdict::Severity;

pub(super) const RULE: Rule = Rule {
    name: "page-limit-kept",
    about: "a page has at most as many resources as the limit that was sent",
    citation: "JSON:API, Pagination: the page parameters belong to the server's paging; the contract's parameter names the limit",
    find,
};

/// Names under which lists are told how many resources to give.
const LIMITS: &[&str] = &["page[limit]", "page[size]", "limit", "per_page", "perPage", "page_size", "pageSize"];

fn find(history: &History<'_>) -> Vec<Break> {
    let mut found = Vec::new();
    for (number, read) in history.events.iter().enumerate() {
        let sent = read.probe.request.query.iter().find(|(name, _)| LIMITS.contains(&name.as_str()));
        let limit = sent.and_then(|(_, value)| value.parse::<usize>().ok()).filter(|limit| *limit > 0);
        let (Some(limit), Some(document)) = (limit, read.shown().filter(|document| !is_single(document))) else { continue };
        let count = resources(document).len();
        if count > limit {
            found.push(Break {
                severity: Severity::Must,
                message: format!("{} is asked for {limit} at most and gives {count}", read.operation.id),
                expected: format!("at most {limit}"),
                actual: count.to_string(),
                answer: "body".to_owned(),
                blamed: number,
                read: number,
            });
        }
    }
    found
}
