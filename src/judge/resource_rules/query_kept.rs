//! Rule: a search for certain values returns nothing else.

use serde_json::Value;

use super::document_resources::{is_same_value, is_single, member, resources};
use super::event::{HistoryEvent, RequestFate};
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::model::contract::Status;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "query-kept",
    about: "a search that names values for an attribute gives resources with one of these, where the contract's examples do",
    citation: Citation::Any("the contract's own examples, in which every resource that is found has one of the values that were asked for"),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, event) in history.events.iter().enumerate() {
        let search = event.probe.request.method.is_post() && !history.made.iter().any(|made| made.by == number);
        let valid = search && event.standing == RequestFate::Accepted && event.probe.fault.is_none() && event.status() == Some(Status(200));
        let (Some(sent), Some(came)) = (event.sent.as_ref().filter(|_| valid), event.document()) else { continue };
        for (asked, attribute) in values_asked_for(event) {
            let Some(values) = lists(sent).into_iter().find(|(name, _)| *name == asked).map(|(_, values)| values) else { continue };
            let strays = |item: &&Value| id_or_attribute(item, &attribute).is_some_and(|value| value.is_string() && !contains_value(values, value));
            let Some(other) = resources(came).into_iter().find(strays).filter(|_| !is_single(came)) else { continue };
            found.push(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!("{} is asked for certain {asked} and gives another {attribute}", event.operation.id),
                expected: Value::from(values.to_vec()).to_string(),
                actual: format!(
                    "{} with {attribute} {}",
                    document_resources::id(other).unwrap_or_default(),
                    id_or_attribute(other, &attribute).unwrap_or(&Value::Null)
                ),
                answer: "body".to_owned(),
                blamed: number,
                read: number,
            });
        }
    }
    found
}

/// The lists of texts that a search names, and the member that each is about: the only one, the id among them, of which every
/// resource in the contract's example has one of the values, letter for letter.
fn values_asked_for(event: &HistoryEvent<'_>) -> Vec<(String, String)> {
    let sent = event.operation.request_body.iter().flat_map(|body| &body.content).flat_map(|media| &media.examples).next();
    let shown = event.operation.response(Status(200)).into_iter().flat_map(|response| &response.content).flat_map(|media| &media.examples).next();
    let Some((sent, shown)) = sent.zip(shown) else { return Vec::new() };
    let items = resources(&shown.value);
    let Some((_, first)) = items.first().and_then(|item| document_resources::attributes(item)) else { return Vec::new() };
    let meaning = |(name, values): (&str, &[Value])| {
        let fits = |name: &&str| items.iter().all(|item| id_or_attribute(item, name).is_some_and(|value| values.contains(value)));
        let mut members = std::iter::once("id").chain(first.keys().map(String::as_str)).filter(fits);
        let (member, None) = (members.next()?, members.next()) else { return None };
        Some((name.to_owned(), member.to_owned()))
    };
    lists(&sent.value).into_iter().filter_map(meaning).collect()
}

/// The lists of texts among the attributes of what is sent.
fn lists(sent: &Value) -> Vec<(&str, &[Value])> {
    let one = sent.get("data").unwrap_or(sent);
    let Some((_, attributes)) = document_resources::attributes(one) else { return Vec::new() };
    let texts = |value: &'_ Value| value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Value::is_string));
    attributes.iter().filter(|(_, value)| texts(value)).filter_map(|(name, value)| Some((name.as_str(), value.as_array()?.as_slice()))).collect()
}

/// The id of a resource, or one of its attributes.
fn id_or_attribute<'v>(resource: &'v Value, name: &str) -> Option<&'v Value> {
    if name == "id" { resource.get(name) } else { member(resource, name) }
}

fn contains_value(values: &[Value], value: &Value) -> bool {
    values.iter().any(|wanted| is_same_value(wanted, value))
}
