//! Finds which schemas are held against which parts of a value, and how often: schemas can refer to each other endlessly.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::dynamic_anchors::Anchors;
use super::keywords::{KeywordContent, keyword_content};
use super::pointer::{append, at_pointer, target};

/// Where the schemas of a document lead, as far as values were held against them.
#[derive(Debug, Default)]
pub struct SchemaGraph {
    anchors: Anchors,
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
    /// Of a document with these `$dynamicAnchor`s.
    pub fn new(anchors: Anchors) -> Self {
        Self { anchors, ..Self::default() }
    }

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
                (KeywordContent::Nothing, "$dynamicRef", Value::String(reference)) => {
                    let meant = self.anchors.get(reference.trim_start_matches('#')).cloned().unwrap_or_default();
                    leads.here.extend(meant.into_iter().map(|target| self.node(target)));
                }
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

    /// Every schema that one leads to, itself among them; `None` where it leads to more than `most`.
    pub fn reach(&mut self, document: &Value, schema: &str, most: usize) -> Option<HashSet<usize>> {
        let mut open = vec![self.node(schema.to_owned())];
        let mut reached: HashSet<usize> = open.iter().copied().collect();
        while let Some(index) = open.pop() {
            for next in self.all_leads(document, index) {
                if reached.insert(next) {
                    open.push(next);
                }
            }
            if reached.len() > most {
                return None;
            }
        }
        Some(reached)
    }

    /// Where a schema leads, with every member that it names.
    fn all_leads(&mut self, document: &Value, index: usize) -> Vec<usize> {
        let leads = self.leads(document, index);
        let named = at_pointer(document, &self.nodes[index].pointer).and_then(|schema| schema.get("properties")?.as_object());
        let named = named.into_iter().flat_map(Map::keys).filter_map(|name| self.member(document, index, name)).collect::<Vec<_>>();
        leads.here.into_iter().chain(leads.others).chain(leads.items).chain(named).collect()
    }

    /// The place of a schema.
    pub fn pointer(&self, index: usize) -> &str {
        &self.nodes[index].pointer
    }

    /// The schema at a place, if it is one of these.
    pub fn at(&self, pointer: &str, schemas: &HashSet<usize>) -> Option<usize> {
        self.known.get(pointer).copied().filter(|index| schemas.contains(index))
    }

    /// The schema for a member, if it is one of these.
    pub fn named(&self, index: usize, name: &str, schemas: &HashSet<usize>) -> Option<usize> {
        self.nodes[index].members.get(name).copied().flatten().filter(|index| schemas.contains(index))
    }
}

/// Whether a schema leads to the same schema in two ways and some value can be held against both, so that values may take long.
pub fn meets_itself(document: &Value, schema: &str) -> bool {
    let mut graph = SchemaGraph::default();
    let mut open = vec![graph.node(schema.to_owned())];
    let (mut branches, mut shared) = (false, false);
    while let Some(index) = open.pop() {
        let before = graph.nodes.len();
        // What stands in a schema beside a condition or a reference is a branch as well.
        branches |= graph.leads(document, index).here.len() > 1;
        let all = graph.all_leads(document, index);
        shared |= all.iter().any(|next| *next < before) || all.iter().collect::<HashSet<_>>().len() < all.len();
        open.extend(before..graph.nodes.len());
    }
    branches && shared
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
}
