//! Marks the parts of schemas that cannot be read, so that no value is judged by them.

use serde_json::{Map, Value};

/// In place of what cannot be read of a schema: JSON Pointers from the schema to keywords, without the first slash, each with the
/// reason; or the reason alone, where nothing of it can be. No value can be judged by it.
pub const UNREAD: &str = "x-probity-unread";

/// Where the schema stands of a body about which the document says nothing that can be read.
pub const UNREAD_SCHEMA: &str = "/x-probity-unread-body";

/// In a schema whose `oneOf` has branches that no value fits alone: what is wrong with them. A value that fits several of them is
/// not judged by `oneOf`.
pub const OVERLAP: &str = "x-probity-overlap";

/// Notes in a schema that a keyword of it cannot be read, and why.
pub fn unread(schema: &mut Map<String, Value>, keyword: &str, why: &str) {
    let known = schema.entry(UNREAD.to_owned()).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(keywords) = known {
        keywords.insert(keyword.to_owned(), Value::from(why));
    }
}
