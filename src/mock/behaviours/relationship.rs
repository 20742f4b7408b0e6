//! Reads and writes relationships (JSON:API, "Fetching Relationships" and "Updating Relationships").

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{AcceptedRequest, BehaviourOutcome};
use crate::contract::get_mut;
use crate::mock::faults::StateFault;
use crate::mock::operation_profile::OperationProfile;
use crate::mock::routed_request::MockCore;
use crate::mock::store::id_text;
use crate::model::contract::Operation;

pub(super) fn matches(_: &MockCore, _: &Operation, profile: &OperationProfile) -> bool {
    matches!(profile.tail.as_slice(), [word, name] if word == "relationships" && !name.starts_with('{'))
}

pub(super) fn perform(turn: &mut AcceptedRequest<'_, '_>) -> BehaviourOutcome {
    let routed = turn.routed;
    let (Some((kind, id)), Some(name)) = (routed.owner(), routed.profile.tail.last()) else { return super::example::perform(turn) };
    let shape = turn.example.as_ref().and_then(|example| example.get("data")).or(routed.body().and_then(|body| body.get("data"))).cloned();
    let writes = !routed.operation.method.is_safe();
    let forget = writes && (turn.breaks_state(StateFault::ForgetChange) || turn.breaks_state(StateFault::ForgetLinkage));
    let method =
        if routed.operation.method.is_post() && turn.breaks_state(StateFault::ReplaceLinkage) { "PATCH" } else { routed.operation.method.as_str() };
    let repeat = writes && turn.breaks_state(StateFault::RepeatLinkage);
    let Some(resource) = turn.state.store.get_mut(kind, id) else { return super::example::perform(turn) };
    if writes && !forget {
        let sent = routed.body().and_then(|body| body.get("data")).cloned();
        write(&mut resource.body, name, method, sent.as_ref());
        if let (true, Some(Value::Array(linkage))) = (repeat, resource.body.pointer_mut(&format!("/relationships/{name}/data"))) {
            linkage.extend(linkage.clone());
        }
    }
    let linkage = resource.body.get("relationships").and_then(|all| all.get(name)?.get("data")).cloned();
    let empty = if shape.is_some_and(|shape| shape.is_array()) { json!([]) } else { Value::Null };
    let linkage = linkage.unwrap_or(empty);
    match turn.example.clone() {
        Some(mut document) if document.get("data").is_some() => {
            document["data"] = linkage;
            BehaviourOutcome::of(turn.respelled(document))
        }
        Some(_) => super::example::perform(turn),
        None => BehaviourOutcome::of(json!({"data": linkage})),
    }
}

/// Writes a relationship: POST adds, PATCH and PUT replace, DELETE takes away.
fn write(resource: &mut Value, name: &str, method: &str, sent: Option<&Value>) {
    let Value::Object(members) = resource else { return };
    let relationships = members.entry("relationships").or_insert_with(|| Value::Object(Map::new()));
    if !relationships.is_object() {
        return;
    }
    if relationships.get(name).is_none_or(|relationship| !relationship.is_object()) {
        relationships[name] = json!({});
    }
    let Some(Value::Object(relationship)) = get_mut(relationships, &crate::contract::append("", name)) else { return };
    let known = relationship.get("data").cloned().unwrap_or_default();
    let linkage = match (method, sent, known) {
        ("POST", Some(Value::Array(sent)), Value::Array(mut known)) => {
            known.extend(sent.clone());
            distinct(known)
        }
        ("DELETE", Some(Value::Array(sent)), Value::Array(known)) => {
            let named: HashSet<_> = sent.iter().map(identity).collect();
            known.into_iter().filter(|known| !named.contains(&identity(known))).collect()
        }
        ("DELETE", _, Value::Array(_)) => json!([]),
        ("DELETE", ..) => Value::Null,
        (_, Some(Value::Array(sent)), _) => distinct(sent.clone()),
        (_, Some(sent), _) => sent.clone(),
        (_, None, known) => known,
    };
    relationship.insert("data".to_owned(), linkage);
}

fn identity(identifier: &Value) -> (Option<String>, Option<String>) {
    (identifier.get("type").and_then(Value::as_str).map(str::to_owned), identifier.get("id").and_then(id_text))
}

/// Each identifier once.
fn distinct(mut identifiers: Vec<Value>) -> Value {
    let mut known = HashSet::new();
    identifiers.retain(|identifier| known.insert(identity(identifier)));
    Value::Array(identifiers)
}
