//! Finds members of bodies by their names, in what their schemas describe.

use std::collections::HashSet;

use serde_json::Value;

use super::pointer::append;
use super::schema::follow_references;
use crate::model::contract::MediaType;
use crate::model::media_range::is_xml;
use crate::model::text::without_separators;

/// How deep envelopes and branches are opened in search of an id.
const MOST_NESTED: usize = 4;

/// What envelopes call that which they wrap.
const WRAPPERS: [&str; 12] = ["data", "result", "results", "item", "items", "record", "response", "payload", "body", "content", "value", "resource"];

/// The form of a body whose value a schema describes: JSON, else XML with a schema.
pub fn structured_form(content: &[MediaType]) -> Option<&MediaType> {
    let in_xml = || content.iter().find(|media| is_xml(&media.name) && media.schema.is_some());
    content.iter().find(|media| media.name.contains("json")).or_else(in_xml)
}

/// Whether a body holds a member that is called like a parameter, by its schema, however deep.
pub fn has_member_named_like(document: &Value, content: &[MediaType], parameter: &str) -> bool {
    let schema = structured_form(content).and_then(|media| media.schema.as_ref());
    schema.is_some_and(|schema| MemberSearch { document }.nearest(&schema.0, &[without_separators(parameter)], &|_| true).is_some())
}

/// The members that a body holds at the top or in a wrapper, by its schema: each name, without separators, with the nearest place
/// (JSON Pointer).
pub fn wrapped_members(document: &Value, schema: &str) -> Vec<(String, String)> {
    let search = MemberSearch { document };
    let opens = |name: &str| WRAPPERS.contains(&without_separators(name).as_str());
    let mut found: Vec<(String, String)> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    search.each_object(schema, &opens, &mut |at, schema| {
        for (name, _) in search.plain_members(schema) {
            let plain = without_separators(&name);
            if known.insert(plain.clone()) {
                found.push((plain, append(at, &name)));
            }
        }
        false
    });
    found
}

/// The members that the schemas of a document describe.
pub(super) struct MemberSearch<'a> {
    pub document: &'a Value,
}

impl MemberSearch<'_> {
    /// In an object, in one that it wraps, or in the items of an array that stands in such a place: the nearest one. A member
    /// that is called like the parameter is the id in whatever it stands; one that is called `id` only in what is a wrapper by
    /// its name, because other objects have ids of their own.
    pub fn single(&self, schema: &str, names: &[String], collection: &str) -> Option<String> {
        let wraps = |name: &str| {
            WRAPPERS.contains(&without_separators(name).as_str())
                || (name.len() > 2 && without_separators(collection).starts_with(&without_separators(name)))
        };
        self.nearest(schema, names, &wraps).or_else(|| {
            let parameter = names.get(..1).filter(|names| !["id", "uuid", "name"].contains(&names[0].as_str()))?;
            self.nearest(schema, parameter, &|_| true)
        })
    }

    /// The nearest member of one of these names, through members for which `opens` says so.
    pub fn nearest(&self, schema: &str, names: &[String], opens: &dyn Fn(&str) -> bool) -> Option<String> {
        let mut found = None;
        self.each_object(schema, opens, &mut |at, schema| {
            found = self.id_member(schema, names).map(|name| append(at, &name));
            found.is_some()
        });
        found
    }

    /// Visits the schemas of objects with their places, breadth first, each once, until `visit` says that it is enough.
    fn each_object(&self, schema: &str, opens: &dyn Fn(&str) -> bool, visit: &mut dyn FnMut(&str, &str) -> bool) {
        let mut level = vec![(String::new(), schema.to_owned())];
        // What was nearer once is nearer in all its parts.
        let mut seen: HashSet<String> = HashSet::new();
        for _ in 0..MOST_NESTED {
            let mut below = Vec::new();
            for (at, schema) in level {
                let (at, schema) = match self.items(&schema, 0) {
                    Some(items) => (format!("{at}/0"), items),
                    None => (at, schema),
                };
                let Some((schema, _)) = follow_references(self.document, &schema).filter(|(schema, _)| seen.insert(schema.clone())) else { continue };
                if visit(&at, &schema) {
                    return;
                }
                let members = self.members(&schema, 0).into_iter().filter(|(name, _)| opens(name));
                below.extend(members.map(|(name, inner)| (append(&at, &name), inner)));
            }
            level = below;
        }
    }

    /// In the items of an array, or of an array that an envelope holds.
    pub fn id_in_items(&self, schema: &str, names: &[String], depth: usize) -> Option<String> {
        if let Some(items) = self.items(schema, 0) {
            return self.id_member(&items, names).map(|name| append("/0", &name));
        }
        if depth > 2 {
            return None;
        }
        self.members(schema, 0).into_iter().find_map(|(name, inner)| Some(append("", &name) + &self.id_in_items(&inner, names, depth + 1)?))
    }

    /// The member of an object that is the id.
    fn id_member(&self, schema: &str, names: &[String]) -> Option<String> {
        let members = self.plain_members(schema);
        names.iter().find_map(|wanted| members.iter().find(|(name, _)| without_separators(name) == *wanted)).map(|(name, _)| name.clone())
    }

    /// The members of an object that have no parts of their own: what has some is no id.
    fn plain_members(&self, schema: &str) -> Vec<(String, String)> {
        let mut members = self.members(schema, 0);
        members.retain(|(_, at)| {
            let found = follow_references(self.document, at).map(|(_, found)| found);
            found.is_none_or(|found| ["properties", "items"].iter().all(|keyword| found.get(*keyword).is_none()))
        });
        members
    }

    /// Members of an object with the places of their schemas, through references and branches.
    fn members(&self, schema: &str, depth: usize) -> Vec<(String, String)> {
        let Some((at, found)) = follow_references(self.document, schema).filter(|_| depth < MOST_NESTED) else { return Vec::new() };
        let properties = found.get("properties").and_then(Value::as_object).into_iter().flatten();
        let own = properties.map(|(name, _)| (name.clone(), append(&format!("{at}/properties"), name)));
        let branches = branches(&at, found).into_iter().flat_map(|branch| self.members(&branch, depth + 1));
        own.chain(branches).collect()
    }

    /// The schema of the items of an array, through references and branches.
    fn items(&self, schema: &str, depth: usize) -> Option<String> {
        let (at, found) = follow_references(self.document, schema).filter(|_| depth < MOST_NESTED)?;
        if found.get("items").is_some() {
            return Some(format!("{at}/items"));
        }
        branches(&at, found).into_iter().find_map(|branch| self.items(&branch, depth + 1))
    }
}

/// The branches of a schema.
fn branches(at: &str, schema: &Value) -> Vec<String> {
    let of = |keyword: &'static str| {
        let count = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).map(move |index| format!("{at}/{keyword}/{index}"))
    };
    ["allOf", "anyOf", "oneOf"].into_iter().flat_map(of).collect()
}
