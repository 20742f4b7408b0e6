//! `error-text`: a refusal says why in other words, at another place, or in another language.

use serde_json::Value;

use super::{ListKind, ListPair, PlaceKind};
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;
use crate::model::text::unquoted_text;

pub(super) const KIND: PlaceKind = PlaceKind { name: "error-text", see };

/// How many things a refusal names.
pub(super) const COUNT: ListKind = ListKind { name: "error-text", see: see_count };

/// Members that hold words for people.
const WORDS: &[&str] = &["description", "detail", "error_description", "message", "reason", "title"];

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    let (old, new) = place.values().filter(|_| place.answers.refuses())?;
    if old.is_object() || old.is_array() || new.is_object() || new.is_array() || place.is_alike() {
        return None;
    }
    // Numbers in words count what was sent, which may be longer in another run.
    let without_digits = |value: &Value| unquoted_text(value).chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    if WORDS.contains(&place.name) && without_digits(old) == without_digits(new) {
        return None;
    }
    let (key, what) = if WORDS.contains(&place.name) { ("words", "words") } else { (place.name, place.name) };
    let reason = format!("refusals have other {what}: who shows or reads them sees it");
    Some(Sighting::new(ChangeClass::Risky, key, reason).between(place.before(), place.value_after()))
}

fn see_count(lists: &ListPair<'_, '_>) -> Option<Sighting> {
    let (old, new) = (lists.old.len(), lists.new.len());
    if !lists.answers.refuses() || old == new {
        return None;
    }
    let reason = format!("a refusal names {new} errors, and {old} before");
    Some(Sighting::new(ChangeClass::Risky, "count", reason).between(Some(old.to_string()), Some(new.to_string())))
}
