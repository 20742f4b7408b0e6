//! Rule: each page of a list leads to the next, and the last one ends it.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::document_resources::{id, is_single, resources};
use super::event::HistoryEvent;
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation};
use crate::contract::paging::{NextPageLocation, next_page};
use crate::model::contract::Status;
use crate::model::plan::Repeat;
use crate::model::verdict::Severity;

pub(super) const APART: ResourceRule = ResourceRule {
    name: "pages-apart",
    about: "no resource is on two pages of one walk",
    citation: Citation::JsonApi {
        section: "JSON:API, Pagination: a server may provide links to traverse a paginated data set; each page is a subset of it",
        otherwise: "the contract's own parameters, whose names are those of pages",
    },
    others: true,
    find: pages_overlap,
};

pub(super) const END: ResourceRule = ResourceRule {
    name: "pages-end",
    about: "the link to the next page leads to another page, and is null or left out where there is none",
    citation: Citation::JsonApi {
        section: "JSON:API, Pagination: keys must be omitted or have a null value to indicate that a particular link is unavailable",
        otherwise: "the answer's own link to the next page",
    },
    others: false,
    find: end,
};

/// The documents of an answer in pages, or of the one answer, each with its address.
pub fn pages<'a>(event: &HistoryEvent<'a>) -> impl Iterator<Item = (Url, &'a Value)> + use<'a> {
    event.exchanges.iter().filter_map(|exchange| {
        let answer = exchange.answer.as_ref().filter(|answer| answer.status == Status(200))?;
        Some((Url::parse(&exchange.request.url).ok()?, answer.body.whole_value().filter(|document| !is_single(document))?))
    })
}

fn walks<'h, 'a>(history: &'h History<'a>) -> impl Iterator<Item = (usize, &'h HistoryEvent<'a>)> {
    history.events.iter().enumerate().filter(|(_, event)| matches!(event.probe.repeat, Repeat::Pages { .. }))
}

fn pages_overlap(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, walk) in walks(history) {
        let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
        let mut again = None;
        for (_, document) in pages(walk) {
            let named = |item: &&Value| Some((item.get("type").and_then(Value::as_str).unwrap_or_default().to_owned(), id(item)?));
            // The same page twice is no page of two.
            let here: BTreeSet<(String, String)> = resources(document).iter().filter_map(named).collect();
            again = again.or_else(|| here.intersection(&seen).next().cloned());
            seen.extend(here);
        }
        if let Some((kind, id)) = again {
            found.push(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!("{} shows {kind} {id} on two pages", walk.operation.id),
                expected: "each resource on one page".to_owned(),
                actual: format!("{kind} {id} again"),
                answer: "body /data".to_owned(),
                blamed: number,
                read: number,
            });
        }
    }
    found
}

fn end(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, walk) in walks(history) {
        let pages: Vec<(Url, &Value)> = pages(walk).collect();
        let Some(((_, last), before)) = pages.split_last() else { continue };
        // Some servers give a cursor with every page, to ask for what is new later.
        let Some(NextPageLocation::Address(next)) = next_page(last) else { continue };
        let empty = |document: &Value| resources(document).is_empty();
        let circle = pages.iter().any(|(url, _)| is_at(url, next));
        let endless = empty(last) && before.last().is_some_and(|(_, document)| empty(document));
        if circle || endless {
            found.push(ResourceRuleViolation {
                severity: Severity::Must,
                message: if circle {
                    format!("the next page of {} leads back to one that was shown before", walk.operation.id)
                } else {
                    format!("{} names a next page after two empty ones", walk.operation.id)
                },
                expected: "another page, or null where there is none".to_owned(),
                actual: next.to_owned(),
                answer: "body /links/next".to_owned(),
                blamed: number,
                read: number,
            });
        }
    }
    found
}

/// Whether an address, absolute or not, is that of a page, however its characters are encoded. What stands before the path
/// of a relative one is not known.
fn is_at(page: &Url, address: &str) -> bool {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (page, address) = (plain(page.as_str()), plain(address));
    page == address || (address.starts_with(['/', '?']) && page.ends_with(&address))
}
