//! A text that matches a pattern (JSON Schema Validation, section 6.3.3).

use regex_syntax::hir::{Class, Hir, HirKind};

/// Longer repetitions are not made.
const LONGEST: u32 = 200;

/// A short text that matches, of letters and digits where it may be; `None` when the pattern is not understood. What does
/// not bind the pattern to the whole text is not repeated to reach `at_least` characters.
pub fn matching(pattern: &str, at_least: u64) -> Option<String> {
    let parsed = regex_syntax::Parser::new().parse(pattern).ok()?;
    let shortest = written(&parsed, 0)?;
    if shortest.chars().count() as u64 >= at_least {
        return Some(shortest);
    }
    // More of what may be repeated, until it is long enough.
    (1..LONGEST).filter_map(|more| written(&parsed, more)).find(|text| text.chars().count() as u64 >= at_least)
}

/// The text with each open repetition `more` times beyond the least.
fn written(part: &Hir, more: u32) -> Option<String> {
    Some(match part.kind() {
        HirKind::Empty | HirKind::Look(_) => String::new(),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok()?,
        HirKind::Class(class) => letter(class)?.to_string(),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            let count = repetition.min.saturating_add(more).min(most);
            if count > LONGEST {
                return None;
            }
            written(&repetition.sub, more)?.repeat(usize::try_from(count).ok()?)
        }
        HirKind::Capture(capture) => written(&capture.sub, more)?,
        HirKind::Concat(parts) => parts.iter().map(|part| written(part, more)).collect::<Option<String>>()?,
        HirKind::Alternation(parts) => parts.iter().find_map(|part| written(part, more))?,
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
        assert_eq!(matching("^97[89][0-9]{10}$", 0).as_deref(), Some("9780000000000"));
        assert_eq!(matching(r"^\+?(?:\d{2}-)+[A-Z]{2}$", 0).as_deref(), Some("00-AA"));
        assert_eq!(matching("^(a|b)[^a-z]*$", 4).as_deref(), Some("a000"));
        assert_eq!(matching("(?=lookahead)", 0), None);
    }
}
