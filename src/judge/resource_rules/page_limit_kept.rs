//! Rule: a page holds no more items than were asked for.

use super::document_resources::{is_single, resources};
use super::history::History;
use super::pages_turn::pages;
use super::{Citation, ResourceRule, ResourceRuleViolation};
use crate::contract::paging::LIMITS;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "page-limit-kept",
    about: "a page has at most as many resources as the limit that was sent",
    citation: Citation::JsonApi {
        section: "JSON:API, Pagination: the page parameters belong to the server's paging; the contract's parameter names the limit",
        otherwise: "the contract's own parameter, whose name is that of a limit to a page",
    },
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, read) in history.events.iter().enumerate().filter(|(_, event)| event.is_read() && event.probe.fault.is_none()) {
        let over = pages(read).find_map(|(url, document)| {
            let limit = url.query_pairs().find(|(name, _)| LIMITS.contains(&name.as_ref())).and_then(|(_, value)| value.parse::<usize>().ok());
            let count = if is_single(document) { 0 } else { resources(document).len() };
            limit.filter(|limit| *limit > 0 && count > *limit).map(|limit| (limit, count))
        });
        if let Some((limit, count)) = over {
            found.push(ResourceRuleViolation {
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
