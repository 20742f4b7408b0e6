//! Loosens what depends on parts of schemas that cannot be read: of branches that exclude each other nobody knows which one
//! a value fits.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::bundle::{Bundle, UNREAD};
use super::schema::follow;
use super::walk::{Part, Trail, schemas};

/// How many schemas are looked through for one branch.
const MOST_STEPS: usize = 2000;

/// Takes `oneOf` for `anyOf` where a branch cannot be read, and leaves out `not` where it cannot.
pub(super) fn loosen(bundle: &mut Bundle) {
    let document = &bundle.document;
    let mut found: Vec<(String, &'static str)> = Vec::new();
    schemas(document, Part::Plain, &mut Trail::default(), &mut |trail, schema| {
        for keyword in ["oneOf", "not"].into_iter().filter(|keyword| schema.contains_key(*keyword)) {
            let mut search = Search { document, seen: HashSet::new() };
            if schema.get(keyword).is_some_and(|value| search.meets(value)) {
                found.push((trail.pointer().to_owned(), keyword));
            }
        }
    });
    for (at, keyword) in found {
        let Some(Value::Object(members)) = bundle.document.pointer_mut(&at) else { continue };
        match members.shift_remove(keyword) {
            Some(branches) if keyword == "oneOf" && !members.contains_key("anyOf") => {
                members.insert("anyOf".to_owned(), branches);
            }
            _ => {
                members.insert(UNREAD.to_owned(), Value::from(format!("a part of {keyword} cannot be read")));
            }
        }
    }
}

struct Search<'a> {
    document: &'a Value,
    /// Places that were looked into by their references.
    seen: HashSet<&'a str>,
}

impl<'a> Search<'a> {
    /// Whether a schema leads to a part that cannot be read.
    fn meets(&mut self, value: &'a Value) -> bool {
        match value {
            Value::Object(members) => members.contains_key(UNREAD) || self.behind(members) || members.values().any(|member| self.meets(member)),
            Value::Array(items) => items.iter().any(|item| self.meets(item)),
            _ => false,
        }
    }

    fn behind(&mut self, members: &'a Map<String, Value>) -> bool {
        let Some(reference) = members.get("$ref").and_then(Value::as_str).filter(|_| self.seen.len() < MOST_STEPS) else { return false };
        if !self.seen.insert(reference) {
            return false;
        }
        let target = percent_encoding::percent_decode_str(reference.trim_start_matches('#')).decode_utf8_lossy();
        follow(self.document, &target).is_some_and(|(_, found)| self.meets(found))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use crate::contract::{Schemas, bundle, read};
    use crate::domain::contract::SchemaRef;

    #[test]
    fn of_branches_that_cannot_be_read_nobody_knows_which_one_fits() {
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"204": {"description": ""}}}}},
            "components": {"schemas": {
                "Gone": {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}},
                "Either": {"oneOf": [{"$ref": "#/components/schemas/Gone"}, {"type": "object", "required": ["b"]}, {"type": "integer"}]},
                "Neither": {"not": {"$ref": "#/components/schemas/Gone"}}}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let schemas = Schemas::new(&contract).unwrap();
        let judged = |name: &str, value: serde_json::Value| {
            schemas.breaches(&SchemaRef(format!("/components/schemas/{name}")), &value).ok().map(|breaches| breaches.is_empty())
        };
        assert_eq!(judged("Either", json!({"a": 1})), None);
        assert_eq!(judged("Either", json!({"a": 1, "b": 2})), Some(true));
        assert_eq!((judged("Either", json!(1)), judged("Either", json!("x"))), (Some(true), Some(false)));
        assert_eq!(judged("Neither", json!({"a": 1})), None);
    }
}
