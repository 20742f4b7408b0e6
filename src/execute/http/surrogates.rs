//! Replaces lone surrogate escapes in JSON text, which JSON allows (RFC 8259, section 8.2) and no string can hold.

/// Writes U+FFFD for each half that stands alone; false when there is none. Escapes stand nowhere but in strings.
pub fn replace(text: &mut [u8]) -> bool {
    let mut found = false;
    let mut at = 0;
    while at < text.len() {
        at += match (text[at], surrogate_half(text, at)) {
            (b'\\', Some(Half::First)) if surrogate_half(text, at + 6) == Some(Half::Second) => 12,
            (b'\\', Some(_)) => {
                text[at + 2..at + 6].copy_from_slice(b"fffd");
                found = true;
                6
            }
            // What follows a backslash begins no escape of its own.
            (b'\\', None) => 2,
            _ => 1,
        };
    }
    found
}

#[derive(PartialEq)]
enum Half {
    First,
    Second,
}

/// The half of a pair that an escape at this place stands for.
fn surrogate_half(text: &[u8], at: usize) -> Option<Half> {
    let digits = text.get(at..at + 6)?.strip_prefix(br"\u")?;
    // A sign is read as part of a number, and is no digit.
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xD800..=0xDBFF => Some(Half::First),
        0xDC00..=0xDFFF => Some(Half::Second),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        replace(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn only_what_stands_alone_is_replaced() {
        assert_eq!(replaced(r#"["\ud800", "\uDE00a", "\ud83d\u0041"]"#), r#"["\ufffd", "\ufffda", "\ufffd\u0041"]"#);
        assert_eq!(replaced(r#"["\ud83d\ud83d\ude00", "\ud83d\ude00\ude00"]"#), r#"["\ufffd\ud83d\ude00", "\ud83d\ude00\ufffd"]"#);
        for whole in [r#"["\ud83d\ude00", "\\ud800", "\\\\ude00", "é"]"#, r"\", r"\ud80", r"\u+d80"] {
            assert_eq!(replaced(whole), whole);
        }
    }
}
