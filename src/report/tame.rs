//! A report for people and their tools: text of a server or a contract cannot leave its place in it.

use serde_json::Value;

use crate::domain::report::Report;
use crate::domain::text::one_line;

/// The same report with every text on one line, and with nothing in it that moves a cursor, turns the direction of writing, is
/// unseen, or is no character of XML 1.0 (section 2.2).
pub(super) fn tame(report: &Report) -> Report {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    texts(&mut value);
    // What was a report is one again: only letters of its texts are others.
    serde_json::from_value(value).unwrap_or_else(|_| Report { cells: Vec::new(), findings: Vec::new(), ..report.clone() })
}

fn texts(value: &mut Value) {
    match value {
        Value::String(text) => *text = one_line(text),
        Value::Array(items) => items.iter_mut().for_each(texts),
        Value::Object(members) => members.values_mut().for_each(texts),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
