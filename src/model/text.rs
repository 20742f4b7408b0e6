//! Writes JSON values as plain text, and decides which characters may stand on a line.

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::Value;

/// A text without its quotes, and any other value as JSON writes it.
pub fn unquoted_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A span of time in words.
pub fn duration_in_words(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{:.1} h", f64::from(u32::try_from(seconds / 360).unwrap_or(u32::MAX)) / 10.0),
    }
}

/// The words of a name, in lower case.
pub fn words_of_name(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            before = ' ';
            continue;
        }
        let begins = before == ' ' || (letter.is_uppercase() && !before.is_uppercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words
}

/// A name in lower case and without separators.
pub fn without_separators(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Whether a letter shows nothing by itself, or changes what stands beside it: controls of a terminal, marks that turn the
/// direction of writing or have no width, separators of lines, fillers, and code points that are no characters (Unicode,
/// general categories Cc, Cf, Zl, Zp and `Noncharacter_Code_Point`, and what is ignorable by default).
pub fn is_invisible(letter: char) -> bool {
    let code = u32::from(letter);
    letter.is_control()
        || code & 0xfffe == 0xfffe
        || matches!(code, 0xad | 0x34f | 0x61c | 0x6dd | 0x70f | 0x8e2 | 0x3164 | 0xfeff | 0xffa0 | 0x110bd | 0x110cd | 0xe0001)
        || matches!(code, 0x600..=0x605 | 0x890..=0x891 | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f)
        || matches!(code, 0x2028..=0x202e | 0x2060..=0x206f | 0xfdd0..=0xfdef | 0xfe00..=0xfe0f | 0xfff0..=0xfffb)
        || matches!(code, 0x13430..=0x13455 | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// A letter as it may stand in the middle of a line of ours: a control is a space, and what else is unseen is seen to be there.
pub fn on_a_line(letter: char) -> char {
    match letter {
        letter if letter.is_control() => ' ',
        letter if is_invisible(letter) => char::REPLACEMENT_CHARACTER,
        letter => letter,
    }
}

/// Text on one line of ours.
pub fn one_line(text: &str) -> String {
    text.chars().map(on_a_line).collect()
}

/// JSON text in which every letter that is unseen is escaped (RFC 8259, section 7): it means the same, and moves nothing on the
/// terminal that it is shown on.
pub fn escaped_json(text: &str) -> Cow<'_, str> {
    // Most text has none, and a plan or report may be large.
    if text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == '\n' || !is_invisible(letter) {
            escaped.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unseen_is_known_and_nothing_else() {
        for letter in "\u{0}\u{7}\n\u{1b}\u{7f}\u{80}\u{9b}\u{ad}\u{61c}\u{200b}\u{200d}\u{202e}\u{2028}\u{2066}\u{feff}\u{fffe}\u{ffff}\u{1fffe}\u{fdd0}\u{3164}\u{e0041}\u{fe0f}".chars() {
            assert!(is_invisible(letter), "{letter:?}");
        }
        for letter in "a é漢🙂‘’…—\u{a0}\u{fffd}\u{301}".chars() {
            assert!(!is_invisible(letter), "{letter:?}");
        }
        assert_eq!(one_line("a\nb\u{202e}c"), "a b\u{fffd}c");
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = Value::from("\u{9b}1m\u{7f}\u{202e}\u{ffff}\u{e0041}é\n");
        let plain = serde_json::to_string_pretty(&serde_json::json!({"a\u{85}": value})).unwrap();
        let text = escaped_json(&plain);
        assert!(text.chars().all(|letter| letter == '\n' || !is_invisible(letter)), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["a\u{85}"], value);
    }
}
