//! Removes the schema keywords that no rule can be made of, and lists them.
//!
//! What is left judges less than the author meant, and never more: where a missing keyword would turn the meaning of
//! what stands around it (`not`, `if`, `oneOf`, `maxContains`, members that no schema names), that is left out as well.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use serde_json::Value;

use super::dynamic_anchors::{Anchors, dynamic_anchors};
use super::keywords::{CompiledPatterns, flaw, may_give_up};
use super::pointer::{append, at_pointer, target};
use super::reference_graph::{ReferenceGraph, holders, schemas_below, visit_schemas};
use super::unjudged_schemas::{OVERLAP, UNREAD};

/// The changes of a document that make every schema of it one that can be compiled.
#[derive(Debug, Clone, Default)]
pub struct DocumentEdits {
    /// Members of schemas that are taken away.
    pub removed: HashSet<String>,
    /// What stands in the place of a schema and is none: it admits everything.
    pub admitted: HashSet<String>,
    /// Schemas whose `oneOf` becomes `anyOf`.
    pub loosened: BTreeSet<String>,
    /// What the `$dynamicRef` of a schema means.
    pub references: HashMap<String, String>,
}

/// What cannot be used in a document.
#[derive(Debug, Default)]
pub struct Unusable {
    /// JSON Pointer of each keyword, and why.
    pub keywords: BTreeMap<String, String>,
    /// JSON Pointer of each keyword with a regular expression that may give up, and the expression.
    pub patterns: BTreeMap<String, String>,
    /// JSON Pointer of each `oneOf` whose branches no value fits alone, and what is wrong with them.
    pub overlaps: BTreeMap<String, String>,
    edits: DocumentEdits,
    /// The `$dynamicAnchor`s of the document.
    pub anchors: Anchors,
    /// Made when it is first needed: most documents have nothing that is left out.
    graph: OnceLock<ReferenceGraph>,
    /// For each schema of the graph the keywords that are left out below it, in the order of [`Unusable::left_out`]; `None` where
    /// there are too many.
    below: OnceLock<Option<Vec<Vec<usize>>>>,
}

impl Unusable {
    /// Looks through every schema of a document.
    pub fn find(document: &Value) -> Self {
        let mut found = Self::default();
        let mut patterns = CompiledPatterns::default();
        let anchors = dynamic_anchors(document);
        visit_schemas(document, &anchors, &mut |pointer, schema| found.collect_unusable_keywords(document, pointer, schema, &mut patterns, &anchors));
        Self { anchors, ..found }
    }

    /// Whether values are not held against a keyword, now and then or always.
    pub fn is_left_out(&self, at: &str) -> bool {
        [&self.keywords, &self.patterns, &self.overlaps].iter().any(|known| known.contains_key(at))
    }

    fn collect_unusable_keywords(&mut self, document: &Value, pointer: &str, schema: &Value, patterns: &mut CompiledPatterns, anchors: &Anchors) {
        let Value::Object(members) = schema else {
            if !schema.is_boolean() {
                self.keywords.insert(pointer.to_owned(), "it is no schema".to_owned());
                self.edits.admitted.insert(pointer.to_owned());
            }
            return;
        };
        for (keyword, value) in members {
            let at = append(pointer, keyword);
            if keyword == UNREAD {
                self.check_removed_schema(pointer, value);
                continue;
            }
            if keyword == OVERLAP {
                self.overlaps.insert(append(pointer, "oneOf"), value.as_str().unwrap_or_default().to_owned());
                continue;
            }
            let reason = match (flaw(keyword, value), keyword.as_str(), value.as_str()) {
                (Some(reason), _, _) => Some(reason.to_owned()),
                (None, "pattern", Some(pattern)) => self.check_pattern(&at, pattern, patterns),
                (None, "patternProperties", _) => {
                    for pattern in value.as_object().into_iter().flat_map(serde_json::Map::keys) {
                        let at = append(&at, pattern);
                        if let Some(reason) = self.check_pattern(&at, pattern, patterns) {
                            self.leave_out(at, reason);
                        }
                    }
                    None
                }
                (None, "$ref", Some(reference)) => target(reference)
                    .filter(|target| at_pointer(document, target).is_some())
                    .map_or_else(|| Some(format!("{reference} leads nowhere")), |_| None),
                (None, "$dynamicRef", Some(reference)) => match anchors.get(reference.trim_start_matches('#')).map(Vec::as_slice) {
                    Some([only]) => {
                        self.edits.references.insert(pointer.to_owned(), only.clone());
                        None
                    }
                    _ => Some("what it refers to depends on where it is met".to_owned()),
                },
                // Every reference of the document is a pointer from its top.
                (None, "$id", Some(_)) => {
                    self.edits.removed.insert(at.clone());
                    None
                }
                _ => None,
            };
            if let Some(reason) = reason {
                self.leave_out(at, reason);
            }
        }
    }

    /// What was taken out when the document was read: keywords of this schema with the reasons, or all of it.
    fn check_removed_schema(&mut self, pointer: &str, unread: &Value) {
        match unread {
            Value::Object(keywords) => {
                for (keyword, reason) in keywords {
                    self.keywords.insert(format!("{pointer}/{keyword}"), reason.as_str().unwrap_or_default().to_owned());
                }
            }
            whole => {
                self.keywords.insert(pointer.to_owned(), whole.as_str().unwrap_or_default().to_owned());
            }
        }
    }

    fn check_pattern(&mut self, at: &str, pattern: &str, patterns: &mut CompiledPatterns) -> Option<String> {
        let flaw = patterns.flaw(pattern);
        if flaw.is_none() && may_give_up(pattern) {
            self.patterns.insert(at.to_owned(), pattern.to_owned());
        }
        flaw
    }

    fn leave_out(&mut self, at: String, reason: String) {
        self.edits.removed.insert(at.clone());
        self.keywords.insert(at, reason);
    }

    /// What is changed for judging, so that these keywords and what they would turn are left out.
    pub fn edits_without(&self, document: &Value, given_up: &BTreeSet<String>) -> DocumentEdits {
        let mut edits = self.edits.clone();
        let left_out: BTreeSet<&str> = self.keywords.keys().chain(given_up).map(String::as_str).collect();
        if left_out.is_empty() {
            return edits;
        }
        for at in given_up {
            let schema = at.rsplit_once('/').map_or("", |(schema, _)| schema);
            let is_free = at_pointer(document, schema).is_some_and(|schema| schema.get("anyOf").is_none());
            if self.overlaps.contains_key(at) && is_free {
                edits.loosened.insert(schema.to_owned())
            } else {
                edits.removed.insert(at.clone())
            };
        }
        let tainted = self.graph(document).schemas_that_reach(&left_out);
        for pointer in &tainted {
            leave_out_what_is_reversed(document, pointer, &tainted, &left_out, &mut edits);
        }
        edits
    }

    /// The keywords that are left out: unusable ones, regular expressions that may give up, and branches that overlap.
    fn left_out(&self) -> [&BTreeMap<String, String>; 3] {
        [&self.keywords, &self.patterns, &self.overlaps]
    }

    /// The same of the schemas that one leads to.
    pub fn left_out_below(&self, document: &Value, schema: &str) -> [Vec<String>; 3] {
        let kinds = self.left_out();
        if kinds.iter().all(|kind| kind.is_empty()) {
            return Default::default();
        }
        let graph = self.graph(document);
        let below = self.below.get_or_init(|| graph.below(kinds.iter().flat_map(|kind| kind.keys())));
        if let Some((below, index)) = below.as_ref().zip(graph.number(schema)) {
            let below = &below[index];
            let mut first = 0;
            return kinds.map(|kind| {
                let range = first..first + kind.len();
                first = range.end;
                kind.keys().zip(range).filter(|(_, number)| below.binary_search(number).is_ok()).map(|(at, _)| at.clone()).collect()
            });
        }
        let schemas = schemas_below(document, schema, &self.anchors, usize::MAX).unwrap_or_default();
        kinds.map(|kind| kind.keys().filter(|at| holders(at).any(|holder| schemas.contains(holder))).cloned().collect())
    }

    fn graph(&self, document: &Value) -> &ReferenceGraph {
        self.graph.get_or_init(|| ReferenceGraph::of(document, &self.anchors))
    }
}

/// Leaves out of a schema what would mean the reverse because something that it leads to is left out.
fn leave_out_what_is_reversed(document: &Value, pointer: &str, tainted: &HashSet<String>, left_out: &BTreeSet<&str>, edits: &mut DocumentEdits) {
    let Some(Value::Object(members)) = at_pointer(document, pointer) else { return };
    let mut remove = |keywords: &[&str]| {
        let present = keywords.iter().filter(|keyword| members.contains_key(**keyword));
        edits.removed.extend(present.map(|keyword| append(pointer, keyword)));
    };
    let is_tainted = |keyword: &str| tainted.contains(&append(pointer, keyword));
    remove(&["unevaluatedProperties", "unevaluatedItems"]);
    if is_tainted("not") {
        remove(&["not"]);
    }
    if is_tainted("if") {
        remove(&["if", "then", "else"]);
    }
    if is_tainted("contains") {
        remove(&["maxContains"]);
    }
    let gone = |keyword: &str| {
        let at = append(pointer, keyword);
        left_out.iter().any(|left_out| {
            left_out.strip_prefix(at.as_str()).is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && !rest[1..].contains('/')))
        })
    };
    if gone("patternProperties") || gone("properties") {
        remove(&["additionalProperties"]);
    }
    if gone("prefixItems") {
        remove(&["items"]);
    }
    let branches = members.get("oneOf").and_then(Value::as_array).map_or(0, Vec::len);
    if (0..branches).any(|index| tainted.contains(&format!("{pointer}/oneOf/{index}"))) {
        if members.contains_key("anyOf") {
            remove(&["oneOf"]);
        } else {
            edits.loosened.insert(pointer.to_owned());
        }
    }
}
