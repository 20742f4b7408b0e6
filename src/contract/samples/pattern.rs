//! Makes a text that matches a pattern (JSON Schema Validation, section 6.3.3).

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::contract::keywords::compiled;
use crate::model::hash::hash_of_seed_and_name;

/// What may be repeated more often than it has to be is not repeated more often than this to come to a length.
const LONGEST: u32 = 200;

/// Longer texts are not made, in bytes.
const LONGEST_TEXT: usize = 10_000;

/// The longest pattern that a text is made for, in bytes: a text may be as long, and trying takes the time of both together.
const LONGEST_PATTERN: usize = 4096;

/// How many other texts are tried where a pattern forbids some.
const MOST_OTHERS: u64 = 20;

/// Where fewer texts are possible, a form is more likely than a code: an hour, a country.
const MUCH_ROOM: u64 = 10_000;

/// A short text that matches and is as long as it has to be, of letters and digits where it may be; `None` when the pattern
/// is not understood. What may be left out is there where there is room: many servers take an empty text for none. What does
/// not bind the pattern to the whole text is not repeated to reach `at_least` characters.
pub fn matching(pattern: &str, at_least: u64, at_most: u64) -> Option<String> {
    matching_text(pattern, at_least, at_most, None)
}

/// The same with other letters and digits for another number, where a part of the pattern leaves room for a great many.
pub fn matching_variant(pattern: &str, at_least: u64, at_most: u64, number: u64) -> Option<String> {
    matching_text(pattern, at_least, at_most, Some(number))
}

/// Whether a text matches a pattern; a pattern that cannot be read is matched by every text.
pub fn matches(pattern: &str, text: &str) -> bool {
    matcher(pattern).is_none_or(|matcher| matcher.is_valid(&serde_json::Value::from(text)))
}

fn matcher(pattern: &str) -> Option<jsonschema::Validator> {
    compiled(pattern).ok()
}

fn matching_text(pattern: &str, at_least: u64, at_most: u64, number: Option<u64>) -> Option<String> {
    if pattern.len() > LONGEST_PATTERN {
        return None;
    }
    // What looks ahead or behind only narrows; whether a text matches is seen in the end.
    let parse = |pattern: &str| regex_syntax::Parser::new().parse(pattern).ok();
    let (plain, looks) = without_looks(&without_references(pattern));
    let parsed = parse(pattern).or_else(|| parse(&plain))?;
    let matcher = matcher(pattern)?;
    let is_match = |text: &String| matcher.is_valid(&serde_json::Value::from(text.as_str()));
    let found = texts(&parsed, at_least, at_most, number).into_iter().find(is_match);
    let asked: String = looks.iter().filter_map(|look| PatternWriter { once: 0, more: 0, number: None }.write(&parse(look)?)).collect();
    let with_asked = || {
        texts(&parsed, at_least, at_most, number)
            .into_iter()
            .flat_map(|text| with_required_letters(&text, &asked))
            .find(|text| length(text) <= at_most && is_match(text))
    };
    // What must not be there may be in one text and not in another.
    let others = || (1..=MOST_OTHERS).flat_map(|other| texts(&parsed, at_least, at_most, Some(other))).find(is_match);
    found.or_else(with_asked).or_else(others)
}

/// Texts of a pattern that may do, the plainest first.
fn texts(parsed: &Hir, at_least: u64, at_most: u64, number: Option<u64>) -> Vec<String> {
    let written = |once: u32, more: u32| PatternWriter { once, more, number }.write(parsed);
    // More of what may be repeated, until it is long enough.
    let fitting = |once: u32, most: u64| {
        let mut texts = (0..LONGEST).map_while(|more| written(once, more)).take_while(|text| length(text) <= most);
        texts.find(|text| length(text) >= at_least.max(1)).or_else(|| {
            // One repetition of one letter makes up all that is lacking.
            let lacking = at_least.saturating_sub(length(&written(once, 0)?));
            written(once, u32::try_from(lacking).ok()?).filter(|text| (at_least.max(1)..=most).contains(&length(text)))
        })
    };
    // A pattern that allows no length in between says more than the lengths do.
    let long_enough = written(0, 0).filter(|text| length(text) >= at_least);
    [fitting(1, at_most), fitting(0, at_most), long_enough, fitting(0, u64::MAX)].into_iter().flatten().collect()
}

/// A text with letters put into it that have to be there: in the place of others at its beginning or its end, or between.
fn with_required_letters(text: &str, asked: &str) -> Vec<String> {
    let count = asked.chars().count();
    let (letters, all) = (text.chars(), text.chars().count());
    let kept: String = letters.clone().take(all.saturating_sub(count)).collect();
    let behind: String = letters.skip(count).collect();
    vec![format!("{asked}{behind}"), format!("{kept}{asked}"), format!("{asked}{text}"), format!("{text}{asked}")]
}

/// A pattern without its groups that look ahead or behind, and what has to lie ahead.
fn without_looks(pattern: &str) -> (String, Vec<String>) {
    let (mut kept, mut ahead) = (pattern.to_owned(), Vec::new());
    for opening in ["(?=", "(?!", "(?<=", "(?<!"] {
        while let Some(start) = kept.find(opening) {
            let Some(end) = group_end(&kept[start..]) else { return (kept, ahead) };
            if opening == "(?=" {
                ahead.push(kept[start + opening.len()..start + end].to_owned());
            }
            kept.replace_range(start..=start + end, "");
        }
    }
    (kept, ahead)
}

/// A pattern with each reference to a group (`\1`) replaced by the group: what is written twice in the same way is the same.
fn without_references(pattern: &str) -> String {
    let groups = groups(pattern);
    let mut kept = pattern.to_owned();
    for (index, group) in groups.iter().enumerate().take(9).rev() {
        kept = kept.replace(&format!("\\{}", index + 1), &format!("(?:{group})"));
    }
    kept
}

/// What stands in the groups of a pattern that are counted.
fn groups(pattern: &str) -> Vec<&str> {
    let opens = pattern.match_indices('(').map(|(at, _)| at);
    let counted = opens.filter(|at| !pattern[..*at].ends_with('\\') && !pattern[*at..].starts_with("(?"));
    counted.filter_map(|at| Some(&pattern[at + 1..at + group_end(&pattern[at..])?])).collect()
}

/// Where the group ends that a text begins with.
fn group_end(text: &str) -> Option<usize> {
    let (mut depth, mut escaped, mut class) = (0_usize, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '(' if !class => depth += 1,
            ')' if !class => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn length(text: &str) -> u64 {
    text.chars().count() as u64
}

/// Writes a text.
struct PatternWriter {
    /// How often at least what may be left out is repeated.
    once: u32,
    /// How often each open repetition is repeated beyond that.
    more: u32,
    /// What letters and digits are drawn from, where they are.
    number: Option<u64>,
}

impl PatternWriter {
    fn write(&mut self, part: &Hir) -> Option<String> {
        Some(match part.kind() {
            HirKind::Empty | HirKind::Look(_) => String::new(),
            HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok()?,
            HirKind::Class(class) => letter(class)?.to_string(),
            HirKind::Repetition(repetition) => self.repeat(repetition)?,
            HirKind::Capture(capture) => self.write(&capture.sub)?,
            HirKind::Concat(parts) => parts.iter().map(|part| self.write(part)).collect::<Option<String>>()?,
            HirKind::Alternation(parts) => {
                let mut texts = parts.iter().filter_map(|part| self.write(part)).collect::<Vec<_>>().into_iter();
                let first = texts.next()?;
                if first.is_empty() && self.once > 0 { texts.find(|text| !text.is_empty()).unwrap_or(first) } else { first }
            }
        })
    }

    fn repeat(&mut self, repetition: &Repetition) -> Option<String> {
        let most = repetition.max.unwrap_or(u32::MAX);
        // A sign or a suffix changes what a text means.
        let least = if most > 1 { repetition.min.max(self.once) } else { repetition.min };
        let count = least.saturating_add(self.more).min(most);
        let times = usize::try_from(count).ok().filter(|times| *times <= LONGEST_TEXT)?;
        let letters = plain_letters(&repetition.sub);
        let room = u64::try_from(letters.len()).unwrap_or_default().saturating_pow(count);
        match &mut self.number {
            Some(number) if room >= MUCH_ROOM => (0..count).map(|_| letters.get(next_choice(number, letters.len())).copied()).collect(),
            _ => {
                let text = self.write(&repetition.sub)?;
                (text.len().saturating_mul(times) <= LONGEST_TEXT).then(|| text.repeat(times))
            }
        }
    }
}

/// The next of so many.
fn next_choice(number: &mut u64, count: usize) -> usize {
    *number = hash_of_seed_and_name(*number, "");
    usize::try_from(*number % count.max(1) as u64).unwrap_or_default()
}

/// The letters and digits of a class.
fn plain_letters(part: &Hir) -> Vec<char> {
    let HirKind::Class(class) = part.kind() else { return Vec::new() };
    let ranges = ranges(class);
    let has = |letter: &char| ranges.iter().any(|(from, to)| (*from..=*to).contains(letter));
    ('a'..='z').chain('0'..='9').chain('A'..='Z').filter(has).collect()
}

fn ranges(class: &Class) -> Vec<(char, char)> {
    match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect(),
    }
}

/// A character of a class: a plain one where there is one.
fn letter(class: &Class) -> Option<char> {
    let ranges = ranges(class);
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
        assert_eq!(made("(?=lookahead)", 0).as_deref(), Some("lookahead"));
        assert_eq!(made("(unclosed", 0), None);
        assert!(made(&"a".repeat(90_000), 0).is_none(), "it is too long");
        assert_eq!(made("^[a-z]?((?!-)([a-z-]*[a-z])\\.)+[a-z]+$", 0).as_deref(), Some("aa.a"));
        assert_eq!(made(".*(^arn:)([a-z]+$).*", 0).as_deref(), Some("arn:a"));
    }

    #[test]
    fn a_text_is_as_long_as_a_pattern_or_a_length_asks_for_within_bounds() {
        let made = |pattern: &str, at_least: u64, at_most: u64| matching(pattern, at_least, at_most).map(|text| text.len());
        assert_eq!(made("^[\"][ -~]{1000}[\"]$", 0, 1002), Some(1002));
        assert_eq!(made("^[0-9a-f]{4096}$", 0, u64::MAX), Some(4096));
        assert_eq!(made("^[a-z]+$", 500, 1000), Some(500));
        assert_eq!(made("^id-[a-z]*$", 5000, u64::MAX), Some(5000));
        assert_eq!(made("^(?:[a-z]{100}){1000}$", 0, u64::MAX), None, "it would be too long");
        assert_eq!(made("^(?:(?:[a-z]{100}){100}){100}$", 0, u64::MAX), None, "it would be too long");
    }

    #[test]
    fn what_a_pattern_looks_for_is_there_and_what_it_repeats_is_the_same() {
        let made = |pattern: &str| matching(pattern, 0, u64::MAX);
        assert_eq!(made("^(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{8,16}$").as_deref(), Some("A0aaaaaa"));
        assert_eq!(made(r"^(?=.*?[a-z])(?=.*?[A-Z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{8,}$").as_deref(), Some("aA0!aaaa"));
        assert_eq!(made(r"^(?=(?:.*\d){2}).{6,}$").as_deref(), Some("00aaaa"));
        assert_eq!(made(r"^([a-z])\1$").as_deref(), Some("aa"));
        assert_eq!(made(r"^(\d{2})([-/])\d{2}\2\1$").as_deref(), Some("00-00-00"));
        let unlike = made("^(?!aa)[a-z]{4}$").unwrap();
        assert!(unlike.len() == 4 && !unlike.starts_with("aa"), "{unlike}");
    }

    #[test]
    fn a_text_differs_where_a_pattern_leaves_much_room() {
        let other = |pattern: &str, number: u64| matching_variant(pattern, 0, u64::MAX, number).unwrap();
        for (pattern, one) in [("^97[89][0-9]{10}$", "978"), ("^#[0-9a-f]{6}$", "#"), ("^[A-Z]{3}-00$", "")] {
            let (first, second) = (other(pattern, 1), other(pattern, 2));
            assert!(first != second && first.len() == matching(pattern, 0, u64::MAX).unwrap().len(), "{first} {second}");
            assert!(first.starts_with(one) && first.chars().all(|letter| letter.is_ascii_alphanumeric() || "#-".contains(letter)), "{first}");
        }
        for pattern in [r"^\d{2}:\d{2}$", "^[A-Z]{2}$", "^a{9}$", r"^-?\d{0,4}$"] {
            assert_eq!(Some(other(pattern, 1)), matching(pattern, 0, u64::MAX));
        }
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
