//! Finds which schemas are held against which parts of a value, and how often: schemas can refer to each other endlessly.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::keywords::{KeywordContent, keyword_content};
use super::pointer::{append, at_pointer, insert};

/// Keywords that hold schemas which nothing is held against unless another schema refers to them.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// Where the schemas of a document lead, as far as values were held against them.
#[derive(Debug, Default)]
pub struct SchemaGraph {
    known: HashMap<String, usize>,
    nodes: Vec<Node>,
}

/// One schema.
#[derive(Debug)]
struct Node {
    /// JSON Pointer into the document.
    pointer: String,
    /// Where it leads, once that was looked at.
    leads: Option<Leads>,
    /// Schemas for members by name, for the names that values had.
    members: HashMap<String, Option<usize>>,
}

/// Where one schema leads beside the members that it names.
#[derive(Debug, Default, Clone)]
struct Leads {
    /// Schemas for the same value.
    here: Vec<usize>,
    /// Schemas for any member.
    others: Vec<usize>,
    /// Schemas for items.
    items: Vec<usize>,
}

/// What is held against the parts of one value.
#[derive(Debug, Default)]
pub struct AppliedSchemas {
    /// How often schemas are held against parts of the value, at most.
    steps: u64,
    /// Whether one schema is held against one part in several ways, so that the steps may be far more than the parts.
    repeated: bool,
    /// The steps of each schema and part. A part is known by where it is.
    counted: HashMap<(usize, *const Value), u64>,
}

impl AppliedSchemas {
    /// How often schemas are held against parts of the value; 0 where that grows with the number of parts alone.
    pub fn effort(&self) -> u64 {
        if self.repeated { self.steps } else { 0 }
    }

    /// The schemas that are held against some part.
    pub fn schemas(&self) -> HashSet<usize> {
        self.counted.keys().map(|(schema, _)| *schema).collect()
    }
}

impl SchemaGraph {
    /// What is held against a value that a schema describes.
    pub fn apply(&mut self, document: &Value, schema: &str, value: &Value) -> AppliedSchemas {
        let mut applied = AppliedSchemas::default();
        let root = self.node(schema.to_owned());
        applied.steps = self.count(document, root, value, &mut applied);
        applied
    }

    fn node(&mut self, pointer: String) -> usize {
        if let Some(known) = self.known.get(&pointer) {
            return *known;
        }
        let index = self.nodes.len();
        self.known.insert(pointer.clone(), index);
        self.nodes.push(Node { pointer, leads: None, members: HashMap::new() });
        index
    }

    fn leads(&mut self, document: &Value, index: usize) -> Leads {
        if let Some(known) = &self.nodes[index].leads {
            return known.clone();
        }
        let pointer = self.nodes[index].pointer.clone();
        let mut leads = Leads::default();
        for (keyword, value) in at_pointer(document, &pointer).and_then(Value::as_object).into_iter().flatten() {
            let at = append(&pointer, keyword);
            match (keyword_content(keyword), keyword.as_str(), value) {
                (KeywordContent::Nothing, "$ref", Value::String(reference)) => leads.here.extend(target(reference).map(|target| self.node(target))),
                (KeywordContent::List, "prefixItems", Value::Array(items)) => {
                    leads.items.extend((0..items.len()).map(|index| self.node(format!("{at}/{index}"))));
                }
                (KeywordContent::List, _, Value::Array(items)) => {
                    leads.here.extend((0..items.len()).map(|index| self.node(format!("{at}/{index}"))));
                }
                (KeywordContent::Map, "properties", _) => {}
                (KeywordContent::Map, "patternProperties", Value::Object(named)) => {
                    leads.others.extend(named.keys().map(|name| self.node(append(&at, name))));
                }
                (KeywordContent::Map, _, Value::Object(named)) => leads.here.extend(named.keys().map(|name| self.node(append(&at, name)))),
                (KeywordContent::Schema, "items" | "contains" | "unevaluatedItems", _) => leads.items.push(self.node(at)),
                (KeywordContent::Schema, "additionalProperties" | "unevaluatedProperties", _) => leads.others.push(self.node(at)),
                (KeywordContent::Schema, _, _) => leads.here.push(self.node(at)),
                _ => {}
            }
        }
        self.nodes[index].leads = Some(leads.clone());
        leads
    }

    /// The schema that another one has for a member of this name.
    fn member(&mut self, document: &Value, index: usize, name: &str) -> Option<usize> {
        if let Some(known) = self.nodes[index].members.get(name) {
            return *known;
        }
        let schema = at_pointer(document, &self.nodes[index].pointer);
        let named = schema.and_then(|schema| schema.get("properties")?.get(name)).is_some();
        let found = named.then(|| self.node(append(&append(&self.nodes[index].pointer, "properties"), name)));
        self.nodes[index].members.insert(name.to_owned(), found);
        found
    }

    fn count(&mut self, document: &Value, index: usize, value: &Value, applied: &mut AppliedSchemas) -> u64 {
        let key = (index, std::ptr::from_ref(value));
        if let Some(known) = applied.counted.get(&key) {
            applied.repeated = true;
            return *known;
        }
        // A schema that leads back to itself for the same value says nothing new of it.
        applied.counted.insert(key, 0);
        let leads = self.leads(document, index);
        let mut sum: u64 = 1;
        for next in &leads.here {
            sum = sum.saturating_add(self.count(document, *next, value, applied));
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    for next in self.member(document, index, name).into_iter().chain(leads.others.iter().copied()) {
                        sum = sum.saturating_add(self.count(document, next, member, applied));
                    }
                }
            }
            Value::Array(items) => {
                for (item, next) in items.iter().flat_map(|item| leads.items.iter().map(move |next| (item, next))) {
                    sum = sum.saturating_add(self.count(document, *next, item, applied));
                }
            }
            _ => {}
        }
        applied.counted.insert(key, sum);
        sum
    }

    /// A document with these schemas alone, at the same places: a value that no other schema is held against fits a schema of it
    /// if it fits that of the whole document. A schema may lead to thousands of others, of which a value needs few.
    pub fn excerpt(&self, document: &Value, schemas: &HashSet<usize>) -> Value {
        let mut referred: BTreeMap<&str, usize> = BTreeMap::new();
        for index in schemas {
            referred.insert(&self.nodes[*index].pointer, *index);
        }
        let mut excerpt = json!({});
        for (pointer, index) in referred {
            // Those that stand in another one came with it, as it was before them.
            if at_pointer(&excerpt, pointer).is_none()
                && let Some(schema) = at_pointer(document, pointer)
            {
                insert(&mut excerpt, pointer, self.pruned(index, schema, schemas));
            }
        }
        excerpt
    }

    /// A schema without what none of these schemas is.
    fn pruned(&self, index: usize, schema: &Value, schemas: &HashSet<usize>) -> Value {
        let Value::Object(keywords) = schema else { return schema.clone() };
        let pointer = &self.nodes[index].pointer;
        let part = |at: &str, schema: &Value| match self.known.get(at).filter(|index| schemas.contains(index)) {
            Some(index) => self.pruned(*index, schema, schemas),
            // Nothing is held against it.
            None if schema.is_object() => Value::Bool(true),
            None => schema.clone(),
        };
        let mut kept = Map::new();
        for (keyword, value) in keywords.iter().filter(|(keyword, _)| !DEFINITIONS.contains(&keyword.as_str())) {
            let at = append(pointer, keyword);
            let value = match (keyword_content(keyword), value) {
                (KeywordContent::Map, Value::Object(named)) if keyword == "properties" => {
                    let members = &self.nodes[index].members;
                    let needed = |name: &String| members.get(name).copied().flatten().filter(|index| schemas.contains(index));
                    let named = named.iter().filter_map(|(name, schema)| Some((name.clone(), self.pruned(needed(name)?, schema, schemas))));
                    Value::Object(named.collect())
                }
                (KeywordContent::Map, Value::Object(named)) => {
                    Value::Object(named.iter().map(|(name, schema)| (name.clone(), part(&append(&at, name), schema))).collect())
                }
                (KeywordContent::List, Value::Array(items)) => {
                    items.iter().enumerate().map(|(index, schema)| part(&format!("{at}/{index}"), schema)).collect()
                }
                (KeywordContent::Schema, schema) => part(&at, schema),
                (_, other) => other.clone(),
            };
            kept.insert(keyword.clone(), value);
        }
        Value::Object(kept)
    }
}

/// Where a local reference leads (RFC 6901, section 6).
fn target(reference: &str) -> Option<String> {
    Some(percent_encoding::percent_decode_str(reference.strip_prefix('#')?).decode_utf8_lossy().into_owned())
}

/// Whether a schema leads to the same schema in two ways and some value can be held against both, so that values may take long.
pub fn meets_itself(document: &Value, schema: &str) -> bool {
    let mut graph = SchemaGraph::default();
    let mut open = vec![graph.node(schema.to_owned())];
    let (mut branches, mut shared) = (false, false);
    while let Some(index) = open.pop() {
        let before = graph.nodes.len();
        let leads = graph.leads(document, index);
        // What stands in a schema beside a condition or a reference is a branch as well.
        branches |= leads.here.len() > 1;
        let named = at_pointer(document, &graph.nodes[index].pointer).and_then(|schema| schema.get("properties")?.as_object());
        let named: Vec<usize> = named.into_iter().flat_map(Map::keys).filter_map(|name| graph.member(document, index, name)).collect();
        let all = || leads.here.iter().chain(&leads.others).chain(&leads.items).chain(&named);
        shared |= all().any(|next| *next < before) || all().collect::<HashSet<_>>().len() < all().count();
        open.extend(before..graph.nodes.len());
    }
    branches && shared
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schema of so many levels, each of which leads to the next in three ways.
    fn levels(count: usize, keyword: &str) -> Value {
        let mut schemas = Map::new();
        for level in 0..count {
            let next = json!({"$ref": format!("#/{}", level + 1)});
            schemas.insert(level.to_string(), json!({keyword: [next, next, {"properties": {"a": next}}]}));
        }
        schemas.insert(count.to_string(), json!({"type": "object"}));
        Value::Object(schemas)
    }

    fn effort(document: &Value, schema: &str, value: &Value) -> u64 {
        SchemaGraph::default().apply(document, schema, value).effort()
    }

    #[test]
    fn what_leads_on_in_many_ways_is_counted_without_going_all_of_them() {
        for keyword in ["oneOf", "anyOf", "allOf"] {
            let count = |levels: usize| effort(&self::levels(levels, keyword), "/0", &json!({"a": {"a": 1}}));
            assert!(count(2) < 100);
            assert!(count(40) > 1 << 40);
            assert!(meets_itself(&levels(2, keyword), "/0"));
        }
        let plain = json!({"a": {"properties": {"b": {"type": "string"}}}});
        assert!(effort(&plain, "/a", &json!({"b": "c"})) == 0 && !meets_itself(&plain, "/a"));
        let circle = json!({"a": {"anyOf": [{"$ref": "#/a"}, {"items": {"$ref": "#/a"}}]}});
        assert!((1..100).contains(&effort(&circle, "/a", &json!([[1]]))) && meets_itself(&circle, "/a"));
    }

    /// What of these schemas a value needs.
    fn excerpt(document: &Value, schema: &str, value: &Value) -> Value {
        let mut graph = SchemaGraph::default();
        let applied = graph.apply(document, schema, value);
        graph.excerpt(document, &applied.schemas())
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
        let kept = excerpt(&document, "/s/User", &json!({"id": 1, "manager": {"name": "n"}}));
        assert_eq!(kept["s"]["User"]["allOf"][1], json!({"properties": {"manager": refers("User"), "name": {"type": "string"}}}));
        assert_eq!(kept["s"]["User"]["additionalProperties"], refers("Other"));
        assert_eq!((&kept["s"]["Base"]["required"], &kept["s"]["Base"]["properties"]), (&json!(["id"]), &json!({"id": {"type": "integer"}})));
    }
}
