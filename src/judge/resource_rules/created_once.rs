//! Rule: one create makes one resource.

use std::collections::BTreeSet;

use serde_json::Value;

use super::event::{HistoryEvent, RequestFate};
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation, document_resources};
use crate::contract::annotations::marks;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "created-once",
    about: "a list holds nothing that bears the mark of a create but what the answer to it named",
    citation: Citation::Also("RFC 9110, section 9.3.3: POST", "JSON:API, Creating Resources: one request creates one resource"),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    unnamed_resources(history)
        .into_iter()
        .filter(|stranger| !stranger.is_refused)
        .filter_map(|stranger| {
            let blamed = *stranger.accepted.first()?;
            Some(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!("{} was asked once and made {} as well", history.events[blamed].operation.id, stranger.id),
                expected: "one resource for one request".to_owned(),
                actual: format!("another one with the same {}, id {}", stranger.member, stranger.id),
                answer: "body".to_owned(),
                blamed,
                read: stranger.read,
            })
        })
        .collect()
}

/// A listed resource that bears a mark of the run and that no answer has named.
pub(super) struct UnnamedResource {
    /// Its id.
    pub id: String,
    /// The member that bears the mark.
    pub member: String,
    /// The list that shows it, as the number of an event.
    pub read: usize,
    /// Accepted creates that sent all of it.
    pub accepted: Vec<usize>,
    /// Refused creates that sent all of it.
    pub refused: Vec<usize>,
    /// Whether a refused create made it, as far as can be told: there are more of its like than accepted creates.
    pub is_refused: bool,
}

/// Every listed resource that bears a mark of the run though no answer has named it.
pub(super) fn unnamed_resources(history: &History<'_>) -> Vec<UnnamedResource> {
    let mut found: Vec<UnnamedResource> = Vec::new();
    let known: BTreeSet<&String> = history.ids.values().collect();
    for (read, list) in history.events.iter().enumerate() {
        let Some(shown) = list.read_document().filter(|_| !list.operation.path.contains('{')) else { continue };
        for resource in document_resources::resources(shown) {
            let Some(id) = document_resources::id(resource).filter(|id| !known.contains(id) && found.iter().all(|stranger| stranger.id != *id))
            else {
                continue;
            };
            let mut stranger = UnnamedResource { id, member: String::new(), read, accepted: Vec::new(), refused: Vec::new(), is_refused: false };
            for (number, create) in
                history.events.iter().enumerate().filter(|(_, create)| creates(create, list) && history.ended_before(create, list))
            {
                let Some(member) = carries_sent_values(history, create, resource) else { continue };
                stranger.member = member;
                match create.standing {
                    RequestFate::Accepted => stranger.accepted.push(number),
                    RequestFate::Refused => stranger.refused.push(number),
                    // What it did is judged where it is the answer itself that is wrong.
                    RequestFate::Unknown => stranger.member.clear(),
                }
                if stranger.member.is_empty() {
                    break;
                }
            }
            if !stranger.member.is_empty() && answers_named_all(history, &stranger) {
                found.push(stranger);
            }
        }
    }
    let alike: Vec<usize> =
        found.iter().map(|one| found.iter().filter(|other| other.accepted == one.accepted && other.refused == one.refused).count()).collect();
    for (stranger, alike) in found.iter_mut().zip(alike) {
        stranger.is_refused = !stranger.refused.is_empty() && alike > stranger.accepted.len();
    }
    found
}

fn creates(event: &HistoryEvent<'_>, list: &HistoryEvent<'_>) -> bool {
    event.probe.request.method.is_post() && event.operation.path == list.operation.path
}

/// Whether the answers to the accepted creates named everything that was made.
fn answers_named_all(history: &History<'_>, stranger: &UnnamedResource) -> bool {
    stranger.accepted.iter().all(|number| history.made.iter().any(|made| made.by == *number))
}

/// The marked member, when a resource has every plain attribute that a request sent for one of its items.
fn carries_sent_values(history: &History<'_>, create: &HistoryEvent<'_>, resource: &Value) -> Option<String> {
    let sent = create.sent.as_ref()?;
    let content = &create.operation.request_body.as_ref()?.content;
    let bears = |item: &Value| {
        let own = document_resources::scalars(item);
        let same = |(name, value): &(&str, &Value)| {
            document_resources::member(resource, name).is_some_and(|shown| document_resources::is_same_value(shown, value))
        };
        if own.is_empty() || !own.iter().all(same) {
            return None;
        }
        let marked: Vec<Value> = content.iter().flat_map(|media| marks(history.contract, media, sent)).map(|mark| mark.value).collect();
        own.iter().find(|(_, value)| marked.contains(value)).map(|(name, _)| (*name).to_owned())
    };
    document_resources::resources(sent).into_iter().find_map(bears)
}
