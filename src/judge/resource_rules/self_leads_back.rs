//! Rule: the `self` link of a resource is the address at which it was read.

use serde_json::Value;

use super::document_resources::is_single;
use super::event::HistoryEvent;
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation};
use crate::model::contract::Status;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "self-leads-back",
    about: "links.self of a resource that is read is the address of that resource, where the contract's own example says so",
    citation: Citation::JsonApi {
        section: "JSON:API, Resource Links: a server must respond to a GET of links.self with the resource as the primary data",
        otherwise: "the contract's own example, in which links.self is the address that is read",
    },
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, read) in history.events.iter().enumerate() {
        let one = read.probe.request.method.is_get() && read.item().is_some() && told_by_the_example(read);
        let Some(link) = read.read_document().filter(|document| one && is_single(document)).and_then(own_link) else { continue };
        let Some((asked, told)) = path_of(&read.request.url).zip(path_of(link)) else { continue };
        // A path may have something in front of it that another side of a gateway does not know.
        if !asked.ends_with(&told) && !told.ends_with(&asked) {
            found.push(ResourceRuleViolation {
                severity: Severity::Should,
                message: format!("links.self in the answer of {} leads elsewhere", read.operation.id),
                expected: asked,
                actual: link.to_owned(),
                answer: "body /data/links/self".to_owned(),
                blamed: number,
                read: number,
            });
        }
    }
    found
}

/// `links.self` of the resource itself, as text or as a link object.
fn own_link(document: &Value) -> Option<&str> {
    let link = document.get("data").unwrap_or(document).get("links")?.get("self")?;
    link.as_str().or_else(|| link.get("href")?.as_str())
}

/// The path of an absolute address, or of one that begins at the root, decoded; `None` for any other reference.
fn path_of(address: &str) -> Option<String> {
    let path = match address.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None if address.starts_with('/') && !address.starts_with("//") => address,
        None => return None,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    Some(percent_encoding::percent_decode_str(path).decode_utf8_lossy().to_ascii_lowercase())
}

/// Whether the contract shows an answer whose own address is on the route that was asked.
fn told_by_the_example(read: &HistoryEvent<'_>) -> bool {
    let examples = read.operation.response(Status(200)).into_iter().flat_map(|response| &response.content).flat_map(|media| &media.examples);
    let mut paths = examples.filter_map(|example| own_link(&example.value)).filter_map(path_of);
    let template = read.operation.path.to_ascii_lowercase();
    let fits = |path: &str| {
        let ours: Vec<&str> = template.trim_start_matches('/').rsplit('/').collect();
        let theirs: Vec<&str> = path.rsplit('/').collect();
        ours.iter().zip(&theirs).all(|(ours, theirs)| (ours.starts_with('{') && !theirs.is_empty()) || ours == theirs)
    };
    paths.any(|path| fits(&path))
}
