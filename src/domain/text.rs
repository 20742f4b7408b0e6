//! JSON values as the text that stands for them in a URL, an id or a message.

use serde_json::Value;

/// A text without its quotes, and any other value as JSON writes it.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
