//! Finds where the resources stand in a body, and replaces what stands there.

use serde_json::{Map, Value};

use crate::contract::{get_mut, replace_or_add};
use crate::model::text::without_separators;

/// Where an answer or a request holds the resource or the resources it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// JSON Pointer to the resource, or to the array of resources.
    pub at: String,
    /// Whether an array stands there.
    pub many: bool,
    /// JSON Pointer from a resource to its id.
    pub id: String,
}

impl Place {
    /// From the JSON Pointer at which a link finds ids of a kind, for example `/data/0/id`. What is called like one of the kind
    /// holds the resource.
    pub(crate) fn of_id(pointer: &str, body: Option<&Value>, kind: &str) -> Self {
        let tokens: Vec<&str> = pointer.split('/').skip(1).collect();
        let join = |tokens: &[&str]| tokens.iter().fold(String::new(), |sum, token| format!("{sum}/{token}"));
        if let Some(index) = tokens.iter().position(|token| *token == "0") {
            return Self { at: join(&tokens[..index]), many: true, id: join(&tokens[index + 1..]) };
        }
        let around = |name: &str| (name == "data" || is_one_of(name, kind)) && body.is_none_or(|body| body.get(name).is_some_and(Value::is_object));
        let enveloped = tokens.len() > 1 && around(tokens[0]);
        let split = usize::from(enveloped);
        Self { at: join(&tokens[..split]), many: false, id: join(&tokens[split..]) }
    }

    /// Where a body looks as if it held resources of a kind: JSON:API documents, plain objects and arrays, envelopes of one array,
    /// or of one that is called like the kind.
    pub(crate) fn guess(body: &Value, id: &str, kind: &str) -> Option<Self> {
        let place = |at: &str, many: bool| Some(Self { at: at.to_owned(), many, id: id.to_owned() });
        match body {
            Value::Array(items) if items.iter().all(Value::is_object) => place("", true),
            Value::Object(members) => match members.get("data") {
                Some(Value::Array(_)) => place("/data", true),
                Some(Value::Object(_)) => place("/data", false),
                _ if body.pointer(id).is_some() => place("", false),
                _ if wrapped(members, id, kind).is_some() => place(&wrapped(members, id, kind)?, false),
                _ => {
                    let mut arrays = members.iter().filter(|(_, member)| is_collection(member));
                    match (arrays.next(), arrays.next()) {
                        (Some((name, _)), None) => place(&crate::contract::append("", name), true),
                        _ => place("", false),
                    }
                }
            },
            _ => None,
        }
    }

    /// The resources that stand there.
    pub(crate) fn items<'a>(&self, body: &'a Value) -> Vec<&'a Value> {
        match body.pointer(&self.at) {
            Some(Value::Array(items)) if self.many => items.iter().collect(),
            Some(item) if !self.many => vec![item],
            _ => Vec::new(),
        }
    }

    /// Puts resources in the place of those that stand there.
    pub(crate) fn replace_items(&self, body: &mut Value, mut items: Vec<Value>) {
        if let Some(spot) = get_mut(body, &self.at) {
            if self.many {
                *spot = Value::Array(items);
            } else if !items.is_empty() {
                *spot = items.swap_remove(0);
            }
        }
    }
}

/// Pointer to the member that holds the resource, where it is called like one of its kind.
fn wrapped(members: &Map<String, Value>, id: &str, kind: &str) -> Option<String> {
    let found = members.iter().find(|(name, member)| is_one_of(name, kind) && member.is_object() && member.pointer(id).is_some());
    found.map(|(name, _)| crate::contract::append("", name))
}

/// Whether a name is that of one of a kind: `book` of `books`, `category` of `shop/categories`.
fn is_one_of(name: &str, kind: &str) -> bool {
    let (name, kind) = (without_separators(name), without_separators(kind.rsplit(['/', '.']).next().unwrap_or(kind)));
    !name.is_empty() && [format!("{name}s"), format!("{name}es"), name.trim_end_matches('y').to_owned() + "ies"].contains(&kind)
}

fn is_collection(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Value::is_object))
}

/// Where a request holds what it writes: `data` of a JSON:API document, the part of a multipart body that holds such a
/// document, or the body itself.
pub(crate) fn of_request(body: &Value) -> Place {
    let id = "/id".to_owned();
    if let Some(written) = body.get("data") {
        return Place { at: "/data".to_owned(), many: written.is_array(), id };
    }
    let parts = body.as_object().into_iter().flatten();
    let document = parts.filter(|(_, part)| part.get("data").is_some_and(Value::is_object)).map(|(name, _)| name).next();
    match document {
        Some(name) => Place { at: format!("{}/data", crate::contract::append("", name)), many: false, id },
        None => Place { at: String::new(), many: body.is_array(), id },
    }
}

/// Replaces an id wherever it is a whole segment of a link.
pub(crate) fn replace_id_in_links(value: &mut Value, old: &str, new: &str) {
    match value {
        Value::String(text) if text.contains('/') && !text.contains(' ') => {
            let (path, query) = text.split_once('?').map_or((text.as_str(), None), |(path, query)| (path, Some(query)));
            let segments: Vec<&str> = path.split('/').map(|segment| if segment == old { new } else { segment }).collect();
            let path = segments.join("/");
            *text = query.map_or(path.clone(), |query| format!("{path}?{query}"));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace_id_in_links(item, old, new)),
        Value::Object(members) => members.values_mut().for_each(|member| replace_id_in_links(member, old, new)),
        _ => {}
    }
}

/// Writes an id into a resource, as a number where a number stood.
pub(crate) fn set_id(resource: &mut Value, at: &str, id: &str) {
    let Some(spot) = get_mut(resource, at) else {
        // What is written may have taken the place of what held the id.
        replace_or_add(resource, at, Value::String(id.to_owned()));
        return;
    };
    *spot = match (spot.is_number(), id.parse::<u64>()) {
        (true, Ok(number)) => Value::from(number),
        _ => Value::String(id.to_owned()),
    };
}

/// Lays what a request wrote over a resource. With `sample`, the request of the contract's example, members that the
/// example sends and the request does not are taken away.
pub(crate) fn merge_sent(resource: &mut Value, sent: &Value, sample: Option<&Value>) {
    let (Value::Object(resource), Value::Object(sent)) = (resource, sent) else { return };
    if !is_json_api(sent) {
        // A request may be plain where the answer is a resource object.
        let known: Map<String, Value> = match resource.get("attributes") {
            Some(Value::Object(attributes)) => {
                sent.iter().filter(|(name, _)| attributes.contains_key(*name)).map(|(name, value)| (name.clone(), value.clone())).collect()
            }
            _ => Map::new(),
        };
        let rest: Map<String, Value> =
            sent.iter().filter(|(name, _)| !known.contains_key(*name)).map(|(name, value)| (name.clone(), value.clone())).collect();
        if let Some(Value::Object(attributes)) = resource.get_mut("attributes") {
            overlay_members(attributes, &known, None);
        }
        overlay_members(resource, &rest, sample.and_then(Value::as_object).filter(|_| known.is_empty()));
        return;
    }
    if let Some(Value::Object(attributes)) = resource.get_mut("attributes") {
        let written = sent.get("attributes").and_then(Value::as_object).cloned().unwrap_or_default();
        overlay_members(attributes, &written, sample.and_then(|sample| sample.get("attributes")?.as_object()));
    } else if let (Some(written @ Value::Object(_)), true) = (sent.get("attributes"), resource.contains_key("type") && sample.is_none()) {
        resource.insert("attributes".to_owned(), written.clone());
    }
    overlay_relationships(resource, sent, sample);
}

/// Whether a member of a request is a resource object of JSON:API.
fn is_json_api(sent: &Map<String, Value>) -> bool {
    let typed = sent.get("type").is_some_and(Value::is_string) && ["relationships", "id"].iter().any(|name| sent.contains_key(*name));
    // It holds nothing else at its top (JSON:API, Resource Objects).
    let known = sent.keys().all(|name| matches!(name.as_str(), "type" | "id" | "lid" | "attributes" | "relationships" | "links" | "meta"));
    (typed && known) || sent.get("attributes").is_some_and(Value::is_object)
}

fn overlay_members(members: &mut Map<String, Value>, sent: &Map<String, Value>, sample: Option<&Map<String, Value>>) {
    for name in sample.into_iter().flat_map(Map::keys).filter(|name| !sent.contains_key(*name)) {
        members.shift_remove(name);
    }
    for (name, value) in sent {
        members.insert(name.clone(), value.clone());
    }
}

fn overlay_relationships(resource: &mut Map<String, Value>, sent: &Map<String, Value>, sample: Option<&Value>) {
    let written = sent.get("relationships").and_then(Value::as_object);
    if let Some(Value::Object(relationships)) = resource.get_mut("relationships") {
        let sampled = sample.and_then(|sample| sample.get("relationships")?.as_object()).into_iter().flat_map(Map::keys);
        for name in sampled.filter(|name| written.is_none_or(|written| !written.contains_key(*name))) {
            if let Some(linkage) = relationships.get_mut(name).and_then(|relationship| relationship.get_mut("data")) {
                *linkage = if linkage.is_array() { Value::Array(Vec::new()) } else { Value::Null };
            }
        }
    } else if written.is_some() && sample.is_none() {
        resource.insert("relationships".to_owned(), Value::Object(Map::new()));
    }
    let Some(Value::Object(relationships)) = resource.get_mut("relationships") else { return };
    for (name, relationship) in written.into_iter().flatten() {
        let Some(linkage) = relationship.get("data") else { continue };
        match relationships.get_mut(name) {
            Some(Value::Object(known)) => {
                known.insert("data".to_owned(), linkage.clone());
            }
            _ => {
                relationships.insert(name.clone(), relationship.clone());
            }
        }
    }
}

/// Merges one JSON value into another, object by object (RFC 7396 without the deletion of nulls).
pub(crate) fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_is_put_back_where_what_was_written_took_the_place_of_its_holder() {
        let mut resource = json!({"book": {"id": 7, "title": "old"}});
        merge_sent(&mut resource, &json!({"book": {"title": "new"}}), None);
        set_id(&mut resource, "/book/id", "1000");
        assert_eq!(resource, json!({"book": {"title": "new", "id": "1000"}}));
    }
}
