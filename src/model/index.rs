//! Finds operations and probes by their ids in constant time, because large documents have tens of thousands of them.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Where operations stand by id, made when the first one is asked for. Ids and their order must not change later;
/// where they do all the same, the list is searched from its start.
#[derive(Debug, Clone, Default)]
pub struct OperationIndex(OnceLock<HashMap<String, usize>>);

impl OperationIndex {
    /// The operation with this id; `id_of` is how an operation tells its own.
    pub(super) fn find<'a, T>(&self, operations: &'a [T], id: &str, id_of: impl Fn(&T) -> &str) -> Option<&'a T> {
        let known = self.0.get_or_init(|| {
            let mut places = HashMap::with_capacity(operations.len());
            for (place, operation) in operations.iter().enumerate() {
                places.entry(id_of(operation).to_owned()).or_insert(place);
            }
            places
        });
        let found = known.get(id).and_then(|place| operations.get(*place)).filter(|operation| id_of(operation) == id);
        let changed = || known.len() != operations.len() || known.contains_key(id);
        found.or_else(|| if changed() { operations.iter().find(|operation| id_of(operation) == id) } else { None })
    }
}

/// Where operations stand by their paths, made when it is first asked. Paths and their order must not change later.
#[derive(Debug, Clone, Default)]
pub struct RouteIndex(OnceLock<KnownRoutes>);

#[derive(Debug, Clone, Default)]
struct KnownRoutes {
    /// By the whole path.
    paths: HashMap<String, Vec<usize>>,
    /// By the path of the collection whose single items they are about.
    collections: HashMap<String, Vec<usize>>,
}

impl RouteIndex {
    fn routes<'p>(&self, paths: impl Iterator<Item = &'p str>) -> &KnownRoutes {
        self.0.get_or_init(|| {
            let mut known = KnownRoutes::default();
            for (place, path) in paths.enumerate() {
                known.paths.entry(path.to_owned()).or_default().push(place);
                if let Some((collection, _)) = path.trim_end_matches('/').rsplit_once('/').filter(|(_, item)| item.starts_with('{')) {
                    known.collections.entry(collection.to_owned()).or_default().push(place);
                }
            }
            known
        })
    }

    /// Those on a path.
    pub(super) fn on<'p>(&self, paths: impl Iterator<Item = &'p str>, path: &str) -> &[usize] {
        self.routes(paths).paths.get(path).map_or(&[], Vec::as_slice)
    }

    /// Those about single items of a collection.
    pub(super) fn items_of_collection<'p>(&self, paths: impl Iterator<Item = &'p str>, collection: &str) -> &[usize] {
        self.routes(paths).collections.get(collection.trim_end_matches('/')).map_or(&[], Vec::as_slice)
    }
}

/// Where the probes of a plan stand by id. While a plan is made, probes are added, moved and taken out: a place is looked at
/// before it is told, and all are read again when it is not right any more.
#[derive(Debug, Default)]
pub struct ProbeIndex(Mutex<KnownPlaces>);

#[derive(Debug, Default)]
struct KnownPlaces {
    places: HashMap<String, usize>,
    /// How many probes have been read.
    read: usize,
}

impl KnownPlaces {
    fn read<T>(&mut self, items: &[T], id_of: impl Fn(&T) -> &str) {
        for (place, item) in items.iter().enumerate().skip(self.read) {
            self.places.entry(id_of(item).to_owned()).or_insert(place);
        }
        self.read = items.len();
    }
}

/// A copy reads its own.
impl Clone for ProbeIndex {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl ProbeIndex {
    /// Where the first probe with this id stands.
    pub(super) fn find<T>(&self, items: &[T], id: &str, id_of: impl Fn(&T) -> &str) -> Option<usize> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.read < items.len() {
            known.read(items, &id_of);
        }
        let is_there = |place: &usize| items.get(*place).is_some_and(|item| id_of(item) == id);
        if let Some(place) = known.places.get(id).copied().filter(is_there) {
            return Some(place);
        }
        let place = items.iter().position(|item| id_of(item) == id)?;
        *known = KnownPlaces::default();
        known.read(items, &id_of);
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_is_found_wherever_it_has_moved() {
        let (index, mut probes) = (ProbeIndex::default(), vec!["a".to_owned(), "b".to_owned()]);
        let find = |probes: &[String], id: &str| index.find(probes, id, String::as_str);
        assert_eq!((find(&probes, "a"), find(&probes, "b"), find(&probes, "c")), (Some(0), Some(1), None));
        probes.insert(0, "c".to_owned());
        assert_eq!((find(&probes, "c"), find(&probes, "a"), find(&probes, "b")), (Some(0), Some(1), Some(2)));
        probes.remove(1);
        probes.push("d".to_owned());
        assert_eq!((find(&probes, "d"), find(&probes, "b"), find(&probes, "a")), (Some(2), Some(1), None));
        probes.reverse();
        assert_eq!((find(&probes, "d"), find(&probes, "b"), find(&probes, "c")), (Some(0), Some(1), Some(2)));
    }
}
