//! `header-missing`: a header field that was there is gone.

use super::{AnswerKind, header_at, is_passing};
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::value_forms::TextForm;
use crate::model::change::ChangeClass;

pub(super) const KIND: AnswerKind = AnswerKind { name: "header-missing", see };

fn see(answers: &AnswerPair<'_>) -> Vec<(String, Sighting)> {
    if !answers.is_same_status() {
        return Vec::new();
    }
    let lost = answers.old.headers.iter().filter(|(name, _)| answers.new.header(name).is_none() && !is_passing(name));
    let mut found: Vec<(String, Sighting)> = Vec::new();
    for (name, value) in lost {
        let rule = answers.response().and_then(|response| response.headers.iter().find(|rule| rule.name.eq_ignore_ascii_case(name)));
        let required = rule.is_some_and(|rule| rule.required);
        let class = if required { ChangeClass::Breaking } else { ChangeClass::Risky };
        let why = if required { "the contract requires it" } else { "it is not promised, but was there" };
        let other = moved_to(answers, name);
        let instead = other.map(|other| format!("; {other} has its value")).unwrap_or_default();
        let sighting = Sighting::new(class, name.clone(), format!("the header field {name} is gone: {why}{instead}"));
        let sighting = sighting.between(Some(value.clone()), other.map(str::to_owned));
        if found.iter().all(|(at, _)| *at != header_at(name)) {
            found.push((header_at(name), sighting));
        }
    }
    found
}

/// The new field that has the value of a lost one.
pub(super) fn moved_to<'a>(answers: &AnswerPair<'a>, lost: &str) -> Option<&'a str> {
    let value = answers.old.header(lost)?;
    // A field of the same last words says the same, if it is written alike: seconds go by.
    let named_alike = |name: &str| (name.ends_with(lost) || lost.ends_with(name)) && name.contains('-');
    let says = |name: &str, other: &str| other == value || (named_alike(name) && TextForm::of(other) == TextForm::of(value));
    let new = answers.new.headers.iter().find(|(name, other)| says(name, other) && answers.old.header(name).is_none());
    new.map(|(name, _)| name.as_str()).filter(|_| answers.new.header(lost).is_none())
}
