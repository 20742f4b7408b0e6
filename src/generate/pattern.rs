//! A text that matches a pattern (JSON Schema Validation, section 6.3.3).

use regex_syntax::hir::{Class, Hir, HirKind};

/// Longer repetitions are not made.
const LONGEST: u32 = 200;

/// A short text that matches and is as long as it has to be, of letters and digits where it may be; `None` when the pattern
/// is not understood. What may be left out is there where there is room: many servers take an empty text for none. What does
/// not bind the pattern to the whole text is not repeated to reach `at_least` characters.
pub fn matching(pattern: &str, at_least: u64, at_most: u64) -> Option<String> {
    let parsed = regex_syntax::Parser::new().parse(pattern).ok()?;
    let shortest = written(&parsed, 0, 0)?;
    // More of what may be repeated, until it is long enough.
    let fitting = |once: u32, most: u64| {
        let mut texts = (0..LONGEST).map_while(|more| written(&parsed, once, more)).take_while(|text| length(text) <= most);
        texts.find(|text| length(text) >= at_least.max(1))
    };
    let found = fitting(1, at_most).or_else(|| fitting(0, at_most));
    // A pattern that allows no length in between says more than the lengths do.
    found.or_else(|| if length(&shortest) >= at_least { Some(shortest) } else { fitting(0, u64::MAX) })
}

fn length(text: &str) -> u64 {
    text.chars().count() as u64
}

/// The text with each open repetition `more` times beyond the least, or beyond `once` where it may be left out.
fn written(part: &Hir, once: u32, more: u32) -> Option<String> {
    Some(match part.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok()?,
        HirKind::Class(class) => letter(class)?.to_string(),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            // A sign or a suffix changes what a text means.
            let least = if most > 1 { repetition.min.max(once) } else { repetition.min };
            let count = least.saturating_add(more).min(most);
            if count > LONGEST {
                return None;
            }
            written(&repetition.sub, once, more)?.repeat(usize::try_from(count).ok()?)
        }
        HirKind::Capture(capture) => written(&capture.sub, once, more)?,
        HirKind::Concat(parts) => parts.iter().map(|part| written(part, once, more)).collect::<Option<String>>()?,
        HirKind::Alternation(parts) => {
            let mut texts = parts.iter().filter_map(|part| written(part, once, more));
            let first = texts.next()?;
            if first.is_empty() && once > 0 { texts.find(|text| !text.is_empty()).unwrap_or(first) } else { first }
        }
    })
}

/// A character of a class: a plain one where there is one.
fn letter(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect(),
    };
    let has = |letter: &char| ranges.iter().any(|(from, to)| (*from..=*to).contains(letter));
    ('a'..='z').chain('0'..='9').chain('A'..='Z').chain('!'..='~').find(has).or_else(|| ranges.first().map(|(from, _)| *from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_shortest_of_plain_characters() {
        let made = |pattern: &str, at_least: u64| matching(pattern, at_least, u64::MAX);
        assert_eq!(made("^97[89][0-9]{10}$", 0).as_deref(), Some("9780000000000"));
        assert_eq!(made(r"^\+?(?:\d{2}-)+[A-Z]{2}$", 0).as_deref(), Some("00-AA"));
        assert_eq!(made("^(a|b)[^a-z]*$", 4).as_deref(), Some("a000"));
        assert_eq!(made("(?=lookahead)", 0), None);
    }

    #[test]
    fn what_may_be_nothing_is_something_where_there_is_room() {
        assert_eq!(matching(r"^-?\d{0,4}(\.\d{0,2})?$", 0, u64::MAX).as_deref(), Some("0"));
        assert_eq!(matching("^$|^[a-z]+$", 0, u64::MAX).as_deref(), Some("a"));
        assert_eq!(matching("^(?:abc)?$", 0, u64::MAX).as_deref(), Some("abc"));
        assert_eq!(matching("^(?:abc)?$", 0, 2).as_deref(), Some(""));
        assert_eq!(matching("^[a-z]*[0-9]{2}$", 0, 2).as_deref(), Some("00"));
        assert_eq!(matching("^(?:[a-z]{2})*$", 3, 5).as_deref(), Some("aaaa"));
    }
}
