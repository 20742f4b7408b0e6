//! Rule: a document names each resource once.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document_resources::id;
use super::history::History;
use super::{Citation, ResourceRule, ResourceRuleViolation};
use crate::model::contract::JSON_API;
use crate::model::exchange::Answer;
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "no-duplicates",
    about: "a JSON:API document has each pair of type and id once",
    citation: Citation::Any("JSON:API, Compound Documents and Updating To-Many Relationships: no more than one object for each type and id"),
    others: false,
    find,
};

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for (number, read) in history.events.iter().enumerate() {
        let json_api = read.answer.and_then(Answer::media_type).as_deref() == Some(JSON_API);
        let Some(items) = read.read_document().filter(|_| json_api).and_then(|document| document.get("data")?.as_array()) else { continue };
        let mut seen = BTreeSet::new();
        let named = |item: &Value| Some((item.get("type")?.as_str()?.to_owned(), id(item)?));
        let twice =
            items.iter().enumerate().find_map(|(index, item)| named(item).filter(|pair| !seen.insert(pair.clone())).map(|pair| (index, pair)));
        if let Some((index, (kind, id))) = twice {
            found.push(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!("{} names {kind} {id} twice", read.operation.id),
                expected: "each pair of type and id once".to_owned(),
                actual: format!("{kind} {id} again"),
                answer: format!("body /data/{index}"),
                blamed: number,
                read: number,
            });
        }
    }
    found
}
