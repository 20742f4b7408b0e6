//! `next-missing`: a list names no next page any more although it is as long as before.

use super::AnswerKind;
use crate::contract::paging::{next_page, resources};
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::place_pair::PlacePair;
use crate::model::change::ChangeClass;
use crate::model::exchange::Answer;

pub(super) const KIND: AnswerKind = AnswerKind { name: "next-missing", see };

/// Names of links that lead from page to page (JSON:API, section 7.5; RFC 8288).
const PAGE_LINKS: &[&str] = &["first", "last", "next", "prev", "previous"];

fn see(answers: &AnswerPair<'_>) -> Vec<(String, Sighting)> {
    let (before, after) = (items(answers.old), items(answers.new));
    // Where fewer items are left there may be no page more.
    if !answers.is_same_status() || answers.refuses() || !has_next(answers.old) || has_next(answers.new) || after < before || after == 0 {
        return Vec::new();
    }
    let by_header = answers.old.body.json().and_then(next_page).is_none();
    let (at, key) = if by_header { ("header link", "link") } else { ("body", "body") };
    let reason = "a page that is as long as before names no next one: clients take it for the last";
    vec![(at.to_owned(), Sighting::new(ChangeClass::Breaking, key, reason).between(Some("a next page".to_owned()), None))]
}

/// Whether an answer names a next page, in its body or in a Link field (RFC 8288).
pub(super) fn has_next(answer: &Answer) -> bool {
    let by_body = answer.body.json().and_then(next_page).is_some();
    by_body || answer.header("link").is_some_and(|link| link.to_ascii_lowercase().replace('"', "").contains("rel=next"))
}

/// How many items a page has.
pub(super) fn items(answer: &Answer) -> usize {
    answer.body.json().map_or(0, |body| resources(body).len())
}

/// Whether a place is a link to another page: whether it is there depends on how much there is.
pub(in crate::judge::changes) fn is_page_link(place: &PlacePair<'_, '_>) -> bool {
    let text = |value: &serde_json::Value| !value.is_null();
    let only_links = |value: &serde_json::Value| value.as_object().is_some_and(|links| links.keys().all(|name| PAGE_LINKS.contains(&name.as_str())));
    if place.at == "/links" && place.old.values.len() + place.new.values.len() == 1 {
        return place.old.all(only_links) || place.new.all(only_links);
    }
    PAGE_LINKS.contains(&place.name) && place.at.matches('/').count() <= 2 && (place.old.all(text) || place.new.all(text))
}
