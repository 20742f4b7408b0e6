//! Takes the schemas that one schema or one value needs out of a document.
//! They are as requests or as answers see them, and can be compiled.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::applied_schemas::SchemaGraph;
use super::keywords::{KeywordContent, keyword_content};
use super::pointer::{append, at_pointer, insert};
use super::request_and_answer_schemas::is_marked;
use super::unusable::DocumentEdits;

/// Keywords that hold schemas which nothing is held against unless another schema refers to them.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// Some schemas of a document, at the same places as in it. A value that is held against no others fits a schema of these if it
/// fits that of the whole document.
pub struct Excerpt<'a> {
    pub document: &'a Value,
    pub graph: &'a SchemaGraph,
    pub schemas: &'a HashSet<usize>,
    /// What is changed in them.
    pub edits: &'a DocumentEdits,
    /// Whether they are of requests: a required member that is `readOnly` is required of answers only, one that is `writeOnly`
    /// of requests only (OpenAPI 3.0.3, Schema Object, Fixed Fields; authors of 3.1 documents mean the same).
    pub of_requests: bool,
}

impl Excerpt<'_> {
    /// A document of these schemas alone.
    pub fn value(&self) -> Value {
        let by_place: BTreeMap<&str, usize> = self.schemas.iter().map(|index| (self.graph.pointer(*index), *index)).collect();
        let mut excerpt = json!({});
        for (pointer, index) in &by_place {
            let mut outer = std::iter::successors(pointer.rsplit_once('/'), |(before, _)| before.rsplit_once('/'));
            let is_part = outer.any(|(before, _)| by_place.contains_key(before));
            // What stands in another of these schemas came with it or was left out of it, but for a member that no value has and
            // another schema refers to.
            let is_named = || {
                let named = pointer.rsplit_once('/').filter(|(named, _)| named.ends_with("/properties"));
                named.is_some_and(|(named, _)| at_pointer(&excerpt, named).is_some()) && !self.edits.removed.contains(*pointer)
            };
            if at_pointer(&excerpt, pointer).is_none()
                && (!is_part || is_named())
                && let Some(schema) = at_pointer(self.document, pointer)
            {
                insert(&mut excerpt, pointer, self.schema(*index, schema, &[]));
            }
        }
        excerpt
    }

    /// A schema; `beside` has the schemas of which it is a branch of `allOf`.
    fn schema(&self, index: usize, schema: &Value, beside: &[&Value]) -> Value {
        let pointer = self.graph.pointer(index);
        if self.edits.admitted.contains(pointer) {
            return Value::Bool(true);
        }
        let Value::Object(keywords) = schema else { return schema.clone() };
        let whole: Vec<&Value> = std::iter::once(schema).chain(beside.iter().copied()).collect();
        let mut kept = Map::new();
        for (keyword, value) in keywords {
            let at = append(pointer, keyword);
            if DEFINITIONS.contains(&keyword.as_str()) || self.edits.removed.contains(&at) {
                continue;
            }
            let value = match (keyword_content(keyword), value) {
                (KeywordContent::Map, Value::Object(named)) if keyword == "properties" => self.named(index, &at, named),
                (KeywordContent::Map, Value::Object(named)) => {
                    let named =
                        named.iter().map(|(name, schema)| (name, append(&at, name), schema)).filter(|(_, at, _)| !self.edits.removed.contains(at));
                    Value::Object(named.map(|(name, at, schema)| (name.clone(), self.part(&at, schema, &[]))).collect())
                }
                (KeywordContent::List, Value::Array(items)) => {
                    let beside: &[&Value] = if keyword == "allOf" { &whole } else { &[] };
                    items.iter().enumerate().map(|(index, schema)| self.part(&format!("{at}/{index}"), schema, beside)).collect()
                }
                (KeywordContent::Schema, schema) => self.part(&at, schema, &[]),
                (KeywordContent::Nothing, Value::Array(names)) if keyword == "required" => self.required(names, &whole),
                (_, other) => other.clone(),
            };
            kept.insert(keyword.clone(), value);
        }
        if let Some(target) = self.edits.references.get(pointer) {
            kept.shift_remove("$dynamicRef");
            kept.insert("$ref".to_owned(), Value::from(format!("#{target}")));
        }
        if self.edits.loosened.contains(pointer)
            && let Some(branches) = kept.shift_remove("oneOf")
        {
            kept.insert("anyOf".to_owned(), branches);
        }
        Value::Object(kept)
    }

    /// The members that a schema names, as far as they are among the schemas: no value has the others.
    fn named(&self, index: usize, at: &str, named: &Map<String, Value>) -> Value {
        let needed = |name: &String| self.graph.named(index, name, self.schemas).filter(|_| !self.is_removed(at, name));
        let named = named.iter().filter_map(|(name, schema)| Some((name.clone(), self.schema(needed(name)?, schema, &[]))));
        Value::Object(named.collect())
    }

    fn is_removed(&self, at: &str, name: &str) -> bool {
        !self.edits.removed.is_empty() && self.edits.removed.contains(&append(at, name))
    }

    /// A schema in another one. Nothing is held against what is not among the schemas.
    fn part(&self, at: &str, schema: &Value, beside: &[&Value]) -> Value {
        match self.graph.at(at, self.schemas) {
            Some(index) => self.schema(index, schema, beside),
            None if schema.is_object() => Value::Bool(true),
            None => schema.clone(),
        }
    }

    /// The members that are required of this side.
    fn required(&self, names: &[Value], whole: &[&Value]) -> Value {
        let other = if self.of_requests { "readOnly" } else { "writeOnly" };
        let marked = |name: &Value| name.as_str().is_some_and(|name| whole.iter().any(|schema| is_marked(self.document, schema, name, other)));
        names.iter().filter(|name| !marked(name)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What of these schemas a value needs.
    fn excerpt(document: &Value, schema: &str, value: &Value) -> Value {
        let mut graph = SchemaGraph::default();
        let applied = graph.apply(document, schema, value);
        Excerpt { document, graph: &graph, schemas: &applied.schemas(), edits: &DocumentEdits::default(), of_requests: false }.value()
    }

    #[test]
    fn an_excerpt_holds_what_a_value_is_held_against_and_no_more() {
        let refers = |name: &str| json!({"$ref": format!("#/s/{name}")});
        let document = json!({"s": {
            "User": {
                "allOf": [refers("Base"), {"properties": {"manager": refers("User"), "mail": refers("Mail"), "name": {"type": "string"}}}],
                "additionalProperties": refers("Other"), "propertyNames": refers("Name"), "$defs": {"a": refers("Mail")}},
            "Base": {"required": ["id"], "properties": {"id": {"type": "integer"}, "owned": {"type": "array", "items": refers("Thing")}}},
            "Mail": {"type": "string"}, "Other": {"type": "boolean"}, "Name": {"pattern": "^[a-z]+$"}, "Thing": refers("User"), "Unmet": {}}});
        let names = |value: &Value| excerpt(&document, "/s/User", value)["s"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&json!({})), ["Base", "Name", "User"]);
        assert_eq!(names(&json!({"id": 1})), ["Base", "Name", "Other", "User"]);
        assert_eq!(names(&json!({"mail": "m"})), ["Base", "Mail", "Name", "Other", "User"]);
        assert_eq!(names(&json!({"owned": []})), ["Base", "Name", "Other", "User"]);
        assert_eq!(names(&json!({"owned": [{}]})), ["Base", "Name", "Other", "Thing", "User"]);
        // A member that no value has, and that another schema refers to.
        let lent = json!({"s": {"A": {"properties": {"a": {"type": "string"}, "b": {"$ref": "#/s/A/properties/a"}, "c": {}}}}});
        assert_eq!(
            excerpt(&lent, "/s/A", &json!({"b": 1})),
            json!({"s": {"A": {"properties": {"b": {"$ref": "#/s/A/properties/a"}, "a": {"type": "string"}}}}})
        );
        let kept = excerpt(&document, "/s/User", &json!({"id": 1, "manager": {"name": "n"}}));
        assert_eq!(kept["s"]["User"]["allOf"][1], json!({"properties": {"manager": refers("User"), "name": {"type": "string"}}}));
        assert_eq!(kept["s"]["User"]["additionalProperties"], refers("Other"));
        assert_eq!((&kept["s"]["Base"]["required"], &kept["s"]["Base"]["properties"]), (&json!(["id"]), &json!({"id": {"type": "integer"}})));
    }

    #[test]
    fn what_one_side_requires_is_known_across_the_branches_of_a_schema() {
        let base = json!({"properties": {"id": {"type": "integer", "readOnly": true}}});
        let document = json!({"base": base, "s": {"required": ["id", "name"], "allOf": [{"$ref": "#/base"}]}, "t": {"allOf": [base, {"required": ["id", "name"]}]}});
        let side = |schema: &str, of_requests: bool| {
            let mut graph = SchemaGraph::default();
            let schemas = graph.reach(&document, schema, 100).unwrap();
            Excerpt { document: &document, graph: &graph, schemas: &schemas, edits: &DocumentEdits::default(), of_requests }.value()
        };
        assert_eq!(side("/s", true).pointer("/s/required"), Some(&json!(["name"])));
        assert_eq!(side("/t", true).pointer("/t/allOf/1/required"), Some(&json!(["name"])));
        assert_eq!(side("/s", false)["s"], document["s"]);
        assert_eq!(side("/t", false)["t"], document["t"]);
    }
}
