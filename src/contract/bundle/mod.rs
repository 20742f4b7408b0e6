//! Bundles a contract that is split into files into one document.

mod bundler;
mod names;
mod paths;
mod schema_ids;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value};

use super::ContractError;
use super::document_walk::{NodeKind, PointerTrail, references};
use super::pointer::{escape, insert};
use super::schema::follow_references;
use super::unjudged_schemas::unread;
use crate::model::issue::DocumentIssue;
use bundler::Bundler;
use paths::{join, split_fragment};

/// What an unreadable part of a schema means.
const IN_PART: &str = "what it describes is not judged, and no answer that has it counts as right";

/// One document, and where its parts come from.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The document; every `$ref` in it is local.
    pub document: Value,
    /// What is wrong with the files.
    pub issues: Vec<DocumentIssue>,
    /// Pointer in the document to file and pointer in the files.
    origins: BTreeMap<String, String>,
    root: String,
}

impl Bundle {
    /// Where a place of the bundled document stands in the files.
    pub fn place(&self, pointer: &str) -> String {
        let mut prefix = pointer;
        loop {
            if let Some(origin) = self.origins.get(prefix) {
                return format!("{origin}{}", &pointer[prefix.len()..]);
            }
            match prefix.rfind('/').filter(|_| !self.origins.is_empty()) {
                Some(end) => prefix = &prefix[..end],
                None => return format!("{}#{pointer}", self.root),
            }
        }
    }
}

/// The files that a document refers to, as paths relative to where `file` is relative to, each with a place that does.
pub fn file_references(file: &str, document: &Value) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    let mut note = |trail: &PointerTrail, reference: &str| {
        let (target, _) = split_fragment(reference);
        if !target.is_empty() && !target.contains(':') {
            let target = join(file, target);
            if known.insert(target.clone()) {
                found.push((target, format!("{file}#{}", trail.pointer())));
            }
        }
    };
    if document.get("openapi").or_else(|| document.get("swagger")).is_some() {
        references(document, NodeKind::Plain, &mut PointerTrail::default(), &mut |trail, _, reference| {
            note(trail, reference);
            true
        });
    } else {
        every_reference(document, &mut PointerTrail::default(), "", &mut note);
    }
    found
}

/// Visits every reference of a file whose content is not known yet, but for those in extensions that others have
/// thought of (OpenAPI, Specification Extensions): they are meant for other tools.
fn every_reference(value: &Value, trail: &mut PointerTrail, holder: &str, note: &mut impl FnMut(&PointerTrail, &str)) {
    let is_foreign = |name: &str| name.starts_with("x-") && !name.starts_with("x-probity-") && !matches!(holder, "properties" | "headers");
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                note(trail, reference);
            }
            for (name, member) in members.iter().filter(|(name, _)| !is_foreign(name)) {
                trail.at_token(name, |trail| every_reference(member, trail, name, note));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                trail.at_token(&index.to_string(), |trail| every_reference(item, trail, holder, note));
            }
        }
        _ => {}
    }
}

/// As [`bundle_files`], where every file that is referred to is there.
///
/// # Errors
/// As [`bundle_files`].
pub fn bundle(root: &str, files: &BTreeMap<String, Value>) -> Result<Bundle, ContractError> {
    bundle_files(root, files.clone(), &BTreeMap::new())
}

/// Bundles `root` and the files it refers to: schemas and components of other files become components of the document,
/// everything else that is referred to in another file is put in its place. `absent` says why a file that is referred to is
/// not among them. What leads nowhere becomes an issue.
///
/// # Errors
/// The root is not among the files.
pub fn bundle_files(root: &str, mut files: BTreeMap<String, Value>, absent: &BTreeMap<String, String>) -> Result<Bundle, ContractError> {
    if !files.contains_key(root) {
        return Err(ContractError::new(root, "this file was not loaded"));
    }
    let mut bundler = Bundler::new(root, &files, absent);
    let changes = bundler.changes();
    let additions = bundler.additions();
    let (mut issues, origins) = (bundler.issues, bundler.origins);
    let mut document = files.remove(root).unwrap_or_default();
    for (pointer, value) in changes {
        if let Some(place) = document.pointer_mut(&pointer) {
            *place = value;
        }
    }
    for (pointer, value) in additions {
        insert(&mut document, &pointer, value);
    }
    let mut whole = Bundle { document, issues: Vec::new(), origins, root: root.to_owned() };
    issues.extend(dangling(&mut whole));
    whole.issues = issues;
    Ok(whole)
}

/// Takes references between schemas that lead nowhere or in a circle out of a bundled document.
fn dangling(bundle: &mut Bundle) -> Vec<DocumentIssue> {
    let mut sound: HashMap<String, bool> = HashMap::new();
    let mut broken: Vec<(String, String)> = Vec::new();
    let document = &bundle.document;
    references(document, NodeKind::Plain, &mut PointerTrail::default(), &mut |trail, part, reference| {
        if part == NodeKind::Schema {
            let known = sound.get(reference).copied();
            let leads = known.unwrap_or_else(|| reference.starts_with('#') && follow_references(document, trail.pointer()).is_some());
            if known.is_none() {
                sound.insert(reference.to_owned(), leads);
            }
            if !leads {
                broken.push((trail.pointer().to_owned(), reference.to_owned()));
            }
        }
        true
    });
    let mut issues = Vec::new();
    for (pointer, reference) in broken {
        let what = format!("the reference {reference} leads nowhere, or in a circle");
        if let Some(Value::Object(members)) = bundle.document.pointer_mut(&pointer) {
            replace_with_reason(members, &what);
        }
        issues.push(DocumentIssue::new(bundle.place(&pointer), what, IN_PART));
    }
    issues
}

/// Takes the reference of a schema away and says in its place why.
fn replace_with_reason(members: &mut Map<String, Value>, why: &str) {
    let mut written = "$ref";
    for keyword in ["$recursiveRef", "$dynamicRef", "$ref"] {
        if members.shift_remove(keyword).is_some() {
            written = keyword;
        }
    }
    unread(members, written, why);
}

/// A pointer as the fragment of a reference (RFC 6901, section 6).
fn fragment(pointer: &str) -> String {
    let tokens: Vec<String> = pointer.split('/').map(super::pointer::fragment_escape).collect();
    format!("#{}", tokens.join("/"))
}

/// A pointer from names.
fn pointer_of(tokens: &[&str]) -> String {
    tokens.iter().fold(String::new(), |pointer, token| format!("{pointer}/{}", escape(token)))
}
