//! Resolves schemas that have a URI or an anchor of their own (JSON Schema 2020-12, section 8.2).

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use url::Url;

use super::paths::decoded;
use crate::contract::document_walk::PointerTrail;
use crate::contract::is_within;

/// File and JSON Pointer of a schema.
pub(super) type SchemaLocation = (String, String);

/// Where schemas stand by what they are called.
#[derive(Debug, Default)]
pub(super) struct SchemaIds {
    /// By `$id`, as it is written and as it is resolved.
    by_id: HashMap<String, SchemaLocation>,
    /// By file and anchor; several where an anchor is there more than once.
    anchors: HashMap<(String, String), Vec<(String, bool)>>,
    /// In each file the pointers to schemas with `$id`, and the URI of each.
    resources: HashMap<String, BTreeMap<String, String>>,
}

/// How a reference leads to a schema.
pub(super) enum Resolution {
    /// To one schema.
    One(SchemaLocation),
    /// To several schemas: the last one that was entered is meant (`$dynamicRef`), or it is not known which.
    Many,
}

impl SchemaIds {
    /// Gathers them from files.
    pub(super) fn of(files: &BTreeMap<String, Value>) -> Self {
        let mut ids = Self::default();
        for (file, document) in files {
            ids.collect(file, document, &mut PointerTrail::default(), "");
        }
        ids
    }

    fn collect(&mut self, file: &str, value: &Value, trail: &mut PointerTrail, base: &str) {
        let mut inner = base.to_owned();
        match value {
            Value::Object(members) => {
                if let Some(Value::String(id)) = members.get("$id") {
                    inner = resolve_uri(base, id);
                    let spot = (file.to_owned(), trail.pointer().to_owned());
                    for name in [id.trim_end_matches('#'), inner.trim_end_matches('#')] {
                        self.by_id.entry(name.to_owned()).or_insert_with(|| spot.clone());
                    }
                    self.resources.entry(file.to_owned()).or_default().insert(trail.pointer().to_owned(), inner.clone());
                }
                for (keyword, dynamic) in [("$anchor", false), ("$dynamicAnchor", true)] {
                    if let Some(Value::String(anchor)) = members.get(keyword) {
                        self.anchors.entry((file.to_owned(), anchor.clone())).or_default().push((trail.pointer().to_owned(), dynamic));
                    }
                }
                for (name, member) in members.iter().filter(|(name, member)| (member.is_object() || member.is_array()) && !is_value(name)) {
                    trail.at_token(name, |trail| self.collect(file, member, trail, &inner));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_object() || item.is_array()) {
                    trail.at_token(&index.to_string(), |trail| self.collect(file, item, trail, base));
                }
            }
            _ => {}
        }
    }

    /// The schema that a reference names by a URI or an anchor; `None` where it names neither.
    pub(super) fn find(&self, file: &str, at: &str, reference: &str) -> Option<Resolution> {
        let (target, fragment) = super::split_fragment(reference);
        let enclosing = self.enclosing(file, at);
        let (file, resource) = match target {
            "" => (file.to_owned(), enclosing.map(|(pointer, _)| pointer.to_owned())),
            target => {
                let base = enclosing.map(|(_, id)| id).unwrap_or_default();
                let (file, pointer) = self.by_id.get(target).or_else(|| self.by_id.get(&resolve_uri(base, target)))?;
                (file.clone(), Some(pointer.clone()))
            }
        };
        if fragment.is_empty() || fragment.starts_with('/') {
            return Some(Resolution::One((file, format!("{}{}", resource?, decoded(fragment)))));
        }
        self.anchored(&file, &decoded(fragment), resource.as_deref())
    }

    /// The schema of a file that an anchor names, first of all within a schema that has `$id`; `None` where none has it.
    pub(super) fn anchored(&self, file: &str, anchor: &str, resource: Option<&str>) -> Option<Resolution> {
        let found = |pointer: &str| Resolution::One((file.to_owned(), pointer.to_owned()));
        match self.anchors.get(&(file.to_owned(), anchor.to_owned()))?.as_slice() {
            [(pointer, _)] => Some(found(pointer)),
            several if several.iter().any(|(_, dynamic)| *dynamic) => Some(Resolution::Many),
            several => {
                let own = several.iter().find(|(pointer, _)| resource.is_some_and(|resource| pointer.starts_with(resource)));
                Some(own.map_or(Resolution::Many, |(pointer, _)| found(pointer)))
            }
        }
    }

    /// The innermost schema with `$id` around a place.
    fn enclosing(&self, file: &str, at: &str) -> Option<(&str, &str)> {
        let resources = self.resources.get(file)?;
        resources.iter().rev().find(|(pointer, _)| is_within(at, pointer)).map(|(pointer, id)| (pointer.as_str(), id.as_str()))
    }
}

/// Members that hold values, in which `$id` means nothing.
fn is_value(name: &str) -> bool {
    matches!(name, "example" | "examples" | "enum" | "const" | "default")
}

/// A URI seen from another one.
fn resolve_uri(base: &str, id: &str) -> String {
    Url::parse(base).ok().and_then(|base| base.join(id).ok()).map_or_else(|| id.to_owned(), String::from)
}
