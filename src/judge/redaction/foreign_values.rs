//! Finds other people's values again in free text, such as messages of findings.

use std::collections::HashMap;

use serde_json::Value;

use crate::model::text::{one_line, unquoted_text};

/// From so many letters on a value is looked for anywhere in a sentence; a shorter one only in quotes, because sentences are
/// made of such letters, and a number such as a status or a count belongs to no person.
const LEAST: usize = 4;

/// Sentences of ours end a value that is too long with this.
const CUT: char = '…';

/// How far a sentence is looked through for the end of a value that is cut, in bytes: more than any of them shows.
const LONGEST_CUT: usize = 1024;

/// Values that are another user's, each with what stands in its place.
#[derive(Debug, Default)]
pub struct ForeignValues {
    /// By their first letters, the longest first.
    long: HashMap<String, Vec<(String, String)>>,
    short: HashMap<String, String>,
}

impl ForeignValues {
    /// Adds a value in every form in which a sentence may show it.
    pub fn add(&mut self, value: &Value, stand_in: &str) {
        let text = unquoted_text(value);
        if value.is_number() {
            return self.add_form(text, stand_in);
        }
        let json = Value::from(text.as_str()).to_string();
        let inner = json.get(1..json.len().saturating_sub(1)).unwrap_or_default();
        let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty());
        let mut forms = vec![one_line(&text), one_line(inner), words.collect::<Vec<_>>().join(" ")];
        forms.dedup();
        for form in forms {
            self.add_form(form, stand_in);
        }
    }

    fn add_form(&mut self, form: String, stand_in: &str) {
        let Some(start) = start(&form) else {
            if !form.is_empty() {
                self.short.insert(form, stand_in.to_owned());
            }
            return;
        };
        let known = self.long.entry(start.to_owned()).or_default();
        let at = known.partition_point(|(other, _)| other.len() > form.len());
        if known[at..].iter().take_while(|(other, _)| other.len() == form.len()).all(|(other, _)| *other != form) {
            known.insert(at, (form, stand_in.to_owned()));
        }
    }

    /// A sentence without them.
    pub fn scrub(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let (mut rest, mut before) = (text, None);
        while let Some(first) = rest.chars().next() {
            let within = |before: char| before.is_alphanumeric() && first.is_alphanumeric();
            let found = if before.is_some_and(within) { None } else { self.at(rest, before) };
            let length = if let Some((length, stand_in)) = found {
                out.push_str(stand_in);
                length
            } else {
                out.push(first);
                first.len_utf8()
            };
            before = rest.get(..length).and_then(|done| done.chars().next_back());
            rest = rest.get(length..).unwrap_or_default();
        }
        out
    }

    /// The value that a text begins with: its length in bytes, and what stands in its place.
    fn at(&self, text: &str, before: Option<char>) -> Option<(usize, &str)> {
        let cut = || text.bytes().take(LONGEST_CUT).len().min(text.find(CUT).unwrap_or(usize::MAX));
        let ends = |form: &str| {
            let next = text.get(form.len()..).and_then(|rest| rest.chars().next());
            let last = form.chars().next_back();
            !(next.is_some_and(char::is_alphanumeric) && last.is_some_and(char::is_alphanumeric))
        };
        if let Some(known) = start(text).and_then(|start| self.long.get(start)) {
            if let Some((form, stand_in)) = known.iter().find(|(form, _)| text.starts_with(form.as_str()) && ends(form)) {
                return Some((form.len(), stand_in));
            }
            let cut = cut();
            let piece = text.get(..cut).filter(|_| text.get(cut..).is_some_and(|rest| rest.starts_with(CUT)))?;
            let (_, stand_in) = known.iter().find(|(form, _)| form.len() > cut && form.starts_with(piece))?;
            return Some((cut, stand_in));
        }
        let quoted = before.filter(|before| matches!(before, '"' | '\''))?;
        let end = text.find(quoted)?;
        self.short.get(text.get(..end)?).map(|stand_in| (end, stand_in.as_str()))
    }
}

/// The first letters of a text; `None` of one that has fewer.
fn start(text: &str) -> Option<&str> {
    let (end, letter) = text.char_indices().nth(LEAST - 1)?;
    text.get(..end + letter.len_utf8())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn foreign(values: &[Value]) -> ForeignValues {
        let mut foreign = ForeignValues::default();
        for value in values {
            foreign.add(value, "*");
        }
        foreign
    }

    #[test]
    fn a_value_is_found_as_a_whole_in_every_form() {
        let known = foreign(&[json!("Jane \"J\"\nDoe"), json!("Jane"), json!(1234.5)]);
        assert_eq!(known.scrub("it is Jane \"J\" Doe, not Janet"), "it is *, not Janet");
        assert_eq!(known.scrub(r#"{"name":"Jane \"J\"\nDoe","n":1234.5}"#), r#"{"name":"*","n":*}"#);
        assert_eq!(known.scrub("(Jane) and 11234.5 or 1234.56"), "(*) and 11234.5 or 1234.56");
    }

    #[test]
    fn a_value_that_is_cut_is_found_by_its_beginning() {
        let known = foreign(&[json!("Jane Doe of 12 Long Street")]);
        assert_eq!(known.scrub("text: Jane Doe of…"), "text: *…");
        assert_eq!(known.scrub("Jane… and Jan…"), "*… and Jan…");
    }

    #[test]
    fn a_short_value_is_found_in_quotes_only() {
        let known = foreign(&[json!("AB"), json!(409)]);
        assert_eq!(known.scrub(r#"AB: "AB" is answered 409 in AB"#), r#"AB: "*" is answered 409 in AB"#);
    }
}
