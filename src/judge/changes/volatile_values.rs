//! Names what runs know by themselves, such as ids, so that it is the same on both sides.
//!
//! Known is what both runs took from the same answer, or sent at the same place of the same request.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use url::{Url, form_urlencoded};

use super::value_forms::TextForm;
use crate::judge::Recording;
use crate::judge::seen_ids;
use crate::model::exchange::{Outcome, SentRequest};
use crate::model::ids::kind_of;
use crate::model::text::unquoted_text;

/// The shortest value that is looked for within a text where it is no word of its own.
const SHORTEST_PART: usize = 6;

/// How many first bytes the index of known values goes by.
const INDEXED: usize = 3;

/// What two runs know by themselves, as pairs of what means the same.
#[derive(Debug, Default)]
pub(super) struct VolatileValues {
    pairs: HashSet<(String, String)>,
    /// Ids of one thing in both runs, equal ones too, by the kind of the thing.
    things: HashMap<String, HashSet<(String, String)>>,
    old: KnownTexts,
    new: KnownTexts,
}

/// The values of one run that have another counterpart, each with the name of what they stand for.
#[derive(Debug, Default)]
struct KnownTexts {
    names: HashMap<String, usize>,
    starts: HashMap<Vec<u8>, Vec<String>>,
    seen: RefCell<HashMap<(String, bool), String>>,
}

impl VolatileValues {
    /// What the recordings of two runs know of each other's values.
    pub(super) fn of(old: &Recording, new: &Recording) -> Self {
        let mut found = Self::default();
        found.pair_texts(&old.plan.mark, &new.plan.mark);
        let (slots, _) = seen_ids::captured_and_removed(&old.plan, &old.outcomes);
        let (others, _) = seen_ids::captured_and_removed(&new.plan, &new.outcomes);
        for (slot, value) in &slots {
            let Some(other) = others.get(slot) else { continue };
            let (value, other) = (unquoted_text(value), unquoted_text(other));
            found.pair_texts(&value, &other);
            found.things.entry(kind_of(slot).to_owned()).or_default().insert((value, other));
        }
        let outcomes: HashMap<&str, &Outcome> = new.outcomes.outcomes.iter().map(|outcome| (outcome.probe.as_str(), outcome)).collect();
        for outcome in &old.outcomes.outcomes {
            let Some(other) = outcomes.get(outcome.probe.as_str()) else { continue };
            for (exchange, other) in outcome.exchanges.iter().zip(&other.exchanges) {
                found.pair_requests(&exchange.request, &other.request);
            }
        }
        found.name();
        found
    }

    fn pair_texts(&mut self, old: &str, new: &str) {
        if old != new && !old.is_empty() && !new.is_empty() {
            self.pairs.insert((old.to_owned(), new.to_owned()));
        }
    }

    /// What stands at the same place of two requests.
    fn pair_requests(&mut self, old: &SentRequest, new: &SentRequest) {
        if let (Ok(old), Ok(new)) = (Url::parse(&old.url), Url::parse(&new.url)) {
            for part in [|url: &Url| url.origin().ascii_serialization(), |url: &Url| url.authority().to_owned()] {
                self.pair_texts(&part(&old), &part(&new));
            }
            let segments = |url: &Url| url.path().split('/').map(crate::judge::redaction::decoded).collect::<Vec<_>>();
            segments(&old).iter().zip(&segments(&new)).for_each(|(old, new)| self.pair_texts(old, new));
            old.query_pairs().zip(new.query_pairs()).filter(|(old, new)| old.0 == new.0).for_each(|(old, new)| self.pair_texts(&old.1, &new.1));
        }
        old.headers.iter().zip(&new.headers).filter(|(old, new)| old.0 == new.0).for_each(|(old, new)| self.pair_texts(&old.1, &new.1));
        let (Some(old), Some(new)) = (&old.body, &new.body) else { return };
        if let (Ok(old), Ok(new)) = (serde_json::from_str::<Value>(old), serde_json::from_str::<Value>(new)) {
            self.pair_values(&old, &new);
        } else {
            let pairs = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
            pairs(old).iter().zip(&pairs(new)).filter(|(old, new)| old.0 == new.0).for_each(|(old, new)| self.pair_texts(&old.1, &new.1));
            // The parts of a form stand on lines of their own, names of files in quotes.
            let parts = |text: &str| text.lines().flat_map(|line| line.trim_end().split('"')).map(str::to_owned).collect::<Vec<_>>();
            parts(old).iter().zip(&parts(new)).for_each(|(old, new)| self.pair_texts(old, new));
        }
    }

    fn pair_values(&mut self, old: &Value, new: &Value) {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => {
                old.iter().filter_map(|(name, old)| Some((old, new.get(name)?))).for_each(|(old, new)| self.pair_values(old, new));
            }
            (Value::Array(old), Value::Array(new)) => old.iter().zip(new).for_each(|(old, new)| self.pair_values(old, new)),
            (old, new) if is_leaf(old) && is_leaf(new) => self.pair_texts(&unquoted_text(old), &unquoted_text(new)),
            _ => {}
        }
    }

    /// Gives one name to everything that means the same.
    fn name(&mut self) {
        let mut pairs: Vec<&(String, String)> = self.pairs.iter().collect();
        pairs.sort_unstable();
        let mut names = Names::default();
        for (old, new) in pairs {
            names.join_names((false, old), (true, new));
        }
        // What one run knows may stand in a text of the other, too, where it means something else.
        let known: Vec<&str> = names.numbers.keys().map(|(_, text)| *text).collect();
        for text in known {
            names.join_names((false, text), (true, text));
        }
        for ((is_new, text), name) in names.all() {
            let side = if is_new { &mut self.new } else { &mut self.old };
            side.add_value(&text, name);
        }
    }

    /// Whether two values mean the same.
    pub(super) fn is_equivalent(&self, old: &Value, new: &Value) -> bool {
        match (old, new) {
            (Value::String(old), Value::String(new)) => self.texts_alike(old, new),
            (Value::Object(old), Value::Object(new)) => {
                old.len() == new.len() && old.iter().all(|(name, old)| new.get(name).is_some_and(|new| self.is_equivalent(old, new)))
            }
            (Value::Array(old), Value::Array(new)) => old.len() == new.len() && old.iter().zip(new).all(|(old, new)| self.is_equivalent(old, new)),
            (old, new) => old == new || (is_leaf(old) && is_leaf(new) && self.is_pair(&unquoted_text(old), &unquoted_text(new))),
        }
    }

    /// Whether two texts mean the same: equal, paired, of a form that varies by its nature, or equal but for such parts.
    pub(super) fn texts_alike(&self, old: &str, new: &str) -> bool {
        let form = TextForm::of(old);
        let named = |forms_first| self.old.with_names(old, forms_first) == self.new.with_names(new, forms_first);
        // Of what varies by its nature one run may know more than the other.
        old == new || self.is_pair(old, new) || (form.is_volatile() && form == TextForm::of(new)) || named(false) || named(true)
    }

    /// Whether two ids are of one thing: of the same kind, where the runs know things of this kind by it.
    pub(super) fn is_one_thing(&self, kind: &str, old: &str, new: &str) -> bool {
        let ids = (old.to_owned(), new.to_owned());
        self.things.get(kind).map_or_else(|| self.things.values().any(|known| known.contains(&ids)), |known| known.contains(&ids))
    }

    /// Whether both runs have put these two at the same place.
    pub(super) fn is_pair(&self, old: &str, new: &str) -> bool {
        self.pairs.contains(&(old.to_owned(), new.to_owned()))
    }
}

fn is_leaf(value: &Value) -> bool {
    !matches!(value, Value::Object(_) | Value::Array(_))
}

impl KnownTexts {
    fn add_value(&mut self, text: &str, name: usize) {
        self.names.insert(text.to_owned(), name);
        let start = text.as_bytes()[..text.len().min(INDEXED)].to_vec();
        let known = self.starts.entry(start).or_default();
        known.push(text.to_owned());
        known.sort_by_key(|text| std::cmp::Reverse(text.len()));
    }

    /// A text with names for everything that is known, and for what varies by its nature.
    fn with_names(&self, text: &str, forms_first: bool) -> String {
        let asked = (text.to_owned(), forms_first);
        if let Some(known) = self.seen.borrow().get(&asked) {
            return known.clone();
        }
        let mut named = String::new();
        let mut at = 0;
        while let Some(letter) = text[at..].chars().next() {
            if let Some((length, name)) = self.known_value_at(text, at, forms_first) {
                named.push_str(&name);
                at += length;
            } else {
                named.push(letter);
                at += letter.len_utf8();
            }
        }
        self.seen.borrow_mut().insert(asked, named.clone());
        named
    }

    /// How long what is known and begins here is, and its name.
    fn known_value_at(&self, text: &str, at: usize, forms_first: bool) -> Option<(usize, String)> {
        let rest = &text[at..];
        let is_word = |letter: char| letter.is_alphanumeric();
        let free_before = !text[..at].ends_with(is_word);
        let fits = |known: &str| {
            let free = free_before && !rest[known.len()..].starts_with(is_word);
            free || (known.len() >= SHORTEST_PART && !known.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let starts = (1..=INDEXED).rev().filter_map(|count| self.starts.get(rest.as_bytes().get(..count)?));
        let known = starts.flatten().find(|known| rest.starts_with(known.as_str()) && fits(known));
        if let Some(known) = known.filter(|known| !(forms_first && TextForm::of(known).is_volatile())) {
            return Some((known.len(), format!("[{}]", self.names.get(known)?)));
        }
        let end = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || "-:.+".contains(letter))).unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches('.');
        let form = TextForm::of(word);
        (free_before && form.is_volatile()).then(|| (word.len(), format!("[{}]", form.as_str())))
    }
}

/// Everything that means the same has one number.
#[derive(Default)]
struct Names<'a> {
    numbers: BTreeMap<(bool, &'a str), usize>,
    parents: Vec<usize>,
}

impl<'a> Names<'a> {
    fn number(&mut self, text: (bool, &'a str)) -> usize {
        let next = self.parents.len();
        let number = *self.numbers.entry(text).or_insert(next);
        if number == next {
            self.parents.push(next);
        }
        self.root(number)
    }

    fn root(&self, mut number: usize) -> usize {
        while self.parents[number] != number {
            number = self.parents[number];
        }
        number
    }

    fn join_names(&mut self, old: (bool, &'a str), new: (bool, &'a str)) {
        let (one, other) = (self.number(old), self.number(new));
        self.parents[one.max(other)] = one.min(other);
    }

    fn all(&self) -> Vec<((bool, String), usize)> {
        self.numbers.iter().map(|((is_new, text), number)| ((*is_new, (*text).to_owned()), self.root(*number))).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known(pairs: &[(&str, &str)]) -> VolatileValues {
        let mut known = VolatileValues::default();
        for (old, new) in pairs {
            known.pair_texts(old, new);
        }
        known.name();
        known
    }

    #[test]
    fn what_both_runs_know_is_the_same_as_a_whole_and_as_a_part() {
        let known = known(&[("17", "2041"), ("probity-a1", "probity-b2"), ("http://127.0.0.1:1", "http://127.0.0.1:2")]);
        assert!(known.is_equivalent(&json!(17), &json!(2041)) && known.is_equivalent(&json!({"id": "17"}), &json!({"id": "2041"})));
        assert!(known.texts_alike("/v1/things/17?a=1", "/v1/things/2041?a=1"));
        assert!(known.texts_alike("Thing probity-a1-3 is taken", "Thing probity-b2-3 is taken"));
        assert!(known.texts_alike("http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"));
        assert!(known.texts_alike("until 2024-01-02T03:04:05Z", "until 2025-01-02T03:04:09Z"));
    }

    #[test]
    fn anything_else_is_another_value() {
        let known = known(&[("17", "2041"), ("18", "2042")]);
        assert!(!known.is_equivalent(&json!("17"), &json!("2042")), "a relation between two things is asserted");
        assert!(!known.texts_alike("/v1/things/17", "/v1/things/2042"));
        assert!(!known.texts_alike("limit 170", "limit 20410"), "a part of a number is no id");
        assert!(!known.is_equivalent(&json!("17"), &json!("until 2041")) && !known.is_equivalent(&json!(1), &json!(1.0)));
        assert!(!known.texts_alike("2024-01-02T03:04:05Z", "2024-01-02T03:04:05+00:00"), "the form is asserted");
    }

    #[test]
    fn an_id_that_both_runs_have_is_the_same_although_it_names_something_else_too() {
        let known = known(&[("1000", "1000"), ("1000", "1002"), ("77", "88")]);
        assert!(known.texts_alike("The path names 1000, the body 77.", "The path names 1000, the body 88."));
    }

    #[test]
    fn two_things_that_are_one_in_another_run_stay_comparable() {
        let known = known(&[("1", "5"), ("1", "6")]);
        assert!(known.is_equivalent(&json!("1"), &json!("5")) && known.is_equivalent(&json!("1"), &json!("6")) && known.texts_alike("/a/1", "/a/6"));
    }
}
