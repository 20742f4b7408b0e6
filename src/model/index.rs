//! Finds operations by their ids in constant time, because large documents have tens of thousands of them.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::contract::Operation;

/// Where operations stand by id, made when the first one is asked for. Ids and their order must not change later;
/// where they do all the same, the list is searched from its start.
#[derive(Debug, Clone, Default)]
pub struct OperationIndex(OnceLock<HashMap<String, usize>>);

impl OperationIndex {
    /// The operation with this id.
    pub(super) fn find<'a>(&self, operations: &'a [Operation], id: &str) -> Option<&'a Operation> {
        let known = self.0.get_or_init(|| {
            let mut places = HashMap::with_capacity(operations.len());
            for (place, operation) in operations.iter().enumerate() {
                places.entry(operation.id.clone()).or_insert(place);
            }
            places
        });
        let found = known.get(id).and_then(|place| operations.get(*place)).filter(|operation| operation.id == id);
        let changed = || known.len() != operations.len() || known.contains_key(id);
        found.or_else(|| if changed() { operations.iter().find(|operation| operation.id == id) } else { None })
    }
}
