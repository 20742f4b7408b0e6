//! Finds the schemas of a document, where each leads, and which lead to a keyword.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::dynamic_anchors::Anchors;
use super::keywords::{KeywordContent, keyword_content};
use super::pointer::{append, at_pointer, target};
use super::unjudged_schemas::UNREAD_SCHEMA;
use super::upgrade::NAMED;

/// Members that hold values of the author's own, in which nothing is a schema.
const VALUES: [&str; 6] = ["example", "examples", "default", "enum", "const", "value"];

/// The schemas of a document, and which lead to each.
#[derive(Debug, Default)]
pub(super) struct ReferenceGraph {
    places: Vec<Arc<str>>,
    known: HashMap<Arc<str>, usize>,
    /// For each schema those that hold it or refer to it.
    back: Vec<Vec<usize>>,
}

/// So many pairs of a schema and a keyword that it leads to are remembered.
const MOST_PAIRS: usize = 5_000_000;

impl ReferenceGraph {
    pub fn of(document: &Value, anchors: &Anchors) -> Self {
        let mut graph = Self::default();
        visit_schemas(document, anchors, &mut |pointer, schema| {
            let from = graph.index(pointer);
            for to in subschemas_and_references(pointer, schema, anchors) {
                let to = graph.index(&to);
                graph.back[to].push(from);
            }
        });
        graph
    }

    /// The number of a schema.
    pub fn number(&self, place: &str) -> Option<usize> {
        self.known.get(place).copied()
    }

    fn index(&mut self, place: &str) -> usize {
        if let Some(known) = self.known.get(place) {
            return *known;
        }
        let place: Arc<str> = place.into();
        self.known.insert(Arc::clone(&place), self.places.len());
        self.places.push(place);
        self.back.push(Vec::new());
        self.places.len() - 1
    }

    /// Every schema that holds one of these keywords, or leads to one that does.
    fn that_reach<'a>(&self, keywords: impl Iterator<Item = &'a str>) -> Vec<usize> {
        let mut open: Vec<usize> = keywords.flat_map(holders).filter_map(|holder| self.known.get(holder).copied()).collect();
        let mut seen = vec![false; self.places.len()];
        let mut reaching = Vec::new();
        while let Some(index) = open.pop() {
            if !std::mem::replace(&mut seen[index], true) {
                reaching.push(index);
                open.extend(&self.back[index]);
            }
        }
        reaching
    }

    /// The places of these schemas.
    pub fn schemas_that_reach(&self, keywords: &BTreeSet<&str>) -> HashSet<String> {
        self.that_reach(keywords.iter().copied()).into_iter().map(|index| self.places[index].to_string()).collect()
    }

    /// For each schema the numbers of the keywords that it leads to; `None` where that are too many.
    pub fn below<'a>(&self, keywords: impl Iterator<Item = &'a String>) -> Option<Vec<Vec<usize>>> {
        let mut below = vec![Vec::new(); self.places.len()];
        let mut pairs = 0;
        for (number, keyword) in keywords.enumerate() {
            let reaching = self.that_reach(std::iter::once(keyword.as_str()));
            pairs += reaching.len();
            if pairs > MOST_PAIRS {
                return None;
            }
            for index in reaching {
                below[index].push(number);
            }
        }
        Some(below)
    }
}

/// The places that may be the schema of a keyword: its own, where it is a schema that is none; the one it stands in; and for a
/// member of a keyword that holds schemas by name or in a list, the one before.
pub(super) fn holders(at: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(at), |at| at.rsplit_once('/').map(|(before, _)| before)).take(3)
}

/// The schemas that one schema holds or refers to.
fn subschemas_and_references(pointer: &str, schema: &Value, anchors: &Anchors) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        let at = append(pointer, keyword);
        match (keyword_content(keyword), value) {
            (KeywordContent::Schema, Value::Object(_) | Value::Bool(_)) => found.push(at),
            (KeywordContent::List, Value::Array(items)) => found.extend((0..items.len()).map(|index| format!("{at}/{index}"))),
            (KeywordContent::Map, Value::Object(named)) => found.extend(named.keys().map(|name| append(&at, name))),
            (KeywordContent::Nothing, Value::String(reference)) if keyword == "$ref" => found.extend(target(reference)),
            (KeywordContent::Nothing, Value::String(reference)) if keyword == "$dynamicRef" => {
                found.extend(anchors.get(reference.trim_start_matches('#')).into_iter().flatten().cloned());
            }
            _ => {}
        }
    }
    found
}

/// Every schema that one leads to, itself among them; `None` where it leads to more than `most`.
pub(super) fn schemas_below(document: &Value, schema: &str, anchors: &Anchors, most: usize) -> Option<HashSet<String>> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut open = vec![schema.to_owned()];
    while let Some(pointer) = open.pop() {
        if let Some(value) = at_pointer(document, &pointer)
            && !seen.contains(&pointer)
        {
            open.extend(subschemas_and_references(&pointer, value, anchors));
            seen.insert(pointer);
        }
        if seen.len() > most {
            return None;
        }
    }
    Some(seen)
}

/// Visits every schema of a document once: those in the places that OpenAPI has for them, those in them, and those that they
/// refer to.
pub(super) fn visit_schemas(document: &Value, anchors: &Anchors, visit: &mut dyn FnMut(&str, &Value)) {
    let mut open = Vec::new();
    roots(document, "", false, &mut open);
    open.extend(at_pointer(document, UNREAD_SCHEMA).map(|_| UNREAD_SCHEMA.to_owned()));
    let mut seen: HashSet<String> = HashSet::new();
    while let Some(pointer) = open.pop() {
        if let Some(schema) = at_pointer(document, &pointer)
            && !seen.contains(&pointer)
        {
            visit(&pointer, schema);
            open.extend(subschemas_and_references(&pointer, schema, anchors));
            seen.insert(pointer);
        }
    }
}

/// The places of an OpenAPI document that hold schemas: members `schema`, and what `schemas` names.
fn roots(value: &Value, pointer: &str, named: bool, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let at = append(pointer, name);
                match (name.as_str(), member) {
                    (_, member) if named => roots(member, &at, false, found),
                    (name, _) if VALUES.contains(&name) => {}
                    ("schema", _) => found.push(at),
                    ("schemas", Value::Object(schemas)) => found.extend(schemas.keys().map(|name| append(&at, name))),
                    (name, member) => roots(member, &at, NAMED.contains(&name), found),
                }
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| roots(item, &format!("{pointer}/{index}"), false, found)),
        _ => {}
    }
}
