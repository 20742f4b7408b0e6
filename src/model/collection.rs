//! Finds the operations that are about the items of a collection, by their paths.

use super::contract::Operation;

impl Operation {
    /// Whether its path is one parameter longer than that of a collection: it is about single items of it.
    pub fn is_in(&self, collection: &str) -> bool {
        let rest = self.path.trim_end_matches('/').strip_prefix(collection.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with("/{") && !rest[1..].contains('/'))
    }
}
