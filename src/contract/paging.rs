//! Finds how a list is paged: by its query parameters and the link to the next page.

use serde_json::Value;

use super::schema::follow_references;
use crate::model::contract::{Contract, Location, Operation, Parameter};

/// Names under which lists are told how many resources a page may hold.
pub const LIMITS: &[&str] = &["page[limit]", "page[size]", "limit", "per_page", "perPage", "page_size", "pageSize"];
/// Names under which lists are told after which resource a page begins.
pub const CURSORS: &[&str] = &["page[after]", "page[cursor]", "after", "starting_after", "cursor"];
/// Names under which lists are told the number of a page.
pub const NUMBERS: &[&str] = &["page[number]", "page"];
/// Names under which lists are told how many resources come before a page.
pub const OFFSETS: &[&str] = &["page[offset]", "offset", "skip"];

/// The parameters with which a list is given in pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// Name of the parameter that says how many resources a page may hold.
    pub limit: String,
    /// The smallest limit that its schema allows, in resources.
    pub smallest: u64,
    /// The largest one, where the schema names one, in resources.
    pub largest: Option<u64>,
    /// Name of the parameter that says which page is meant.
    pub turn: String,
}

/// How an operation gives its list in pages; `None` where the contract declares no limit, or no way to the next page.
pub fn paging(contract: &Contract, operation: &Operation) -> Option<Paging> {
    let named = |names: &[&str]| names.iter().find_map(|name| operation.parameter(Location::Query, name));
    let limit = named(LIMITS)?;
    let turn = named(CURSORS).or_else(|| named(NUMBERS)).or_else(|| named(OFFSETS))?;
    let bound = |keyword: &str| schema(contract, limit)?.get(keyword)?.as_u64();
    Some(Paging { limit: limit.name.clone(), smallest: bound("minimum").unwrap_or(1).max(1), largest: bound("maximum"), turn: turn.name.clone() })
}

fn schema<'a>(contract: &'a Contract, parameter: &Parameter) -> Option<&'a Value> {
    follow_references(&contract.document, &parameter.schema.as_ref()?.0).map(|(_, schema)| schema)
}

/// The resources that a document is about: `data` where there is one (JSON:API), else the items of an array, of the only
/// array in an envelope, or the document itself.
pub fn resources(document: &Value) -> Vec<&Value> {
    match document.get("data").unwrap_or(document) {
        Value::Array(items) => items.iter().collect(),
        one @ Value::Object(members) if members.contains_key("id") || document.get("data").is_some() => vec![one],
        Value::Object(members) => {
            let mut arrays = members.values().filter_map(Value::as_array);
            match (arrays.next(), arrays.next()) {
                (Some(items), None) if items.iter().all(Value::is_object) => items.iter().collect(),
                _ => vec![document],
            }
        }
        _ => Vec::new(),
    }
}

/// Where the next page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextPageLocation<'a> {
    /// At this address.
    Address(&'a str),
    /// Behind this cursor: a value of the parameter that says which page is meant.
    Cursor(&'a str),
}

/// Where the next page is (JSON:API, Pagination: `links.next`, as text or as a link object; elsewhere `next` at the top or in
/// `meta`); `None` when there is none or no text says where. What stands among links is an address; anywhere else a text is
/// one only where it looks like one, because many lists are turned by an opaque token.
pub fn next_page(document: &Value) -> Option<NextPageLocation<'_>> {
    let links = document.get("links");
    let holders = [links, Some(document), document.get("meta")];
    let (holder, next) = holders.into_iter().flatten().find_map(|holder| Some((holder, holder.get("next")?)))?;
    if let Some(address) = next.get("href").and_then(Value::as_str) {
        return Some(NextPageLocation::Address(address)).filter(|_| !address.is_empty());
    }
    let text = next.as_str().filter(|text| !text.is_empty())?;
    let among_links = links.is_some_and(|links| std::ptr::eq(links, holder));
    Some(if among_links || is_address(text) { NextPageLocation::Address(text) } else { NextPageLocation::Cursor(text) })
}

/// Whether a text looks like a URI reference (RFC 3986, section 4.1) that leads to another page: absolute, beginning with a
/// path or a query. A token of Base64 may hold a slash as well, but does not begin like that and end like an address.
fn is_address(text: &str) -> bool {
    let absolute = text.split_once("://").is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let relative = text.split_once('?').is_some_and(|(path, query)| query.contains('=') && !path.contains(['=', '&', ' ']));
    absolute || relative || text.starts_with(['/', '?'])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_page_stands_in_one_of_several_places() {
        let address = Some(NextPageLocation::Address("/a?page=2"));
        assert_eq!(next_page(&json!({"data": [], "links": {"next": "/a?page=2"}})), address);
        assert_eq!(next_page(&json!({"data": [], "links": {"next": {"href": "/a?page=2"}}})), address);
        assert_eq!(next_page(&json!({"items": [], "next": "/a?page=2"})), address);
        assert_eq!(next_page(&json!({"data": [], "links": {"next": null}, "meta": {"next": "/a"}})), None);
        assert_eq!(next_page(&json!([])), None);
    }

    #[test]
    fn a_token_is_no_address() {
        for token in ["aWQ6Mw==", "3", "ctok_3", "a/b+c==", "eyJpZCI6M30", "2024-01-01T00:00:00Z", "id:3"] {
            assert_eq!(next_page(&json!({"items": [], "next": token})), Some(NextPageLocation::Cursor(token)));
            assert_eq!(next_page(&json!({"items": [], "meta": {"next": token}})), Some(NextPageLocation::Cursor(token)));
            assert_eq!(next_page(&json!({"data": [], "links": {"next": token}})), Some(NextPageLocation::Address(token)), "among links");
        }
        for address in ["/a", "?page=2", "a?page=2", "https://t/a"] {
            assert_eq!(next_page(&json!({"items": [], "next": address})), Some(NextPageLocation::Address(address)));
        }
    }
}
