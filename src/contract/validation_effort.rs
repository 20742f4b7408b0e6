//! Limits how often schemas are applied to parts of a value, since schemas can refer to each other endlessly.

use std::collections::HashMap;

use serde_json::Value;

use super::keywords::{KeywordContent, keyword_content};
use super::pointer::{append, at_pointer};

/// Schemas that lead to each other, as far as one leads to them.
#[derive(Debug, Default)]
pub struct ValidationEffort {
    nodes: Vec<Node>,
}

/// Where one schema leads.
#[derive(Debug, Default)]
struct Node {
    /// Schemas for the same value.
    here: Vec<usize>,
    /// Schemas for members by name.
    members: HashMap<String, usize>,
    /// Schemas for any other member.
    others: Vec<usize>,
    /// Schemas for items.
    items: Vec<usize>,
}

/// What has been counted: how often a schema and those behind it are held against a value. A value is known by where it is.
type CountedCost = HashMap<(usize, *const Value), u64>;

impl ValidationEffort {
    /// Of a schema; `None` where nothing leads to the same schema in two ways, so that no value takes long.
    pub fn of(document: &Value, schema: &str) -> Option<Self> {
        let mut effort = Self::default();
        let mut known: HashMap<String, usize> = HashMap::from([(schema.to_owned(), 0)]);
        let mut open = vec![schema.to_owned()];
        effort.nodes.push(Node::default());
        let (mut branches, mut shared) = (false, false);
        while let Some(pointer) = open.pop() {
            let index = known.get(&pointer).copied().unwrap_or(0);
            let mut node = Node::default();
            let mut lead = |to: String| {
                let next = known.len();
                shared |= known.contains_key(&to);
                *known.entry(to.clone()).or_insert_with(|| {
                    effort.nodes.push(Node::default());
                    open.push(to);
                    next
                })
            };
            for (keyword, value) in at_pointer(document, &pointer).and_then(Value::as_object).into_iter().flatten() {
                let at = append(&pointer, keyword);
                match (keyword_content(keyword), keyword.as_str(), value) {
                    (KeywordContent::Nothing, "$ref", Value::String(reference)) => {
                        let target = reference.strip_prefix('#').unwrap_or_default();
                        node.here.push(lead(percent_encoding::percent_decode_str(target).decode_utf8_lossy().into_owned()));
                    }
                    (KeywordContent::List, "prefixItems", Value::Array(items)) => {
                        node.items.extend((0..items.len()).map(|index| lead(format!("{at}/{index}"))));
                    }
                    (KeywordContent::List, _, Value::Array(items)) => {
                        branches |= items.len() > 1;
                        node.here.extend((0..items.len()).map(|index| lead(format!("{at}/{index}"))));
                    }
                    (KeywordContent::Map, "properties", Value::Object(named)) => {
                        node.members.extend(named.keys().map(|name| (name.clone(), lead(append(&at, name)))));
                    }
                    (KeywordContent::Map, "patternProperties", Value::Object(named)) => {
                        node.others.extend(named.keys().map(|name| lead(append(&at, name))));
                    }
                    (KeywordContent::Map, _, Value::Object(named)) => node.here.extend(named.keys().map(|name| lead(append(&at, name)))),
                    (KeywordContent::Schema, "items" | "contains" | "unevaluatedItems", _) => node.items.push(lead(at)),
                    (KeywordContent::Schema, "additionalProperties" | "unevaluatedProperties", _) => node.others.push(lead(at)),
                    (KeywordContent::Schema, "propertyNames", _) => {}
                    (KeywordContent::Schema, _, _) => node.here.push(lead(at)),
                    _ => {}
                }
            }
            // Beside a condition or a reference, what stands in the schema itself is a branch as well.
            branches |= node.here.len() > 1;
            effort.nodes[index] = node;
        }
        (branches && shared).then_some(effort)
    }

    /// How often schemas are held against parts of a value, at most.
    pub fn count(&self, value: &Value) -> u64 {
        self.of_node(0, value, &mut CountedCost::new())
    }

    fn of_node(&self, index: usize, value: &Value, counted: &mut CountedCost) -> u64 {
        let key = (index, std::ptr::from_ref(value));
        if let Some(known) = counted.get(&key) {
            return *known;
        }
        // A schema that leads back to itself for the same value says nothing new of it.
        counted.insert(key, 0);
        let Some(node) = self.nodes.get(index) else { return 0 };
        let mut sum: u64 = 1;
        for next in &node.here {
            sum = sum.saturating_add(self.of_node(*next, value, counted));
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    for next in node.members.get(name).into_iter().chain(&node.others) {
                        sum = sum.saturating_add(self.of_node(*next, member, counted));
                    }
                }
            }
            Value::Array(items) => {
                for (item, next) in items.iter().flat_map(|item| node.items.iter().map(move |next| (item, next))) {
                    sum = sum.saturating_add(self.of_node(*next, item, counted));
                }
            }
            _ => {}
        }
        counted.insert(key, sum);
        sum
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A schema of so many levels, each of which leads to the next in three ways.
    fn levels(count: usize, keyword: &str) -> Value {
        let mut schemas = serde_json::Map::new();
        for level in 0..count {
            let next = json!({"$ref": format!("#/{}", level + 1)});
            schemas.insert(level.to_string(), json!({keyword: [next, next, {"properties": {"a": next}}]}));
        }
        schemas.insert(count.to_string(), json!({"type": "object"}));
        Value::Object(schemas)
    }

    #[test]
    fn what_leads_on_in_many_ways_is_counted_without_going_all_of_them() {
        for keyword in ["oneOf", "anyOf", "allOf"] {
            let count = |levels: usize| ValidationEffort::of(&self::levels(levels, keyword), "/0").unwrap().count(&json!({"a": {"a": 1}}));
            assert!(count(2) < 100);
            assert!(count(40) > 1 << 40);
        }
        assert!(ValidationEffort::of(&json!({"a": {"properties": {"b": {"type": "string"}}}}), "/a").is_none());
        let circle = json!({"a": {"anyOf": [{"$ref": "#/a"}, {"items": {"$ref": "#/a"}}]}});
        assert!(ValidationEffort::of(&circle, "/a").unwrap().count(&json!([[1]])) < 100);
    }
}
