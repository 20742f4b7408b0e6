//! Text for people and URLs: JSON values as the text that stands for them, and letters that may stand on a line.

use serde_json::Value;

/// A text without its quotes, and any other value as JSON writes it.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a letter shows nothing by itself, or changes what stands beside it: controls of a terminal, marks that turn the
/// direction of writing or have no width, separators of lines, fillers, and code points that are no characters (Unicode,
/// general categories Cc, Cf, Zl, Zp and `Noncharacter_Code_Point`, and what is ignorable by default).
pub fn is_unseen(letter: char) -> bool {
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
        letter if is_unseen(letter) => char::REPLACEMENT_CHARACTER,
        letter => letter,
    }
}
