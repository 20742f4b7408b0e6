//! Detects ids in the body and in the query that name nothing.

use std::collections::HashSet;

use serde_json::Value;

use super::{MockState, Noticed, RoutedRequest};
use crate::contract::annotations::{Annotation, resource_needs};
use crate::contract::append;
use crate::mock::store::id_text;
use crate::model::contract::{Location, MediaType, ResourceNeed};
use crate::model::trigger_name::TriggerName;

/// Looks at every id outside the path.
pub(super) fn detect(routed: &RoutedRequest<'_>, state: &MockState, noticed: &mut Vec<Noticed>) {
    let unknown = |kind: &str, id: &str| state.store.knows(kind) && state.store.get(kind, id).is_none();
    let absent = |kind: &str, id: &str| Noticed::new(TriggerName::UNKNOWN_REFERENCE, format!("There is no {kind} {id}.")).of_kind(kind);
    let parameters = routed.operation.parameters.iter().filter(|parameter| parameter.location == Location::Query);
    for (parameter, need) in parameters.filter_map(|parameter| Some((parameter, parameter.resource.as_ref()?))) {
        let values = routed.call.query.iter().filter(|(name, _)| *name == parameter.name).flat_map(|(_, value)| value.split(','));
        for id in values.filter(|id| !id.is_empty() && unknown(&need.kind, id)) {
            noticed.push(absent(&need.kind, id).at_parameter(&parameter.name));
        }
    }
    let (Some(body), Some(media)) = (routed.body(), routed.media) else { return };
    let needs = resource_needs(&routed.core.contract, media, body);
    for need in &needs {
        if let Some(id) = id_text(&need.value).filter(|id| unknown(&need.what.kind, id)) {
            let absent = absent(&need.what.kind, &id).at_pointer(&need.at);
            noticed.push(if need.what.fallback.is_some() { absent.with_status(400) } else { absent });
        }
    }
    noticed.extend(wrong_linkage(routed, body, media, &needs));
    if routed.profile.creates || routed.profile.searches || routed.owner().is_some() {
        return;
    }
    // Writes on a collection name the resources that they change by id, marked or not.
    let places: HashSet<&str> = needs.iter().map(|need| need.at.as_str()).collect();
    for (at, item) in routed.items() {
        let at = append(&at, "id");
        let marked = places.contains(at.as_str());
        if let Some(id) = item.get("id").and_then(id_text).filter(|id| !marked && unknown(&routed.profile.kind, id)) {
            noticed.push(absent(&routed.profile.kind, &id).or(TriggerName::UNKNOWN_ID).at_pointer(&at));
        }
    }
}

/// Resource identifiers of another type than those that examples of the contract have in this relationship (JSON:API, Resource
/// Linkage).
fn wrong_linkage(routed: &RoutedRequest<'_>, body: &Value, media: &MediaType, needs: &[Annotation<ResourceNeed>]) -> Vec<Noticed> {
    let is_linkage = |at: &str| at.ends_with("/id") && (at.contains("/relationships/") || routed.operation.path.contains("/relationships/"));
    let mut linkage = needs.iter().filter(|need| is_linkage(&need.at)).peekable();
    if linkage.peek().is_none() {
        return Vec::new();
    }
    let mut shown: HashSet<(String, String)> = HashSet::new();
    for example in &media.examples {
        let named = resource_needs(&routed.core.contract, media, &example.value);
        shown.extend(named.iter().filter_map(|need| Some((relationship(&need.at), type_beside(&example.value, &need.at)?.to_owned()))));
    }
    let is_shown = |of: &String| shown.iter().any(|(known, _)| known == of);
    let found = linkage.filter_map(|need| {
        let (of, named) = (relationship(&need.at), type_beside(body, &need.at)?);
        let wrong = is_shown(&of) && !shown.contains(&(of, named.to_owned()));
        let detail = format!("{named} is not the type of what this relationship holds.");
        let at = format!("{}/type", need.at.strip_suffix("/id")?);
        wrong.then(|| {
            Noticed::new(TriggerName::WRONG_TYPE, detail)
                .or(TriggerName::BAD_VALUE)
                .or(TriggerName::UNKNOWN_REFERENCE)
                .of_kind(&need.what.kind)
                .at_pointer(&at)
        })
    });
    found.collect()
}

/// The place of a relationship, whichever item of an array holds it.
fn relationship(at: &str) -> String {
    at.split('/').filter(|token| token.parse::<usize>().is_err()).collect::<Vec<_>>().join("/")
}

fn type_beside<'v>(body: &'v Value, id_at: &str) -> Option<&'v str> {
    body.pointer(id_at.strip_suffix("/id")?)?.get("type")?.as_str()
}
