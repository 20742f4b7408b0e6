//! `media-type`: the body is of another type, or its type is written in another way.

use super::{AnswerKind, header_at};
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::Sighting;
use crate::model::change::ChangeClass;
use crate::model::exchange::AnswerContent;

pub(super) const KIND: AnswerKind = AnswerKind { name: "media-type", see };

fn see(answers: &AnswerPair<'_>) -> Vec<(String, Sighting)> {
    let (old, new) = (answers.old.header("content-type"), answers.new.header("content-type"));
    let has_body = answers.new.body != AnswerContent::Empty && answers.old.body != AnswerContent::Empty;
    if !answers.is_same_status() || old == new || (new.is_none() && !has_body) || old.is_none() {
        return Vec::new();
    }
    let essence = |value: Option<&str>| value.and_then(|value| value.split(';').next()).map(|name| name.trim().to_ascii_lowercase());
    let (was, is) = (essence(old).unwrap_or_default(), essence(new).unwrap_or_default());
    let sighting = if was == is {
        let class = if answers.is_strict() { ChangeClass::Breaking } else { ChangeClass::Risky };
        Sighting::new(class, "spelled", "media types have other parameters or capitals: who reads them as the standard says sees no difference")
    } else {
        Sighting::new(
            ChangeClass::Breaking,
            format!("{was} -> {is}"),
            format!("a body of {was} is now {}", if is.is_empty() { "of no type" } else { &is }),
        )
    };
    vec![(header_at("content-type"), sighting.between(old.map(str::to_owned), new.map(str::to_owned)))]
}
