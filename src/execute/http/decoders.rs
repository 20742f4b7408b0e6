//! Decodes text in every usual encoding: percent-encoding, string escapes, character references.

use percent_encoding::percent_decode_str;

/// A text after each way of decoding that changes it.
pub(super) fn decoded(text: &str) -> Vec<String> {
    let mut texts = Vec::new();
    if text.contains('%') {
        texts.push(percent_decode_str(text).decode_utf8_lossy().into_owned());
    }
    // A form has `+` for a space (URL Standard, application/x-www-form-urlencoded).
    if text.contains('+') {
        texts.push(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned());
    }
    if text.contains('\\') {
        texts.push(unescaped(text));
    }
    if text.contains("%u") {
        texts.push(unescaped(&with_unicode_escapes(text)));
    }
    if text.contains('&') {
        texts.push(unmarked(text));
    }
    // Quoted-printable (RFC 2045, section 6.7) ends long lines softly.
    if text.contains('=') && text.bytes().filter(|byte| *byte == b'=').count() > 1 {
        let soft = text.replace("=\r\n", "").replace("=\n", "");
        texts.push(percent_decode_str(&soft.replace('%', "%25").replace('=', "%")).decode_utf8_lossy().into_owned());
    }
    texts
}

/// A text without what breaks it into lines and groups: white space, and what stands between pairs of digits.
pub(super) fn without_separators(text: &str) -> [String; 2] {
    let without = |breaks: fn(char) -> bool| text.chars().filter(|letter| !breaks(*letter)).collect::<String>();
    [without(char::is_whitespace), without(|letter| letter.is_whitespace() || matches!(letter, ':' | '-' | ',' | '\\'))]
}

/// A text out of a JSON string (RFC 8259, section 7), or out of a string of a programming language.
pub(super) fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        if letter != '\\' {
            units.extend(letter.encode_utf16(&mut [0; 2]).iter());
            continue;
        }
        let escape = rest.chars().next().unwrap_or('\\');
        rest = &rest[escape.len_utf8().min(rest.len())..];
        let length = match escape {
            'u' => 4,
            'x' => 2,
            _ => 0,
        };
        let code = rest.get(..length).filter(|_| length > 0).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        match (escape, code) {
            ('u' | 'x', Some(code)) => {
                units.push(code);
                rest = &rest[length..];
            }
            ('n', _) => units.push(0x0a),
            ('r', _) => units.push(0x0d),
            ('t', _) => units.push(0x09),
            ('b', _) => units.push(0x08),
            ('f', _) => units.push(0x0c),
            (other, _) => units.extend(other.encode_utf16(&mut [0; 2]).iter()),
        }
    }
    String::from_utf16_lossy(&units)
}

/// A text in which each `%u` before four hexadecimal digits (ECMAScript, section B.2.1.1, `escape`) is written `\u`. Any other
/// `%u` stays: it may be part of a secret.
fn with_unicode_escapes(text: &str) -> String {
    let mut parts = text.split("%u");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut written, part| {
        let digits = part.bytes().take(4).filter(u8::is_ascii_hexdigit).count();
        written.push_str(if digits == 4 { "\\u" } else { "%u" });
        written.push_str(part);
        written
    })
}

/// A text out of HTML or XML: character references by number and by name, without a semicolon where browsers read them so (HTML
/// Standard, section 13.2.5.72).
pub(super) fn unmarked(text: &str) -> String {
    htmlize::unescape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_references_are_read_as_browsers_do() {
        for text in ["a/b&c", "a&#47;b&amp;c", "a&#x2F;b&ampc", "a&sol;b&AMP;c", "a&#x02f;b&#38c", "a&#0047b&amp;c", "&#97;&sol;&#x62;&#38;c"] {
            assert_eq!(unmarked(text), "a/b&c", "{text}");
        }
        assert_eq!(unmarked("&eacute;&euro;&Eacute &lpar;&nosuch; & &#;"), "é€É (&nosuch; & &#;");
    }

    #[test]
    fn escapes_are_read_in_any_case() {
        assert_eq!(unescaped(r"\u00E9\u00e9\x41\/\n\ud83D\uDE42"), "ééA/\n🙂");
        assert_eq!(unescaped(r"\u12 \x"), "u12 x");
    }
}
