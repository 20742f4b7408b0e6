//! Follows references from file to file, and decides what is put in their place.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::names::{UniqueNames, section};
use super::paths::{decoded, join, split_fragment};
use super::schema_ids::{Resolution, SchemaIds, SchemaLocation};
use super::{IN_PART, fragment, pointer_of, replace_with_reason};
use crate::contract::document_walk::{NodeKind, PointerTrail, reference, references};
use crate::contract::pointer::{append, unescape};
use crate::model::issue::DocumentIssue;

/// How many references are put in place at most: those that lead to each other in many ways would never come to an end.
const MOST_INLINED: usize = 100_000;

/// What a reference that leads nowhere means outside schemas.
const LEFT_OUT: &str = "what it stands for is left out";

pub(super) struct Bundler<'a> {
    root: &'a str,
    files: &'a BTreeMap<String, Value>,
    /// Why files are not there.
    absent: &'a BTreeMap<String, String>,
    ids: SchemaIds,
    names: UniqueNames,
    /// What becomes a component: file, pointer in it, pointer in the bundle.
    queue: Vec<(String, String, String)>,
    /// What is being put in place: each with the reference that leads to it.
    open: Vec<SchemaLocation>,
    inlined: usize,
    pub(super) issues: Vec<DocumentIssue>,
    pub(super) origins: BTreeMap<String, String>,
}

/// Where a reference stands.
struct ReferenceSite<'s> {
    file: &'s str,
    /// Pointer in the file.
    from: &'s str,
    /// Pointer in the bundle.
    to: &'s str,
    part: NodeKind,
}

impl<'a> Bundler<'a> {
    pub(super) fn new(root: &'a str, files: &'a BTreeMap<String, Value>, absent: &'a BTreeMap<String, String>) -> Self {
        let mut names = UniqueNames::default();
        if let Some(document) = files.get(root) {
            names.claim(root, document);
        }
        let (queue, open, issues, origins) = (Vec::new(), Vec::new(), Vec::new(), BTreeMap::new());
        Self { root, files, absent, ids: SchemaIds::of(files), names, queue, open, inlined: 0, issues, origins }
    }

    /// What has to be put in place in the root, each with its pointer.
    pub(super) fn changes(&mut self) -> Vec<(String, Value)> {
        let files = self.files;
        let Some(document) = files.get(self.root) else { return Vec::new() };
        let mut changes = Vec::new();
        references(document, NodeKind::Plain, &mut PointerTrail::default(), &mut |trail, part, _| {
            let pointer = trail.pointer();
            let Some(Value::Object(members)) = document.pointer(pointer) else { return true };
            let new = self.resolve_reference(members, &ReferenceSite { file: self.root, from: pointer, to: pointer, part });
            let stays = new.is_none();
            changes.extend(new.map(|new| (pointer.to_owned(), new)));
            stays
        });
        changes
    }

    /// What becomes a component of the root, each with its pointer.
    pub(super) fn additions(&mut self) -> Vec<(String, Value)> {
        let mut additions = Vec::new();
        while let Some((file, from, to)) = self.queue.pop() {
            let Some(value) = self.find(&file, &from) else { continue };
            let part = to.split('/').skip(1).fold(NodeKind::Plain, NodeKind::member);
            let copy = self.copy(value, &ReferenceSite { file: &file, from: &from, to: &to, part });
            self.origins.insert(to.clone(), format!("{file}#{from}"));
            additions.push((to, copy));
        }
        additions
    }

    fn find(&self, file: &str, pointer: &str) -> Option<&'a Value> {
        let unescaped: String = pointer.split('/').skip(1).fold(String::new(), |sum, token| append(&sum, &unescape(token)));
        self.files.get(file)?.pointer(&unescaped)
    }

    fn copy(&mut self, value: &Value, site: &ReferenceSite<'_>) -> Value {
        match value {
            _ if site.part == NodeKind::Raw => value.clone(),
            Value::Object(members) => {
                if reference(members, site.part).is_some()
                    && let Some(new) = self.resolve_reference(members, site)
                {
                    return new;
                }
                Value::Object(self.members(members, site, false))
            }
            Value::Array(items) => {
                let items = items.iter().enumerate().map(|(index, item)| {
                    let index = index.to_string();
                    let (from, to) = (append(site.from, &index), append(site.to, &index));
                    self.copy(item, &ReferenceSite { file: site.file, from: &from, to: &to, part: site.part.item() })
                });
                Value::Array(items.collect())
            }
            plain => plain.clone(),
        }
    }

    /// Copies of members, all or those that are no reference.
    fn members(&mut self, members: &Map<String, Value>, site: &ReferenceSite<'_>, beside: bool) -> Map<String, Value> {
        let is_reference = |name: &str| name == "$ref" || site.part == NodeKind::Schema && (name == "$dynamicRef" || name == "$recursiveRef");
        let mut copies = Map::new();
        for (name, member) in members.iter().filter(|(name, _)| !(beside && is_reference(name))) {
            let (from, to) = (append(site.from, name), append(site.to, name));
            let copy = self.copy(member, &ReferenceSite { file: site.file, from: &from, to: &to, part: site.part.member(name) });
            copies.insert(name.clone(), copy);
        }
        copies
    }

    /// What stands in the place of a reference; `None` where it stays as it is.
    fn resolve_reference(&mut self, members: &Map<String, Value>, site: &ReferenceSite<'_>) -> Option<Value> {
        let written = reference(members, site.part)?;
        let (file, pointer) = match self.target(written, site) {
            Ok(spot) => spot,
            Err(why) => return Some(self.broken(members, site, &why)),
        };
        let own = file == self.root;
        match site.part {
            NodeKind::Schema if own => {
                let local = fragment(&pointer);
                (members.get("$ref").and_then(Value::as_str) != Some(local.as_str())).then(|| self.with_bundled_reference(members, site, local))
            }
            NodeKind::Schema => Some(self.component(members, site, "schemas", &file, &pointer)),
            NodeKind::Plain if own && site.file == self.root => None,
            NodeKind::Plain if own => Some(self.with_bundled_reference(members, site, fragment(&pointer))),
            NodeKind::Plain if section(&pointer).is_some() => {
                let section = section(&pointer).unwrap_or_default().to_owned();
                Some(self.component(members, site, &section, &file, &pointer))
            }
            _ => Some(self.inline(members, site, &(file, pointer))),
        }
    }

    /// File and pointer that a reference leads to.
    fn target(&self, written: &str, site: &ReferenceSite<'_>) -> Result<SchemaLocation, String> {
        let nowhere = || format!("the reference {written} leads nowhere");
        let (target, at) = split_fragment(written);
        let of_file = || (!target.contains(':')).then(|| self.ids.anchored(&join(site.file, target), &decoded(at), None)).flatten();
        match self.ids.find(site.file, site.from, written).or_else(of_file) {
            Some(Resolution::One((file, pointer))) if self.find(&file, &pointer).is_some() => return Ok((file, pointer)),
            Some(Resolution::Many) => return Err(format!("which schema {written} means depends on the way to it, which is not followed")),
            _ => {}
        }
        if target.contains(':') || target.starts_with("//") {
            return Err(format!("{written} is not a file beside the contract, and is not fetched"));
        }
        let file = if target.is_empty() { site.file.to_owned() } else { join(site.file, target) };
        let pointer = decoded(at);
        if let Some(why) = self.absent.get(&file) {
            return self.by_name(written).ok_or_else(|| format!("{why}; the reference {written} needs it"));
        }
        // What stands in the root may itself come from a file; that is seen when all is put together.
        let later = file == self.root && (site.part == NodeKind::Schema || site.part == NodeKind::Plain);
        let found = pointer.is_empty() || pointer.starts_with('/') && (later || self.find(&file, &pointer).is_some());
        if found && self.files.contains_key(&file) { Ok((file, pointer)) } else { self.by_name(written).ok_or_else(nowhere) }
    }

    /// The schema of the root that a bare name means, as old tools write it.
    fn by_name(&self, written: &str) -> Option<SchemaLocation> {
        let holders = [&["components", "schemas", written][..], &["definitions", written]];
        let pointer = holders.iter().map(|tokens| pointer_of(tokens)).find(|pointer| self.find(self.root, pointer).is_some())?;
        Some((self.root.to_owned(), pointer))
    }

    /// Notes that a reference leads nowhere, and says so in its place.
    fn broken(&mut self, members: &Map<String, Value>, site: &ReferenceSite<'_>, why: &str) -> Value {
        let schema = site.part == NodeKind::Schema;
        let place = format!("{}#{}", site.file, site.from);
        self.issues.push(DocumentIssue::new(place, why, if schema { IN_PART } else { LEFT_OUT }));
        let mut beside = self.members(members, site, true);
        replace_with_reason(&mut beside, why);
        Value::Object(beside)
    }

    /// The same object with a reference within the bundle.
    fn with_bundled_reference(&mut self, members: &Map<String, Value>, site: &ReferenceSite<'_>, local: String) -> Value {
        let mut copy = Map::from_iter([("$ref".to_owned(), Value::String(local))]);
        copy.extend(self.members(members, site, true));
        Value::Object(copy)
    }

    /// The same object with a reference to a component that is made of what it leads to.
    fn component(&mut self, members: &Map<String, Value>, site: &ReferenceSite<'_>, section: &str, file: &str, pointer: &str) -> Value {
        let older = self.files.get(self.root).is_some_and(|root| root.get("swagger").is_some());
        let (section, above) = if older && section == "schemas" { ("definitions", "") } else { (section, "/components") };
        let (name, new) = self.names.name(section, file, pointer);
        let to = format!("{above}{}", pointer_of(&[section, &name]));
        if new {
            self.queue.push((file.to_owned(), pointer.to_owned(), to.clone()));
        }
        self.with_bundled_reference(members, site, fragment(&to))
    }

    /// What a reference leads to, with what stands beside the reference laid over it (OpenAPI, Path Item Object, `$ref`).
    fn inline(&mut self, members: &Map<String, Value>, site: &ReferenceSite<'_>, spot: &SchemaLocation) -> Value {
        self.inlined += 1;
        if self.open.contains(spot) || self.inlined > MOST_INLINED {
            let why = format!("the reference {} leads back to itself", reference(members, site.part).unwrap_or_default());
            return self.broken(members, site, &why);
        }
        let Some(found) = self.find(&spot.0, &spot.1) else { return self.broken(members, site, "the reference leads nowhere") };
        self.origins.insert(site.to.to_owned(), format!("{}#{}", spot.0, spot.1));
        self.open.push(spot.clone());
        let mut whole = self.copy(found, &ReferenceSite { file: &spot.0, from: &spot.1, to: site.to, part: site.part });
        self.open.pop();
        let beside = self.members(members, site, true);
        if let Value::Object(whole) = &mut whole {
            for (name, value) in beside {
                let to = append(site.to, &name);
                let both = whole.get(&name).is_some_and(|other| *other != value);
                if both {
                    let what = format!("{name} stands beside a reference and in what it leads to");
                    self.issues.push(DocumentIssue::new(format!("{}#{}", site.file, append(site.from, &name)), what, "the one beside it is used"));
                }
                self.origins.insert(to, format!("{}#{}", site.file, append(site.from, &name)));
                whole.insert(name, value);
            }
        }
        whole
    }
}
