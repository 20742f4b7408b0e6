//! `page-size`: a page that has a next one holds another number of items.

use super::AnswerKind;
use super::lost_next_page::{has_next, items};
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::Sighting;
use crate::model::change::ChangeClass;

pub(super) const KIND: AnswerKind = AnswerKind { name: "page-size", see };

fn see(answers: &AnswerPair<'_>) -> Vec<(String, Sighting)> {
    let (before, after) = (items(answers.old), items(answers.new));
    // A list that has become longer than a page has a next page now, and its first page is full.
    let cut = !has_next(answers.old) && after < before;
    if !answers.is_same_status() || before == after || after == 0 || !has_next(answers.new) || !(has_next(answers.old) || cut) {
        return Vec::new();
    }
    let reason = format!("a page that has a next one holds {after} items, and {before} before");
    vec![("body".to_owned(), Sighting::new(ChangeClass::Breaking, "items", reason).between(Some(before.to_string()), Some(after.to_string())))]
}
