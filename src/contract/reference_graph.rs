//! Finds the schemas that lead to a keyword.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::dynamic_anchors::Anchors;
use super::unusable::{subschemas_and_references, visit_schemas};

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
            reaching.into_iter().for_each(|index| below[index].push(number));
        }
        Some(below)
    }
}

/// The places that may be the schema of a keyword: its own, where it is a schema that is none; the one it stands in; and for a
/// member of a keyword that holds schemas by name or in a list, the one before.
pub(super) fn holders(at: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(at), |at| at.rsplit_once('/').map(|(before, _)| before)).take(3)
}
