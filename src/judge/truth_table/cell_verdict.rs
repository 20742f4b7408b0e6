//! Decides the verdict on one cell.

use std::borrow::Cow;

use super::Ruling;
use crate::model::verdict::Verdict;

/// Everything that decides about one cell. The first row that fits decides.
///
/// | what is known                                          | verdict      |
/// |--------------------------------------------------------|--------------|
/// | something breaks it                                    | violates     |
/// | an answer shows it                                     | conforms     |
/// | it was left out                                        | skipped      |
/// | no answer of a working operation shows it, as it is to be | held      |
/// | the ruling is blocked by what a person has chosen      | skipped      |
/// | the ruling is blocked                                  | blocked      |
/// | the ruling is inconclusive, and nothing is aimed at it | as if blocked |
/// | the ruling is inconclusive                             | inconclusive |
/// | there is no ruling, and nothing is aimed at it         | blocked      |
/// |                                                        | unreached    |
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the truth table")]
pub struct CellFacts<'a> {
    /// Whether an answer, a rule over several answers, or an answer to drawn values breaks it.
    pub broken: bool,
    /// Whether an answer shows it.
    pub shown: bool,
    /// Whether it was left out.
    pub left_out: bool,
    /// Whether it stands for a failure that no answer has shown although a valid request was accepted.
    pub held: bool,
    /// Whether it stands for a failure, at which nothing is aimed.
    pub watched: bool,
    /// The ruling on the probe that says most of it.
    pub ruling: Option<Cow<'a, Ruling>>,
}

/// The verdict on one cell.
pub fn verdict(facts: &CellFacts<'_>) -> Verdict {
    if facts.broken {
        return Verdict::Violates;
    }
    if facts.shown {
        return Verdict::Conforms;
    }
    if facts.left_out {
        return Verdict::Skipped;
    }
    if facts.held {
        return Verdict::Held;
    }
    match facts.ruling.as_deref() {
        Some(Ruling::Inconclusive(_)) if !facts.watched => Verdict::Inconclusive,
        Some(Ruling::Blocked(reason) | Ruling::Inconclusive(reason)) if reason.is_choice() => Verdict::Skipped,
        Some(Ruling::Blocked(_) | Ruling::Inconclusive(_)) => Verdict::Blocked,
        None if facts.watched => Verdict::Blocked,
        None | Some(Ruling::Unreached(_) | Ruling::Shows | Ruling::Breaks) => Verdict::Unreached,
    }
}
