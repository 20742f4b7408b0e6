//! Detects requests that the state of a resource forbids: duplicates, resources in use, wrong states.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::{MockState, Noticed, RoutedRequest};
use crate::contract::annotations::marks;
use crate::contract::schema::is_part;
use crate::mock::store::{Resource, id_text};
use crate::model::contract::{Location, Operation};
use crate::model::trigger_name::TriggerName;

/// A value that must be unique and is another resource's already.
pub(super) fn duplicate(routed: &RoutedRequest<'_>, state: &MockState, noticed: &mut Vec<Noticed>) {
    let Some(body) = routed.body() else { return };
    let items: HashMap<String, &Value> = routed.items().into_iter().collect();
    let owner = routed.owner();
    let kind = owner.map_or(routed.profile.kind.as_str(), |(kind, _)| kind);
    for condition in routed.listed(TriggerName::DUPLICATE) {
        let marked = || routed.media.map(|media| marks(&routed.core.contract, media, body)).unwrap_or_default();
        let places: Vec<String> = match &condition.at {
            Some(at) => vec![at.clone()],
            None => marked().into_iter().map(|mark| mark.at).collect(),
        };
        // By where they stand in a resource: values with the id of the resource that is to have them.
        let mut wanted: BTreeMap<&str, HashMap<&Value, Vec<Option<String>>>> = BTreeMap::new();
        for at in &places {
            let Some((value, (within, item))) = body.pointer(at).zip(item_of(&items, at)) else { continue };
            let own = owner.map(|(_, id)| id.to_owned()).or_else(|| item.get("id").and_then(id_text));
            wanted.entry(within).or_default().entry(value).or_default().push(own);
        }
        let mut taken: HashSet<(&str, &Value, Option<&str>)> = HashSet::new();
        for (within, values) in &wanted {
            for other in state.store.of(kind) {
                for (value, owns) in [&other.sent, &other.body].into_iter().filter_map(|held| values.get_key_value(held.pointer(within)?)) {
                    let others = owns.iter().map(Option::as_deref).filter(|own| *own != Some(other.id.as_str()));
                    taken.extend(others.map(|own| (*within, *value, own)));
                }
            }
        }
        for at in &places {
            let Some((value, (within, item))) = body.pointer(at).zip(item_of(&items, at)) else { continue };
            let own = owner.map(|(_, id)| id.to_owned()).or_else(|| item.get("id").and_then(id_text));
            if taken.contains(&(within, value, own.as_deref())) {
                noticed.push(Noticed::new(TriggerName::DUPLICATE, format!("{value} is taken already.")).at_pointer(at));
            }
        }
    }
}

/// The part of a pointer that leads on from a resource of the request, and the resource.
fn item_of<'a, 'v>(items: &HashMap<String, &'v Value>, at: &'a str) -> Option<(&'a str, &'v Value)> {
    let mut holders = std::iter::successors(Some(at), |at| at.rsplit_once('/').map(|(holder, _)| holder));
    holders.find_map(|holder| Some((&at[holder.len()..], *items.get(holder)?)))
}

/// Something that was made by another operation and still refers to the resource.
pub(super) fn in_use(routed: &RoutedRequest<'_>, state: &MockState, noticed: &mut Vec<Noticed>) {
    let kind = routed.owner().map_or(routed.profile.kind.as_str(), |(kind, _)| kind);
    let ids = written_ids(routed);
    for condition in routed.listed(TriggerName::IN_USE) {
        let Some(by) = condition.by.as_deref() else { continue };
        let Some(maker) = routed.core.contract.operation(by) else { continue };
        let profile = routed.core.profiles.of(maker);
        let users = state.store.of(&profile.kind).iter().filter(|_| profile.creates);
        let named: HashSet<&str> = users.flat_map(|user| &user.references).filter(|(known, _)| known == kind).map(|(_, id)| id.as_str()).collect();
        for id in &ids {
            let used = if profile.creates {
                named.contains(id.as_str())
            } else {
                state
                    .store
                    .get(kind, id)
                    .is_some_and(|resource| resource.accepted.iter().any(|accepted| accepted == by) && !is_emptied(resource, maker))
            };
            if used {
                noticed.push(Noticed::new(TriggerName::IN_USE, format!("{kind} {id} is still in use.")).by(by));
            }
        }
    }
}

/// Ids of the resources that the request is about.
fn written_ids(routed: &RoutedRequest<'_>) -> Vec<String> {
    match routed.owner() {
        Some((_, id)) => vec![id.to_owned()],
        None => routed.items().iter().filter_map(|(_, item)| id_text(item.get("id")?)).collect(),
    }
}

/// The relationship that an operation writes.
fn relationship(operation: &Operation) -> Option<&str> {
    operation.path.split_once("/relationships/").map(|(_, name)| name)
}

/// Whether the relationship that an operation writes holds nothing.
fn is_emptied(resource: &Resource, operation: &Operation) -> bool {
    relationship(operation).is_some_and(|name| is_empty(resource, name))
}

fn is_empty(resource: &Resource, name: &str) -> bool {
    match resource.body.get("relationships").and_then(|all| all.get(name)?.get("data")) {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    }
}

/// A resource that is not in a state in which the operation is possible.
pub(super) fn wrong_state(routed: &RoutedRequest<'_>, state: &MockState, noticed: &mut Vec<Noticed>) {
    let kind = routed.owner().map_or(routed.profile.kind.as_str(), |(kind, _)| kind);
    let ids = written_ids(routed);
    for (id, resource) in ids.iter().filter_map(|id| Some((id, state.store.get(kind, id)?))) {
        for condition in routed.listed(TriggerName::WRONG_STATE) {
            match condition.by.as_deref() {
                Some(by) if is_in_force(routed, resource, by) => {
                    noticed
                        .push(Noticed::new(TriggerName::WRONG_STATE, format!("{kind} {id} is not in a state that allows this, after {by}.")).by(by));
                }
                None if is_fresh(routed, resource) => {
                    noticed.push(Noticed::new(TriggerName::WRONG_STATE, format!("{kind} {id} is not yet in a state that allows this.")));
                }
                _ => {}
            }
        }
    }
}

/// Whether an operation was accepted and not undone since by another one on the same path.
fn is_in_force(routed: &RoutedRequest<'_>, resource: &Resource, by: &str) -> bool {
    let Some(maker) = routed.core.contract.operation(by) else { return false };
    if let Some(name) = relationship(maker).filter(|_| maker.path == routed.operation.path && routed.operation.method.is_safe()) {
        return is_empty(resource, name);
    }
    let Some(when) = resource.accepted.iter().rposition(|accepted| accepted == by) else { return false };
    let undone = resource.accepted[when + 1..].iter().filter_map(|later| routed.core.contract.operation(later));
    !undone.into_iter().any(|later| later.path == maker.path)
}

/// Whether nothing has been done yet to bring the resource into the state that the operation needs.
fn is_fresh(routed: &RoutedRequest<'_>, resource: &Resource) -> bool {
    let parameter = routed.profile.owner.as_ref().and_then(|(name, _)| routed.operation.parameter(Location::Path, name));
    match parameter.and_then(|parameter| parameter.resource.as_ref()).map(|need| &need.like).filter(|like| !like.is_null()) {
        Some(like) => !is_part(like, &resource.body),
        None => resource.accepted.is_empty(),
    }
}
