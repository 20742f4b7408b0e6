//! Prints the answers of one operation with volatile values replaced by names, to compare runs.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::contract::expressions::captured;
use crate::model::exchange::{Answer, AnswerContent, Outcome, Outcomes};
use crate::model::plan::{Origin, Plan, Probe, SlotId};
use crate::model::text::unquoted_text;

/// Header fields that belong to the connection, not to the answer (RFC 9110, section 7.6.1, and `Date`, `Content-Length`).
const CONNECTION: [&str; 5] = ["date", "content-length", "connection", "keep-alive", "transfer-encoding"];

/// What every probe of an operation was answered, in the order of the plan. Ids, moments, cursors and waits are replaced
/// by names; nothing else is.
pub fn snapshot(plan: &Plan, outcomes: &Outcomes, operation: &str) -> String {
    let names = VolatileNames::of(plan, outcomes);
    let mut text = String::new();
    let own = |probe: &&Probe| probe.operation == operation || probe.also.iter().any(|also| also == operation) || probe.id.is_named_after(operation);
    let mut probes: Vec<&Probe> = plan.probes.iter().filter(own).collect();
    probes.sort_by(|one, other| (one.status, &one.id).cmp(&(other.status, &other.id)));
    for probe in probes {
        let fault = probe.fault.as_ref().map_or_else(|| "a valid request".to_owned(), |fault| fault.words.clone());
        let _ = writeln!(text, "## {} {}\n{} {}: {fault}\n", probe.status, probe.trigger, probe.request.method, probe.request.path);
        match outcomes.of(&probe.id).and_then(Outcome::answer) {
            Some(answer) => names.answer(&mut text, answer, probe),
            None => text.push_str("no answer\n"),
        }
        text.push('\n');
    }
    text
}

/// The names of volatile values.
struct VolatileNames<'a> {
    plan: &'a Plan,
    values: BTreeMap<SlotId, Value>,
}

impl<'a> VolatileNames<'a> {
    fn of(plan: &'a Plan, outcomes: &Outcomes) -> Self {
        let mut values = BTreeMap::new();
        for (id, slot) in &plan.slots {
            if let Origin::Given(value) = &slot.origin {
                values.insert(id.clone(), Value::String(value.clone()));
            }
        }
        for outcome in &outcomes.outcomes {
            let Some(probe) = plan.probe(&outcome.probe) else { continue };
            for capture in &probe.captures {
                if let Some(value) = outcome.answer().and_then(|answer| captured(capture, answer, probe, &values)) {
                    values.insert(capture.slot.clone(), value);
                }
            }
        }
        Self { plan, values }
    }

    fn answer(&self, text: &mut String, answer: &Answer, probe: &Probe) {
        let _ = writeln!(text, "HTTP {}", answer.status);
        let mut headers: Vec<&(String, String)> = answer.headers.iter().filter(|(name, _)| !CONNECTION.contains(&name.as_str())).collect();
        headers.sort();
        for (name, value) in headers {
            let value = if name.ends_with("retry-after") { "[seconds]".to_owned() } else { self.text(value, probe) };
            let _ = writeln!(text, "{name}: {value}");
        }
        let body = match &answer.body {
            AnswerContent::Empty => String::new(),
            AnswerContent::Json(value) => serde_json::to_string_pretty(&self.value(value, probe)).unwrap_or_default(),
            AnswerContent::Text(body) | AnswerContent::Xml { text: body, .. } => self.text(body, probe),
            AnswerContent::Bytes(count) => format!("{count} bytes that are no text"),
            AnswerContent::TooLong(count) => format!("more than {count} bytes"),
            AnswerContent::Unread(reason) => format!("not read: {reason}"),
            AnswerContent::Withheld(reason) => format!("not compared: {reason}"),
        };
        if !body.is_empty() {
            let _ = writeln!(text, "\n{}", body.trim_end());
        }
    }

    fn value(&self, value: &Value, probe: &Probe) -> Value {
        match value {
            Value::Object(members) => {
                let kind = members.get("type").and_then(Value::as_str);
                let named = members.iter().map(|(name, member)| {
                    let id = (name == "id").then(|| self.name_of(member, |own| kind == Some(own))).flatten();
                    (name.clone(), id.map_or_else(|| self.value(member, probe), Value::String))
                });
                Value::Object(named.collect())
            }
            Value::Array(items) => items.iter().map(|item| self.value(item, probe)).collect(),
            Value::String(text) => Value::String(self.text(text, probe)),
            Value::Number(_) => self.needed(value, probe).map_or_else(|| value.clone(), Value::String),
            plain => plain.clone(),
        }
    }

    /// A text with names for the ids of paths, the moments and the cursors in it.
    fn text(&self, text: &str, probe: &Probe) -> String {
        if is_moment(text) {
            return "[moment]".to_owned();
        }
        if let Some(name) = self.needed(&Value::String(text.to_owned()), probe) {
            return name;
        }
        if !text.contains('/') {
            return text.to_owned();
        }
        let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
        let segments: Vec<&str> = path.split('/').collect();
        let named = segments.iter().enumerate().map(|(index, segment)| {
            let kind = index.checked_sub(1).and_then(|before| segments.get(before)).copied().unwrap_or_default();
            let value = Value::String((*segment).to_owned());
            self.name_of(&value, |own| own == kind).or_else(|| self.needed(&value, probe)).unwrap_or_else(|| (*segment).to_owned())
        });
        let path = named.collect::<Vec<_>>().join("/");
        query.map_or_else(|| path.clone(), |query| format!("{path}?{}", without_cursor(query)))
    }

    /// The name of a value that the probe itself was about.
    fn needed(&self, value: &Value, probe: &Probe) -> Option<String> {
        let slots = probe.needs.iter().chain(probe.captures.iter().map(|capture| &capture.slot));
        slots.into_iter().find(|slot| self.values.get(*slot).is_some_and(|own| is_same_id(own, value))).map(|slot| format!("[{slot}]"))
    }

    fn name_of(&self, value: &Value, kind: impl Fn(&str) -> bool) -> Option<String> {
        let named = self.values.iter().find(|(slot, own)| is_same_id(own, value) && self.plan.slots.get(*slot).is_some_and(|slot| kind(&slot.kind)));
        named.map(|(slot, _)| format!("[{slot}]"))
    }
}

/// The same id, written as text or as a number.
fn is_same_id(one: &Value, other: &Value) -> bool {
    !unquoted_text(other).is_empty() && unquoted_text(one) == unquoted_text(other)
}

/// A moment of RFC 3339, section 5.6.
fn is_moment(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 20
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && matches!(bytes[10], b'T' | b't')
        && bytes[13] == b':'
        && bytes[..4].iter().all(u8::is_ascii_digit)
}

/// A query whose cursors are named: values of parameters that carry on where a page ended.
fn without_cursor(query: &str) -> String {
    let carries_on = |name: &str| ["after", "before", "cursor"].iter().any(|word| name.contains(word));
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if carries_on(name) && !name.contains("filter") => format!("{name}=[cursor]"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_cursors_are_named_and_nothing_else() {
        assert!(is_moment("2024-02-03T04:05:06Z") && !is_moment("2024-02-03") && !is_moment("a text with T in position"));
        assert_eq!(without_cursor("page[limit]=5&page[after]=77"), "page[limit]=5&page[after]=[cursor]");
        assert_eq!(without_cursor("filter[created_after]=2024-01-01"), "filter[created_after]=2024-01-01");
    }
}
