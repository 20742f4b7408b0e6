//! What the routes of a careless server do.

use serde_json::{Map, Value, json};

use crate::planted::asked::Call;
use crate::planted::store::{Answer, Store};

/// There is nothing.
pub fn nothing() -> Answer {
    (404, json!({"error": "not found"}))
}

/// Done, and nothing to say of it.
pub const fn done() -> Answer {
    (204, Value::Null)
}

/// Every thing of a collection.
pub fn list(store: &mut Store, call: &Call<'_>) -> Answer {
    let items: Vec<Value> = store.below(&call.path).iter().filter_map(|place| store.get(place)).cloned().collect();
    (200, Value::Array(items))
}

/// One thing.
pub fn read(store: &mut Store, call: &Call<'_>) -> Answer {
    store.get(&call.path).map_or_else(nothing, |value| (200, value.clone()))
}

/// An object of the body with more members; whatever else the body is, it is an empty object.
pub fn object(call: &Call<'_>, more: &[(&str, Value)]) -> Value {
    let mut members: Map<String, Value> = match call.body() {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Object(members)
}

/// One more thing of a collection.
pub fn create(store: &mut Store, call: &Call<'_>) -> Answer {
    let id = store.fresh();
    let value = object(call, &[("id", json!(id))]);
    store.put(&format!("{}/{id}", call.path), value.clone());
    (201, value)
}

/// Another thing in the place of one that is there.
pub fn replace(store: &mut Store, call: &Call<'_>) -> Answer {
    let Some(id) = store.get(&call.path).map(|value| value["id"].clone()) else { return nothing() };
    let value = if id.is_null() { object(call, &[]) } else { object(call, &[("id", id)]) };
    store.put(&call.path, value.clone());
    (200, value)
}

/// A thing under the number that the path names, whether there is one or not.
pub fn upsert(store: &mut Store, call: &Call<'_>) -> Answer {
    let id = call.last().parse::<u64>().map_or_else(|_| json!(call.last()), |number| json!(number));
    upsert_as(store, call, "id", id)
}

/// A thing under the key that the path names, whether there is one or not.
pub fn upsert_key(store: &mut Store, call: &Call<'_>) -> Answer {
    upsert_as(store, call, "key", json!(call.last()))
}

fn upsert_as(store: &mut Store, call: &Call<'_>, member: &str, id: Value) -> Answer {
    let value = object(call, &[(member, id)]);
    let replaced = store.put(&call.path, value.clone());
    (if replaced { 200 } else { 201 }, value)
}

/// Some members of a thing that is there.
pub fn merge(store: &mut Store, call: &Call<'_>) -> Answer {
    if store.merge(&call.path, &call.body()) { read(store, call) } else { nothing() }
}

/// One thing less.
pub fn remove(store: &mut Store, call: &Call<'_>) -> Answer {
    if store.remove(&call.path) { done() } else { nothing() }
}

/// Everything of a collection.
pub fn clear(store: &mut Store, call: &Call<'_>) -> Answer {
    remove_named(store, &call.path, &[])
}

/// What is named of a collection; what is named by nothing is everything.
pub fn remove_named(store: &mut Store, base: &str, ids: &[Value]) -> Answer {
    for place in named(store, base, ids) {
        store.remove(&place);
    }
    done()
}

/// The places of a collection that ids name; all where there are none.
pub fn named(store: &Store, base: &str, ids: &[Value]) -> Vec<String> {
    if ids.is_empty() {
        return store.below(base);
    }
    let text = |id: &Value| id.as_str().map_or_else(|| id.to_string(), str::to_owned);
    ids.iter().map(|id| format!("{base}/{}", text(id))).filter(|place| store.get(place).is_some()).collect()
}

/// The ids that a member of the body lists; none where there is no such list.
pub fn ids(call: &Call<'_>, member: &str) -> Vec<Value> {
    call.body()[member].as_array().cloned().unwrap_or_default()
}
