//! `rate-limit`: the limit that the server names is another one.

use super::{AnswerKind, header_at};
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::Sighting;
use crate::model::change::ChangeClass;

pub(super) const KIND: AnswerKind = AnswerKind { name: "rate-limit", see };

fn see(answers: &AnswerPair<'_>) -> Vec<(String, Sighting)> {
    let limits = answers.old.headers.iter().filter(|(name, _)| name.contains("ratelimit-limit") || name.contains("rate-limit-limit"));
    let both = limits.filter_map(|(name, old)| Some((name, old, answers.new.header(name)?)));
    let changed = both.filter_map(|(name, old, new)| Some((name, parse_limit(old)?, parse_limit(new)?))).filter(|(_, old, new)| old != new);
    changed
        .map(|(name, old, new)| {
            let (class, word) = if new < old { (ChangeClass::Breaking, "lower") } else { (ChangeClass::Harmless, "higher") };
            let sighting = Sighting::new(class, format!("{name} {word}"), format!("the rate limit is {word}: {new}, and was {old}"));
            (header_at(name), sighting.between(Some(old.to_string()), Some(new.to_string())))
        })
        .collect()
}

fn parse_limit(value: &str) -> Option<u64> {
    let digits: String = value.trim().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
