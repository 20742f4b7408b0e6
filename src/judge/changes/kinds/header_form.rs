//! `header-form`: a header field says the same in another form, or instructs in another way.

use std::collections::BTreeSet;

use super::{AnswerKind, header_at, is_passing};
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::Sighting;
use crate::judge::changes::value_forms::TextForm;
use crate::model::change::ChangeClass;

pub(super) const KIND: AnswerKind = AnswerKind { name: "header-form", see };

/// Fields that instruct caches, browsers and clients, as lists in any order (RFC 9110, RFC 9111, Fetch).
const INSTRUCTING: &[&str] = &["accept-patch", "accept-ranges", "allow", "cache-control", "content-language", "vary"];

fn see(answers: &AnswerPair<'_>) -> Vec<(String, Sighting)> {
    if !answers.is_same_status() {
        return Vec::new();
    }
    let both = answers.old.headers.iter().filter_map(|(name, old)| Some((name, old, answers.new.header(name)?)));
    let mut found = Vec::new();
    for (name, old, new) in both.filter(|(name, ..)| !is_passing(name)) {
        let (was, is) = (TextForm::of(old), TextForm::of(new));
        let instructs = INSTRUCTING.contains(&name.as_str()) || name.starts_with("access-control-");
        let (key, what) = if instructs && parts(old) != parts(new) {
            (name.clone(), format!("the header field {name} gives other instructions"))
        } else if was != is && !(was.is_volatile() && is.is_volatile() && name == "etag") {
            (
                format!("{name} {} -> {}", was.as_str(), is.as_str()),
                format!("the header field {name} is now {}, and was {}", is.as_str(), was.as_str()),
            )
        } else {
            continue;
        };
        found.push((header_at(name), Sighting::new(ChangeClass::Risky, key, what).between(Some(old.clone()), Some(new.to_owned()))));
    }
    found
}

fn parts(value: &str) -> BTreeSet<String> {
    value.split(',').map(|part| part.trim().to_ascii_lowercase()).collect()
}
