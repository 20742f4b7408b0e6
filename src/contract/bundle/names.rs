//! Chooses names for the components of the bundled document.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::pointer_of;
use crate::contract::pointer::unescape;

/// Sections of `components` whose entries keep their names.
const SECTIONS: [&str; 10] =
    ["schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes", "links", "callbacks", "mediaTypes"];

/// Tokens of a pointer that name nothing.
const NAMELESS: [&str; 8] = ["schema", "items", "properties", "definitions", "$defs", "schemas", "allOf", "oneOf"];

/// Names given so far.
#[derive(Debug, Default)]
pub(super) struct UniqueNames {
    /// Section and name, with the file and pointer that they stand for.
    taken: HashMap<(String, String), (String, String)>,
    /// The same the other way round.
    given: HashMap<(String, String, String), String>,
}

impl UniqueNames {
    /// Keeps the names of the root's own components.
    pub(super) fn claim(&mut self, root: &str, document: &Value) {
        let sections = document
            .get("components")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(section, entries)| (section.as_str(), entries, "/components"));
        let older = document.get("definitions").map(|entries| ("definitions", entries, ""));
        for (section, entries, above) in sections.chain(older) {
            for name in entries.as_object().into_iter().flat_map(Map::keys) {
                let pointer = format!("{above}{}", pointer_of(&[section, name]));
                self.taken.insert((section.to_owned(), name.clone()), (root.to_owned(), pointer));
            }
        }
    }

    /// The name of what stands at a pointer of a file, and whether it is new.
    pub(super) fn name(&mut self, section: &str, file: &str, pointer: &str) -> (String, bool) {
        let key = (section.to_owned(), file.to_owned(), pointer.to_owned());
        if let Some(known) = self.given.get(&key) {
            return (known.clone(), false);
        }
        let stem = file.rsplit('/').next().unwrap_or(file).split('.').next().unwrap_or_default();
        let last = pointer.split('/').skip(1).map(unescape).filter(|token| is_name(token)).last().unwrap_or_else(|| stem.to_owned());
        let name = component_name(&last);
        let tries = [name.clone(), component_name(&format!("{stem}.{name}")), component_name(&format!("{}.{name}", file.replace('/', ".")))];
        let numbered = (2..).map(|number: u32| format!("{name}.{number}"));
        let origin = (file.to_owned(), pointer.to_owned());
        let free = |candidate: &String| self.taken.get(&(section.to_owned(), candidate.clone())).is_none_or(|taken| *taken == origin);
        let name = tries.into_iter().chain(numbered).find(free).unwrap_or(name);
        self.taken.insert((section.to_owned(), name.clone()), origin);
        self.given.insert(key, name.clone());
        (name, true)
    }
}

fn is_name(token: &str) -> bool {
    !NAMELESS.contains(&token) && token.parse::<usize>().is_err()
}

/// A name of the characters that a component's may have (OpenAPI, Components Object).
fn component_name(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' }).collect()
}

/// The section of `components` that a pointer leads into, when it leads to one of its entries.
pub(super) fn section(pointer: &str) -> Option<&str> {
    let mut tokens = pointer.strip_prefix("/components/")?.split('/');
    let (section, _) = (tokens.next()?, tokens.next()?);
    (tokens.next().is_none() && SECTIONS.contains(&section)).then_some(section)
}
