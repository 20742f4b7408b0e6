//! The texts of a contract's files, to be looked into once more when something is said of a place in them.

use std::collections::{BTreeMap, HashMap};

use super::Source;
use super::file_places::file_places;
use crate::model::file_place::FilePlace;

/// What the texts of a contract's files can be had from, by the names that places of the contract begin with.
#[derive(Debug, Default)]
pub struct ContractTexts(BTreeMap<String, TextOrigin>);

/// One file.
#[derive(Debug)]
enum TextOrigin {
    /// It is read again: a large text is not kept for a run that may never ask for it.
    Reread(Source),
    /// It cannot be read again, or must not be fetched again: a pipe, an address. Its name, and its text.
    Kept(String, String),
}

impl ContractTexts {
    /// Notes a file that was read.
    pub(super) fn add(&mut self, file: &str, source: &Source, text: &str) {
        let origin = match source {
            Source::File(path) if path.is_file() => TextOrigin::Reread(source.clone()),
            Source::Bundled(_) => TextOrigin::Reread(source.clone()),
            Source::File(_) | Source::Web(..) => TextOrigin::Kept(source.name(), text.to_owned()),
        };
        self.0.insert(file.to_owned(), origin);
    }

    /// Where these places (file and JSON Pointer) of a contract stand. A place is left out when its file cannot be read again,
    /// or does not have it any more.
    pub fn places<'p>(&self, places: impl IntoIterator<Item = &'p str>) -> HashMap<&'p str, FilePlace> {
        let mut by_file: BTreeMap<&str, Vec<(&str, &'p str)>> = BTreeMap::new();
        for place in places {
            if let Some((file, pointer)) = self.taken_apart(place) {
                by_file.entry(file).or_default().push((pointer, place));
            }
        }
        let mut found = HashMap::new();
        for (file, wanted) in by_file {
            let Some((name, text)) = self.0.get(file).and_then(TextOrigin::text) else { continue };
            let stands = file_places(&text, wanted);
            found.extend(stands.into_iter().map(|(place, (line, column))| (place, FilePlace { file: name.clone(), line, column })));
        }
        found
    }

    /// The file and the pointer of a place; names of files may hold a `#` as well.
    fn taken_apart<'p>(&self, place: &'p str) -> Option<(&'p str, &'p str)> {
        let mut parts = place.match_indices('#').map(|(at, _)| (&place[..at], &place[at + 1..]));
        parts.find(|(file, pointer)| self.0.contains_key(*file) && (pointer.is_empty() || pointer.starts_with('/')))
    }
}

impl TextOrigin {
    /// Its name for people, and its text.
    fn text(&self) -> Option<(String, std::borrow::Cow<'_, str>)> {
        match self {
            Self::Reread(source) => Some((source.name(), source.read_plain().ok()?.into())),
            Self::Kept(name, text) => Some((name.clone(), text.into())),
        }
    }
}
