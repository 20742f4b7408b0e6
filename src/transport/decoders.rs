//! A text as it was before it was encoded: percent-encoding, escapes of programming languages, character references.

use percent_encoding::percent_decode_str;

/// Names of character references that end without a semicolon as well (HTML Standard, section 13.5).
const LEGACY: &str = "AElig AMP Aacute Acirc Agrave Aring Atilde Auml COPY Ccedil ETH Eacute Ecirc Egrave Euml GT Iacute Icirc Igrave Iuml \
    LT Ntilde Oacute Ocirc Ograve Oslash Otilde Ouml QUOT REG THORN Uacute Ucirc Ugrave Uuml Yacute aacute acirc acute aelig agrave amp aring \
    atilde auml brvbar ccedil cedil cent copy curren deg divide eacute ecirc egrave eth euml frac12 frac14 frac34 gt iacute icirc iexcl igrave \
    iquest iuml laquo lt macr micro middot nbsp not ntilde oacute ocirc ograve ordf ordm oslash otilde ouml para plusmn pound quot raquo reg \
    sect shy sup1 sup2 sup3 szlig thorn times uacute ucirc ugrave uml uuml yacute yen yuml";

/// The longest name of a character reference (HTML Standard, section 13.5).
const LONGEST_NAME: usize = 32;

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
    if text.contains('\\') || text.contains("%u") {
        texts.push(unescaped(&text.replace("%u", "\\u")));
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
pub(super) fn joined(text: &str) -> [String; 2] {
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

/// A text out of HTML or XML: character references by number and by name, without a semicolon where browsers read them so (HTML
/// Standard, section 13.2.5.72).
pub(super) fn unmarked(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match reference(rest) {
            Some((letters, length)) => {
                plain.push_str(&letters);
                rest = &rest[length..];
            }
            None => plain.push('&'),
        }
    }
    plain + rest
}

/// What a character reference stands for, and how long it is without its first letter.
fn reference(text: &str) -> Option<(String, usize)> {
    if let Some(number) = text.strip_prefix('#') {
        let (digits, radix, lead) = match number.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16, 2),
            None => (number, 10, 1),
        };
        let length = digits.bytes().take_while(|byte| char::from(*byte).is_digit(radix)).count();
        let letter = char::from_u32(u32::from_str_radix(&digits[..length], radix).ok()?)?;
        let end = lead + length;
        return Some((letter.to_string(), end + usize::from(text[end..].starts_with(';'))));
    }
    let length = text.bytes().take(LONGEST_NAME).take_while(u8::is_ascii_alphanumeric).count();
    let named = |name: &str| {
        let whole = format!("&{name};");
        let read = html_escape::decode_html_entities(&whole).into_owned();
        (read != whole).then_some(read)
    };
    if text[length..].starts_with(';')
        && let Some(letters) = named(&text[..length])
    {
        return Some((letters, length + 1));
    }
    let legacy = |length: &usize| LEGACY.split_whitespace().any(|known| known == &text[..*length]);
    let length = (2..=length).rev().find(legacy)?;
    Some((named(&text[..length])?, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_references_are_read_as_browsers_do() {
        for text in ["a/b&c", "a&#47;b&amp;c", "a&#x2F;b&ampc", "a&sol;b&AMP;c", "a&#x02f;b&#38c", "a&#0047b&amp;c", "&#97;&sol;&#x62;&#38;c"] {
            assert_eq!(unmarked(text), "a/b&c", "{text}");
        }
        assert_eq!(unmarked("&eacute;&euro;&Eacute &lpar;&nosuch; & &#; &#x110000;"), "é€É (&nosuch; & &#; &#x110000;");
    }

    #[test]
    fn escapes_are_read_in_any_case() {
        assert_eq!(unescaped(r"\u00E9\u00e9\x41\/\n\ud83D\uDE42"), "ééA/\n🙂");
        assert_eq!(unescaped(r"\u12 \x"), "u12 x");
    }
}
