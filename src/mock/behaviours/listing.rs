//! Lists resources, page by page.

use serde_json::{Value, json};

use super::sparse::apply_sparse_fieldsets;
use super::{AcceptedRequest, BehaviourOutcome};
use crate::mock::faults::StateFault;
use crate::mock::operation_profile::{OperationProfile, success_example};
use crate::mock::pages::{self, ListPage};
use crate::mock::routed_request::{MockCore, RoutedRequest};
use crate::mock::store::Resource;
use crate::model::contract::{Location, Operation};

pub(super) fn matches(core: &MockCore, operation: &Operation, profile: &OperationProfile) -> bool {
    let makes_here = || core.contract.operations.iter().any(|other| other.path == operation.path && core.profiles.of(other).creates);
    let answers_many =
        || success_example(operation).and_then(|example| core.profiles.answer_place(operation, &example)).is_some_and(|place| place.many);
    operation.method.is_get() && !profile.on_item && answers_many() && (profile.owner.is_none() || makes_here())
}

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let routed = turn.routed;
    let kind = &routed.profile.kind;
    // A list of names shows no resources.
    let plain = turn.place().zip(turn.example.as_ref()).is_some_and(|(place, example)| place.items(example).iter().any(|item| !item.is_object()));
    if plain || !turn.state.store.knows(kind) {
        return super::example::perform(turn);
    }
    let all = turn.breaks_state(StateFault::IgnoreFilter);
    let held = turn.state.store.of(kind).iter();
    let mut resources: Vec<&Resource> = held.filter(|resource| is_below(routed, resource) && (all || is_asked_for(routed, resource))).collect();
    if turn.breaks_state(StateFault::LoseItem) {
        resources.pop();
    }
    BehaviourOutcome::of(paged(turn, resources.iter().map(|resource| (resource.id.clone(), resource.body.clone())).collect()))
}

/// The document with the page of these resources, each with its id, that the request asks for.
pub(super) fn paged(turn: &AcceptedRequest<'_, '_>, resources: Vec<(String, Value)>) -> Value {
    let total = resources.len();
    let (ids, bodies): (Vec<String>, Vec<Value>) = resources.into_iter().unzip();
    let page = pages::page(turn.routed, &ids);
    let mut items: Vec<Value> = bodies[page.from..page.to].to_vec();
    apply_sparse_fieldsets(turn, &mut items);
    let mut document = turn.document(items);
    turn_pages(turn.routed, &mut document, &page, total);
    document
}

/// Whether a resource was made below what the path names.
fn is_below(routed: &RoutedRequest<'_>, resource: &Resource) -> bool {
    resource.parents.is_empty()
        || routed.owner().is_none_or(|(kind, id)| resource.parents.iter().any(|(known, parent)| known == kind && parent == id))
}

/// Whether a resource is among the ids that a query parameter asks for.
fn is_asked_for(routed: &RoutedRequest<'_>, resource: &Resource) -> bool {
    let cursor = |name: &str| name.contains("after") || name.contains("before") || name.contains("cursor");
    let parameters = routed.operation.parameters.iter().filter(|parameter| {
        let own = parameter.resource.as_ref().is_some_and(|need| need.kind == routed.profile.kind);
        parameter.location == Location::Query && own && !cursor(&parameter.name)
    });
    parameters.into_iter().all(|parameter| {
        let mut values = routed.call.query.iter().filter(|(name, _)| *name == parameter.name).flat_map(|(_, value)| value.split(',')).peekable();
        values.peek().is_none() || values.any(|id| id == resource.id)
    })
}

/// Writes the addresses of the pages around, and the totals, where the example has them.
fn turn_pages(routed: &RoutedRequest<'_>, document: &mut Value, page: &ListPage, total: usize) {
    let address = |query: &Option<String>| query.as_ref().map_or(Value::Null, |query| Value::String(format!("{}?{query}", routed.call.path)));
    let Value::Object(members) = document else { return };
    if let Some(Value::Object(links)) = members.get_mut("links") {
        links.insert("next".to_owned(), address(&page.next));
        for name in ["prev", "previous"] {
            if let Some(link) = links.get_mut(name) {
                *link = address(&page.previous);
            }
        }
    } else if page.next.is_some() && members.contains_key("data") {
        members.insert("links".to_owned(), json!({"next": address(&page.next)}));
    }
    for (name, query) in [("next", &page.next), ("previous", &page.previous)] {
        if let Some(link @ (Value::String(_) | Value::Null)) = members.get_mut(name) {
            *link = address(query);
        }
    }
    for name in ["total", "total_count", "totalCount", "count"] {
        if let Some(count @ Value::Number(_)) = members.get_mut(name) {
            *count = json!(if name == "count" { page.to - page.from } else { total });
        }
    }
}
