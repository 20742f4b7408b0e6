//! The kinds of change: each is a file here and a line in one of the tables below.

mod changed_constant;
mod changed_default;
mod changed_form;
mod changed_media_type;
mod changed_status;
mod changed_type;
mod default_shown;
mod error_code;
mod error_text;
mod header_form;
mod item_order;
mod limit_headers;
mod lost_challenge;
mod lost_header;
mod lost_member;
mod lost_next_page;
mod lost_value;
mod new_enum_value;
mod new_header;
mod new_member;
mod null_or_absent;
mod number_range;
mod page_size;
mod renamed_member;
mod top_shape;

use serde_json::Value;

use super::answer_pair::AnswerPair;
use super::difference::{Seen, Sighting, place_of};
use super::place_pair::{PlacePair, ValueOwner};

pub(super) use changed_status::NAME as STATUS;
pub(super) use default_shown::NAME as DEFAULT_SHOWN;
pub(super) use lost_member::NAME as MEMBER_MISSING;
pub(super) use lost_next_page::is_page_link;
pub(super) use new_member::NAME as MEMBER_NEW;
pub(super) use renamed_member::rename;
pub(super) use top_shape::of_other_bodies;

/// Less was seen than before: an answer or an item that was there is not.
pub(super) const LESS_SEEN: &str = "less-seen";

/// A rule is broken that was not, and no answer tells why.
pub(super) const CELL_VIOLATED: &str = "cell-violated";

/// A rule that was broken holds again.
pub(super) const FIXED: &str = "fixed";

/// The newer run has no such cell.
pub(super) const GONE: &str = "gone";

/// The older run had no such cell.
pub(super) const NEW: &str = "new";

/// A kind that is seen by two answers as a whole.
pub(super) struct AnswerKind {
    /// Its name.
    pub name: &'static str,
    /// What it sees, each with its place.
    pub see: fn(&AnswerPair<'_>) -> Vec<(String, Sighting)>,
}

/// A kind that is seen at one place of two bodies.
pub(super) struct PlaceKind {
    /// Its name.
    pub name: &'static str,
    /// What it sees.
    pub see: fn(&PlacePair<'_, '_>) -> Option<Sighting>,
}

/// A kind that is seen by two lists that are one and the same.
pub(super) struct ListKind {
    /// Its name.
    pub name: &'static str,
    /// What it sees.
    pub see: fn(&ListPair<'_, '_>) -> Option<Sighting>,
}

/// Two lists that are one and the same.
pub(super) struct ListPair<'a, 'w> {
    /// The two answers.
    pub answers: &'w AnswerPair<'a>,
    /// Whose the lists are.
    pub whose: ValueOwner,
    /// JSON Pointer to them.
    pub at: &'w str,
    /// The older one.
    pub old: &'a [Value],
    /// The newer one.
    pub new: &'a [Value],
}

/// The kinds that are seen by answers as a whole.
pub(super) const OF_ANSWERS: &[AnswerKind] = &[
    changed_status::KIND,
    changed_media_type::KIND,
    lost_header::KIND,
    new_header::KIND,
    header_form::KIND,
    lost_challenge::KIND,
    limit_headers::KIND,
    lost_next_page::KIND,
    page_size::KIND,
];

/// The kinds that are seen at a place; the first that sees something takes it.
pub(super) const OF_PLACES: &[PlaceKind] = &[
    top_shape::KIND,
    null_or_absent::KIND,
    lost_value::KIND,
    error_code::KIND,
    lost_member::KIND,
    default_shown::KIND,
    new_member::KIND,
    changed_type::KIND,
    number_range::KIND,
    changed_form::KIND,
    new_enum_value::KIND,
    error_text::KIND,
    changed_default::KIND,
    changed_constant::KIND,
];

/// The kinds that are seen by lists.
const OF_LISTS: &[ListKind] = &[item_order::KIND, item_order::VALUES, item_order::EMPTY, error_text::COUNT];

/// The names of all kinds.
pub fn names() -> Vec<&'static str> {
    let answers = OF_ANSWERS.iter().map(|kind| kind.name);
    let places = OF_PLACES.iter().map(|kind| kind.name);
    let others = [LESS_SEEN, CELL_VIOLATED, FIXED, GONE, NEW, renamed_member::NAME];
    let mut names: Vec<&str> = answers.chain(places).chain(OF_LISTS.iter().map(|kind| kind.name)).chain(others).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What the kinds see in two lists.
pub(super) fn of_lists(answers: &AnswerPair<'_>, whose: ValueOwner, at: &str, old: &[Value], new: &[Value]) -> Vec<Seen> {
    let lists = ListPair { answers, whose, at, old, new };
    OF_LISTS.iter().filter_map(|kind| Some((kind.name, place_of(at), (kind.see)(&lists)?))).collect()
}

/// Whether a header field belongs to the connection or the moment, and says nothing of the API (RFC 9110, RFC 9111, RFC 9112).
fn is_passing(name: &str) -> bool {
    const PASSING: &[&str] = &[
        "age",
        "alt-svc",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "keep-alive",
        "trailer",
        "transfer-encoding",
        "via",
    ];
    PASSING.contains(&name)
}

/// The place of a header field.
fn header_at(name: &str) -> String {
    format!("header {name}")
}

/// What tells members of refusals from members of resources; those of whole documents are the same in both.
fn family(place: &PlacePair<'_, '_>) -> &'static str {
    let top = place.at.matches('/').count() == 1 && place.old.holders == 1;
    if place.answers.refuses() && !top { "error " } else { "" }
}
