//! Finds operations by their ids in constant time, because large documents have tens of thousands of them.

use std::collections::HashMap;
use std::sync::OnceLock;

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
