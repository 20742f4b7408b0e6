//! Makes one document of a contract that is split into files.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::ContractError;
use super::anchors::{anchored, is_anchor};
use super::pointer::{append, unescape};
use super::upgrade::NAMED;

/// How deep references to places outside `components` may lead into each other.
const MOST_INLINED: usize = 64;

/// One document, and where its parts come from.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The document; every `$ref` in it is local.
    pub document: Value,
    /// Pointer in the document to file and pointer in the files.
    origins: BTreeMap<String, String>,
    root: String,
}

impl Bundle {
    /// Where a place of the bundled document stands in the files.
    pub fn place(&self, pointer: &str) -> String {
        let origin = self
            .origins
            .range(..=pointer.to_owned())
            .rev()
            .find(|(prefix, _)| pointer.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
        match origin {
            Some((prefix, origin)) => format!("{origin}{}", &pointer[prefix.len()..]),
            None => format!("{}#{pointer}", self.root),
        }
    }
}

/// The files that a document refers to, as paths relative to where `file` is relative to, each with a place that does.
pub fn file_references(file: &str, document: &Value) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    collect(document, "", &mut |pointer, reference| {
        let (target, _) = split(reference);
        if !target.is_empty() && !target.contains("://") {
            let target = join(file, target);
            if found.iter().all(|(known, _)| *known != target) {
                found.push((target, format!("{file}#{pointer}")));
            }
        }
    });
    found
}

fn collect(value: &Value, pointer: &str, visit: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                visit(pointer, reference);
            }
            for (name, member) in members.iter().filter(|(name, _)| !is_foreign(pointer, name)) {
                collect(member, &append(pointer, name), visit);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| collect(item, &append(pointer, &index.to_string()), visit)),
        _ => {}
    }
}

/// Whether a member is an extension that others have thought of (OpenAPI, Specification Extensions): what it refers to is
/// meant for their tools and need be no part of a contract. A header may have such a name, too.
fn is_foreign(pointer: &str, name: &str) -> bool {
    let holder = pointer.rsplit('/').next().unwrap_or_default();
    name.strip_prefix("x-").is_some_and(|rest| !rest.starts_with("probity-")) && !NAMED.contains(&holder)
}

/// Bundles `root` and the files it refers to: components of other files become components of the document, everything
/// else that is referred to in another file is put in its place.
///
/// # Errors
/// A reference that leads nowhere, with its place.
pub fn bundle(root: &str, files: &BTreeMap<String, Value>) -> Result<Bundle, ContractError> {
    let document = files.get(root).ok_or_else(|| ContractError::new(root, "this file was not loaded"))?;
    let mut bundler = Bundler { root, files, names: BTreeMap::new(), queue: Vec::new(), origins: BTreeMap::new() };
    bundler.claim_root_components(document);
    let mut whole = bundler.copy(root, document, "", "", 0)?;
    while let Some((file, pointer, section, name)) = bundler.queue.pop() {
        let target = append(&append("/components", &section), &name);
        let value = bundler.find(&file, &pointer, &pointer)?;
        let copy = bundler.copy(&file, value, &pointer, &target, 0)?;
        bundler.origins.insert(target, format!("{file}#{pointer}"));
        put_component(&mut whole, &section, name, copy);
    }
    Ok(Bundle { document: whole, origins: bundler.origins, root: root.to_owned() })
}

fn put_component(document: &mut Value, section: &str, name: String, value: Value) {
    let Value::Object(root) = document else { return };
    let components = root.entry("components").or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(components) = components else { return };
    let section = components.entry(section).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(section) = section {
        section.insert(name, value);
    }
}

struct Bundler<'a> {
    root: &'a str,
    files: &'a BTreeMap<String, Value>,
    /// (section, name in the bundle) to (file, pointer).
    names: BTreeMap<(String, String), (String, String)>,
    queue: Vec<(String, String, String, String)>,
    origins: BTreeMap<String, String>,
}

impl<'a> Bundler<'a> {
    fn claim_root_components(&mut self, document: &Value) {
        let Some(Value::Object(components)) = document.get("components") else { return };
        for (section, entries) in components {
            for name in entries.as_object().into_iter().flat_map(Map::keys) {
                let pointer = append(&append("/components", section), name);
                self.names.insert((section.clone(), name.clone()), (self.root.to_owned(), pointer));
            }
        }
    }

    fn find(&self, file: &str, pointer: &str, place: &str) -> Result<&'a Value, ContractError> {
        let document = self.files.get(file).ok_or_else(|| ContractError::new(place, format!("refers to {file}, which was not loaded")))?;
        let unescaped: String = pointer.split('/').skip(1).fold(String::new(), |sum, token| append(&sum, &unescape(token)));
        document
            .pointer(&unescaped)
            .ok_or_else(|| ContractError::new(place, format!("the reference {file}#{pointer} leads nowhere; correct it or add what it names")))
    }

    /// Where the schema with an anchor stands in a file.
    fn pointer_of(&self, file: &str, anchor: &str, place: &str) -> Result<String, ContractError> {
        let found = self.files.get(file).and_then(|document| anchored(document, anchor));
        found.ok_or_else(|| {
            ContractError::new(place, format!("refers to {file}#{anchor}, an anchor that not exactly one schema has; name one with $anchor"))
        })
    }

    /// Copies a value that stands at `pointer` of `file` to `target` in the bundle.
    fn copy(&mut self, file: &str, value: &Value, pointer: &str, target: &str, depth: usize) -> Result<Value, ContractError> {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    return self.refer(file, members, reference, pointer, target, depth);
                }
                let mut copy = Map::new();
                for (name, member) in members {
                    let (from, to) = (append(pointer, name), append(target, name));
                    let value = if is_foreign(pointer, name) { member.clone() } else { self.copy(file, member, &from, &to, depth)? };
                    copy.insert(name.clone(), value);
                }
                Ok(Value::Object(copy))
            }
            Value::Array(items) => {
                let mut copy = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let index = index.to_string();
                    copy.push(self.copy(file, item, &append(pointer, &index), &append(target, &index), depth)?);
                }
                Ok(Value::Array(copy))
            }
            plain => Ok(plain.clone()),
        }
    }

    fn refer(
        &mut self,
        file: &str,
        members: &Map<String, Value>,
        reference: &str,
        pointer: &str,
        target: &str,
        depth: usize,
    ) -> Result<Value, ContractError> {
        let place = format!("{file}#{pointer}");
        let (target_file, fragment) = split(reference);
        if target_file.contains("://") {
            return Err(ContractError::new(place, format!("{reference} is not a file beside the contract; fetch it and refer to the copy")));
        }
        let target_file = if target_file.is_empty() { file.to_owned() } else { join(file, target_file) };
        let by_name = is_anchor(fragment);
        let pointer_of_anchor = if by_name { Some(self.pointer_of(&target_file, fragment, &place)?) } else { None };
        let fragment = pointer_of_anchor.as_deref().unwrap_or(fragment);
        let found = self.find(&target_file, fragment, &place)?;
        if let Some((section, name)) = component(fragment) {
            let name = self.name_for(&target_file, fragment, section, &name);
            let local = format!("#{}", append(&append("/components", section), &name));
            let mut copy = Map::from_iter([("$ref".to_owned(), Value::String(local))]);
            for (key, member) in members.iter().filter(|(key, _)| *key != "$ref") {
                copy.insert(key.clone(), self.copy(file, member, &append(pointer, key), &append(target, key), depth)?);
            }
            return Ok(Value::Object(copy));
        }
        if target_file == self.root && file == self.root {
            let mut copy = members.clone();
            if by_name {
                copy.insert("$ref".to_owned(), Value::String(format!("#{fragment}")));
            }
            return Ok(Value::Object(copy));
        }
        if depth == MOST_INLINED {
            return Err(ContractError::new(place, format!("the reference {reference} leads back to itself; put what it names under components")));
        }
        self.origins.insert(target.to_owned(), format!("{target_file}#{fragment}"));
        self.copy(&target_file, found, fragment, target, depth + 1)
    }

    fn name_for(&mut self, file: &str, pointer: &str, section: &str, name: &str) -> String {
        let origin = (file.to_owned(), pointer.to_owned());
        let stem = file.rsplit('/').next().unwrap_or(file).split('.').next().unwrap_or_default();
        for candidate in [name.to_owned(), format!("{stem}.{name}"), format!("{}.{name}", file.replace('/', "."))] {
            let key = (section.to_owned(), candidate.clone());
            match self.names.get(&key) {
                Some(taken) if *taken == origin => return candidate,
                Some(_) => {}
                None => {
                    self.names.insert(key, origin);
                    self.queue.push((file.to_owned(), pointer.to_owned(), section.to_owned(), candidate.clone()));
                    return candidate;
                }
            }
        }
        name.to_owned()
    }
}

fn component(fragment: &str) -> Option<(&str, String)> {
    let mut tokens = fragment.strip_prefix("/components/")?.split('/');
    let (section, name) = (tokens.next()?, tokens.next()?);
    tokens.next().is_none().then(|| (section, unescape(name)))
}

fn split(reference: &str) -> (&str, &str) {
    reference.split_once('#').unwrap_or((reference, ""))
}

/// `target` as seen from the folder of `file`; both are relative to the same folder.
fn join(file: &str, target: &str) -> String {
    let mut segments: Vec<&str> = file.split('/').collect();
    segments.pop();
    for segment in target.split('/') {
        match segment {
            "." | "" => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn files(entries: &[(&str, Value)]) -> BTreeMap<String, Value> {
        entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    #[test]
    fn components_of_other_files_become_components_and_keep_their_place() {
        let files = files(&[
            ("a/root.yaml", json!({"paths": {"/x": {"$ref": "x.yaml#/paths/~1x"}}})),
            (
                "a/x.yaml",
                json!({"paths": {"/x": {"get": {"s": {"$ref": "#/components/schemas/S"}}}}, "components": {"schemas": {"S": {"type": "string"}}}}),
            ),
        ]);
        let bundle = bundle("a/root.yaml", &files).unwrap();
        assert_eq!(bundle.document.pointer("/paths/~1x/get/s/$ref"), Some(&json!("#/components/schemas/S")));
        assert_eq!(bundle.document.pointer("/components/schemas/S/type"), Some(&json!("string")));
        assert_eq!(bundle.place("/paths/~1x/get"), "a/x.yaml#/paths/~1x/get");
        assert_eq!(bundle.place("/components/schemas/S/type"), "a/x.yaml#/components/schemas/S/type");
        assert_eq!(bundle.place("/info"), "a/root.yaml#/info");
    }

    #[test]
    fn two_components_of_one_name_are_kept_apart() {
        let files = files(&[
            ("r.yaml", json!({"a": {"$ref": "x.yaml#/components/schemas/S"}, "b": {"$ref": "y.yaml#/components/schemas/S"}})),
            ("x.yaml", json!({"components": {"schemas": {"S": {"const": "x"}}}})),
            ("y.yaml", json!({"components": {"schemas": {"S": {"const": "y"}}}})),
        ]);
        let document = bundle("r.yaml", &files).unwrap().document;
        assert_eq!(document.pointer("/components/schemas/S/const"), Some(&json!("x")));
        assert_eq!(document.pointer("/components/schemas/y.S/const"), Some(&json!("y")));
        assert_eq!(document.pointer("/b/$ref"), Some(&json!("#/components/schemas/y.S")));
    }

    #[test]
    fn a_dangling_reference_names_its_place() {
        let files = files(&[("r.yaml", json!({"a": {"$ref": "#/components/schemas/Missing"}}))]);
        let error = bundle("r.yaml", &files).unwrap_err();
        assert_eq!(error.place, "r.yaml#/a");
        assert!(error.message.contains("#/components/schemas/Missing leads nowhere"), "{error}");
    }

    #[test]
    fn an_anchor_is_a_name_for_a_place() {
        let schemas = json!({"Pet": {"$anchor": "pet", "type": "object"}, "Cat": {"properties": {"a": {"$anchor": "inner"}}}});
        let root = json!({"a": {"$ref": "#pet"}, "b": {"$ref": "#inner"}, "c": {"$ref": "x.yaml#pet"}, "components": {"schemas": schemas}});
        let bundled = bundle("r.yaml", &files(&[("r.yaml", root), ("x.yaml", json!({"d": {"$anchor": "pet", "const": 1}}))])).unwrap().document;
        assert_eq!(bundled["a"]["$ref"], "#/components/schemas/Pet");
        assert_eq!(bundled["b"]["$ref"], "#/components/schemas/Cat/properties/a");
        assert_eq!(bundled["c"]["const"], 1);
        let error = bundle("r.yaml", &files(&[("r.yaml", json!({"a": {"$ref": "#gone"}}))])).unwrap_err();
        assert!(error.to_string().starts_with("r.yaml#/a: refers to r.yaml#gone"), "{error}");
    }

    #[test]
    fn what_extensions_refer_to_is_nobodys_business() {
        let members = json!({
            "x-topics": [{"content": {"$ref": "docs/start.md"}}],
            "x-probity-forms": {"a": {"$ref": "x.yaml#/a"}},
            "components": {"headers": {"x-left": {"$ref": "x.yaml#/left"}}, "schemas": {"S": {"x-more": {"$ref": "gone.yaml"}, "properties": {"x-y": {"$ref": "x.yaml#/y"}}}}}
        });
        let found = file_references("r.yaml", &members);
        assert_eq!(found, [("x.yaml".to_owned(), "r.yaml#/x-probity-forms/a".to_owned())]);
        let other = json!({"a": {"const": 1}, "left": {"const": 2}, "y": {"const": 3}});
        let document = bundle("r.yaml", &files(&[("r.yaml", members), ("x.yaml", other)])).unwrap().document;
        assert_eq!(document.pointer("/x-topics/0/content/$ref"), Some(&json!("docs/start.md")));
        assert_eq!(document.pointer("/x-probity-forms/a/const"), Some(&json!(1)));
        assert_eq!(document.pointer("/components/headers/x-left/const"), Some(&json!(2)));
        assert_eq!(document.pointer("/components/schemas/S/properties/x-y/const"), Some(&json!(3)));
    }
}
