//! `challenge`: a 401 asks for other ways to show who asks.

use std::collections::BTreeSet;

use super::{AnswerKind, header_at};
use crate::judge::changes::answer_pair::AnswerPair;
use crate::judge::changes::difference::Sighting;
use crate::model::change::ChangeClass;
use crate::model::exchange::Answer;

pub(super) const KIND: AnswerKind = AnswerKind { name: "challenge", see };

const FIELD: &str = "www-authenticate";

fn see(answers: &AnswerPair<'_>) -> Vec<(String, Sighting)> {
    let (old, new) = (schemes(answers.old), schemes(answers.new));
    if !answers.is_same_status() || old == new || old.is_empty() || new.is_empty() {
        return Vec::new();
    }
    let words = |schemes: &BTreeSet<String>| schemes.iter().cloned().collect::<Vec<_>>().join(", ");
    let (class, reason) = if old.is_subset(&new) {
        (ChangeClass::Risky, format!("a 401 offers one more scheme: {}", words(&new)))
    } else {
        (ChangeClass::Breaking, format!("a 401 asks for {}, and asked for {}", words(&new), words(&old)))
    };
    let key = format!("{} -> {}", words(&old), words(&new));
    vec![(header_at(FIELD), Sighting::new(class, key, reason).between(Some(words(&old)), Some(words(&new))))]
}

/// The schemes that an answer names (RFC 9110, section 11.6.1): a word that no `=` follows begins a challenge.
fn schemes(answer: &Answer) -> BTreeSet<String> {
    let values = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(FIELD)).flat_map(|(_, value)| value.split(','));
    let first = values.filter_map(|part| part.split_whitespace().next().filter(|word| !word.contains('=')));
    first.map(str::to_ascii_lowercase).collect()
}
