//! `top-shape`: the body as a whole is something else: a list for an object, another wrapper, text for JSON.

use serde_json::Value;

use super::PlaceKind;
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::{Seen, Sighting};
use crate::judge::changes::place_pair::PlacePair;
use crate::judge::changes::value_forms::type_of;
use crate::model::change::ChangeClass;
use crate::model::exchange::AnswerContent;

pub(super) const KIND: PlaceKind = PlaceKind { name: "top-shape", see };

/// Members that wrap what a body is about.
const WRAPPERS: &[&str] = &["data", "errors", "items", "results"];

fn see(place: &PlacePair<'_, '_>) -> Option<Sighting> {
    let ([old], [new]) = (place.old.values.as_slice(), place.new.values.as_slice()) else { return None };
    if !place.at.is_empty() {
        return None;
    }
    let (was, is) = (shape_name(old), shape_name(new));
    (was != is).then(|| shape_change(&was, &is))
}

fn shape_change(was: &str, is: &str) -> Sighting {
    let reason = format!("the body is {is}, and was {was}");
    Sighting::new(ChangeClass::Breaking, format!("{was} -> {is}"), reason).between(Some(was.to_owned()), Some(is.to_owned()))
}

fn shape_name(value: &Value) -> String {
    let wrapper = WRAPPERS.iter().find(|name| value.get(**name).is_some());
    match wrapper {
        Some(name) => format!("object with {name} ({})", value.get(*name).map_or("null", type_of)),
        None => type_of(value).to_owned(),
    }
}

/// Two bodies of which at least one is no JSON.
pub(in crate::judge::changes) fn of_other_bodies(answers: &AnswerPair<'_>) -> Vec<Seen> {
    let (Some(was), Some(is)) = (content(&answers.old.body), content(&answers.new.body)) else { return Vec::new() };
    if was == is {
        return Vec::new();
    }
    vec![(KIND.name, "body".to_owned(), shape_change(was, is))]
}

/// What a body is; `None` where nothing is known of it.
fn content(body: &AnswerContent) -> Option<&'static str> {
    match body {
        AnswerContent::Empty => Some("no body"),
        AnswerContent::Json(_) => Some("JSON"),
        AnswerContent::Text(_) | AnswerContent::Xml { .. } => Some("text"),
        AnswerContent::Bytes(_) => Some("bytes"),
        AnswerContent::TooLong(_) | AnswerContent::Unread(_) | AnswerContent::Withheld(_) => None,
    }
}
