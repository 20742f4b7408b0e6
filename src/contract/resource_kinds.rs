//! Tells kinds of resources apart that have the same name.
//! What `/items` makes is not what `/orders/{id}/items/{item}` names, and a key is no id.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::model::contract::{Location, Operation};
use crate::model::path::parameter_of;
use crate::model::text::without_separators;

/// Names by which a parameter says that it is an id, by themselves or as the end of a name.
pub(super) const IDS: [&str; 4] = ["id", "uuid", "guid", "pk"];

/// A path without the names of its parameters, up to one of them.
type Prefix = String;

/// Gives things a kind of their own where a contract that marks nothing has several collections of one name, each with its own
/// create or list, or names the things of one collection in several ways.
pub(super) fn separate_kinds_of_equal_name(operations: &mut [Operation]) {
    let own: Vec<(Prefix, String, String)> = operations.iter().flat_map(places).collect();
    let of_method = |method: &str| -> HashSet<Prefix> {
        operations.iter().filter(|operation| operation.method.as_str() == method).map(|operation| template(&operation.path)).collect()
    };
    let (posted, listed) = (of_method("POST"), of_method("GET"));
    let is_fed = |prefix: &&Prefix| posted.contains(*prefix) || (!prefix.contains('{') && listed.contains(*prefix));
    let mut renamed: BTreeMap<(Prefix, String), String> = BTreeMap::new();
    let mut prefixes: BTreeMap<&str, Vec<&Prefix>> = BTreeMap::new();
    let mut met: HashSet<(&str, &Prefix)> = HashSet::new();
    let mut names: BTreeMap<&Prefix, Vec<(&str, &str)>> = BTreeMap::new();
    for (prefix, name, kind) in &own {
        if met.insert((kind, prefix)) {
            prefixes.entry(kind).or_default().push(prefix);
        }
        let known = names.entry(prefix).or_default();
        if known.iter().all(|(other, _)| asked(other, kind) != asked(name, kind)) {
            known.push((name, kind));
        }
    }
    let mut kinds: BTreeMap<Prefix, String> = BTreeMap::new();
    for mut of_kind in prefixes.into_values().filter(|of_kind| of_kind.len() > 1) {
        // The shortest of those that are fed has the plain name.
        of_kind.sort_by_key(|prefix| (!is_fed(prefix), prefix.len()));
        for prefix in of_kind.into_iter().skip(1).filter(is_fed) {
            kinds.insert(
                prefix.clone(),
                prefix.split('/').filter(|segment| !segment.is_empty() && !segment.contains('{')).collect::<Vec<_>>().join("/"),
            );
        }
    }
    for (prefix, names) in names {
        let first = names.iter().position(|(name, kind)| is_id(name, kind)).unwrap_or_default();
        for (at, (name, kind)) in names.iter().enumerate() {
            let kind = kinds.get(prefix).map_or(*kind, String::as_str);
            if at != first && !is_id(name, kind) {
                renamed.insert((prefix.clone(), asked(name, kind)), format!("{kind}.{name}"));
            }
        }
    }
    for operation in operations {
        let changes: Vec<(String, String)> = places(operation)
            .filter_map(|(prefix, name, kind)| {
                Some((name.clone(), renamed.get(&(prefix.clone(), asked(&name, &kind))).or_else(|| kinds.get(&prefix))?.clone()))
            })
            .collect();
        for (name, kind) in changes {
            let parameter = operation.parameters.iter_mut().find(|parameter| parameter.location == Location::Path && parameter.name == name);
            if let Some(need) = parameter.and_then(|parameter| parameter.resource.as_mut()) {
                need.kind = kind;
            }
        }
    }
}

/// Every parameter of a path that names a resource: what stands before it, its name, and the kind.
fn places(operation: &Operation) -> impl Iterator<Item = (Prefix, String, String)> {
    let segments: Vec<&str> = operation.path.split('/').collect();
    let named = segments.iter().enumerate().filter_map(|(at, segment)| Some((at, parameter_of(segment)?)));
    let found: Vec<_> = named
        .filter_map(|(at, name)| {
            let kind = operation.parameter(Location::Path, name)?.resource.as_ref()?.kind.clone();
            Some((template(&segments[..at].join("/")), name.to_owned(), kind))
        })
        .collect();
    found.into_iter()
}

fn template(path: &str) -> Prefix {
    let plain = |segment: &str| if segment.starts_with('{') && segment.ends_with('}') { "{}".to_owned() } else { segment.to_owned() };
    path.trim_end_matches('/').split('/').map(plain).collect::<Vec<_>>().join("/")
}

/// What a parameter asks for, without the thing that it belongs to: `pool_name` and `name` are the same for a pool.
fn asked(name: &str, kind: &str) -> String {
    let (name, kind) = (without_separators(name), without_separators(kind.rsplit('/').next().unwrap_or(kind)));
    let rest = name.strip_prefix(kind.strip_suffix('s').unwrap_or(&kind)).filter(|rest| !rest.is_empty());
    rest.map(str::to_owned).unwrap_or(name)
}

/// Whether a parameter is called like an id, or like one of its kind.
fn is_id(name: &str, kind: &str) -> bool {
    let (name, kind) = (without_separators(name), without_separators(kind.rsplit('/').next().unwrap_or(kind)));
    let known: BTreeSet<&str> = [kind.as_str(), kind.strip_suffix('s').unwrap_or(&kind)].into();
    IDS.iter().any(|end| name.ends_with(end)) || known.contains(name.as_str())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use crate::contract::{bundle, read};

    /// The kinds of the parameters of each path of a contract with these operations.
    fn kinds(operations: &[(&str, &str)]) -> Vec<String> {
        let mut document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}});
        for (method, path) in operations {
            let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
            let parameters: Vec<Value> =
                names.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})).collect();
            if document["paths"].get(path).is_none() {
                document["paths"][path] = json!({});
            }
            document["paths"][path][method] = json!({"parameters": parameters, "responses": {"200": {"description": ""}}});
        }
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let named = contract.operations.iter().filter_map(|operation| {
            let kinds: Vec<String> = operation.parameters.iter().filter_map(|parameter| Some(parameter.resource.as_ref()?.kind.clone())).collect();
            (!kinds.is_empty()).then(|| format!("{}: {}", operation.path, kinds.join(" ")))
        });
        named.collect()
    }

    #[test]
    fn an_id_by_any_of_its_names_is_one_kind() {
        for name in ["pk", "id", "uuid", "thingId"] {
            let item = format!("/things/{{{name}}}");
            let found = kinds(&[("post", "/things"), ("get", &item), ("get", "/things/{thing_id}/notes")]);
            assert_eq!(found, [format!("{item}: things"), "/things/{thing_id}/notes: things".to_owned()]);
        }
    }

    #[test]
    fn collections_with_creates_of_their_own_hold_kinds_of_their_own() {
        let items = [("post", "/items"), ("get", "/items/{id}"), ("get", "/v2/items/{id}"), ("get", "/orders/{order}/items/{id}")];
        let apart = ["/items/{id}: items", "/v2/items/{id}: v2/items", "/orders/{order}/items/{id}: orders orders/items"];
        assert_eq!(kinds(&[&items[..], &[("post", "/v2/items"), ("post", "/orders/{order}/items")]].concat())[..3], apart[..3]);
        let one = kinds(&items);
        assert_eq!(one, ["/items/{id}: items", "/v2/items/{id}: items", "/orders/{order}/items/{id}: orders items"], "nothing else makes them");
        let listed = kinds(&[&items[..], &[("get", "/v2/items"), ("get", "/orders/{order}/items")]].concat());
        assert!(
            listed.contains(&"/v2/items/{id}: v2/items".to_owned()) && listed.contains(&"/orders/{order}/items/{id}: orders items".to_owned()),
            "{listed:?}"
        );
    }

    #[test]
    fn a_key_is_no_id() {
        assert_eq!(
            kinds(&[("get", "/things/{id}"), ("get", "/things/{key}/latest"), ("get", "/things/{thing_id}/parts"), ("get", "/things/{thing}/log")]),
            ["/things/{id}: things", "/things/{key}/latest: things.key", "/things/{thing_id}/parts: things", "/things/{thing}/log: things"]
        );
        assert_eq!(
            kinds(&[("get", "/work-pools/{name}"), ("get", "/work-pools/{work_pool_name}/queues"), ("get", "/work-pools/{slug}/log")]),
            ["/work-pools/{name}: work-pools", "/work-pools/{work_pool_name}/queues: work-pools", "/work-pools/{slug}/log: work-pools.slug"]
        );
        assert_eq!(kinds(&[("get", "/users/{username}"), ("delete", "/users/{username}")]), ["/users/{username}: users", "/users/{username}: users"]);
    }
}
