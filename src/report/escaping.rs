//! Escapes text from a server or a contract, so that it cannot break out of its place in a report.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::report::Report;
use crate::model::text::one_line;

/// The same report with every text on one line, and with nothing in it that moves a cursor, turns the direction of writing, is
/// unseen, or is no character of XML 1.0 (section 2.2).
pub(super) fn single_line_report(report: &Report) -> Report {
    // What was a report is one again: only letters of its texts are others.
    single_line_texts(report).unwrap_or_else(|_| Report { cells: Vec::new(), findings: Vec::new(), ..report.clone() })
}

/// The same value with every text on one line, names of members among them.
///
/// # Errors
/// It cannot be written as JSON, or not read again.
pub fn single_line_texts<T: Serialize + DeserializeOwned>(value: &T) -> Result<T, serde_json::Error> {
    serde_json::from_value(texts(serde_json::to_value(value)?))
}

fn texts(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(one_line(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(texts).collect()),
        Value::Object(members) => Value::Object(members.into_iter().map(|(name, member)| (one_line(&name), texts(member))).collect()),
        plain => plain,
    }
}
