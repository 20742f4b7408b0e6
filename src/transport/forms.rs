//! The forms in which a secret may come back, and the search for them.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;

/// Shorter texts occur by chance: they would be taken out of words and numbers that have nothing to do with them, and leave
/// a report that nobody can read. Such a secret is known only by its longer forms.
const SHORTEST: usize = 8;

/// From this length on a text of letters alone, or of digits alone, is no word or number that somebody wrote by chance.
const TELLING: usize = 16;

/// How often a text may have been encoded.
const LAYERS: usize = 2;

/// What stands where a credential came back.
pub const REMOVED: &str = "[credentials]";

/// A text that gives a secret away.
#[derive(Clone, PartialEq, Eq)]
struct Form {
    text: String,
    /// Whether nobody writes it by chance.
    telling: bool,
}

/// Every form of every secret, the longest first.
#[derive(Clone, Default)]
pub struct Forms(Vec<Form>);

/// What was found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A word or number that may stand there by chance.
    Word,
    /// A secret.
    Secret,
}

impl Forms {
    /// The forms of these texts.
    pub fn new(texts: &[String]) -> Self {
        let mut forms: Vec<Form> = texts.iter().flat_map(|text| forms(text)).collect();
        forms.sort_by(|one, other| (other.text.len(), &one.text).cmp(&(one.text.len(), &other.text)));
        forms.dedup_by(|one, other| one.text == other.text);
        Self(forms)
    }

    /// Takes every secret out of a text. One that is there only after decoding takes the whole text with it, because
    /// where it begins and ends cannot be told any more.
    pub fn clean(&self, text: &mut String) -> Found {
        let shortest = self.0.last().map_or(usize::MAX, |form| form.text.len());
        if text.len() < shortest {
            return Found::Nothing;
        }
        let mut found = Found::Nothing;
        for form in &self.0 {
            if text.contains(&form.text) {
                found = found.max(form.found());
                *text = text.replace(&form.text, REMOVED);
            }
        }
        let hidden = self.hidden(text);
        if hidden > Found::Nothing {
            REMOVED.clone_into(text);
        }
        found.max(hidden)
    }

    /// Takes every secret out of the name of a header field, which comes in lower case.
    pub fn clean_name(&self, name: &mut String) -> Found {
        let known = self.0.iter().find(|form| name.contains(&form.text.to_ascii_lowercase()));
        known.map_or(Found::Nothing, |form| {
            REMOVED.clone_into(name);
            form.found()
        })
    }

    /// Whether this is one of the texts.
    pub fn is(&self, text: &str) -> bool {
        self.0.iter().any(|form| form.text == text)
    }

    /// What is found once a text is decoded.
    fn hidden(&self, text: &str) -> Found {
        let mut texts: Vec<Cow<'_, str>> = vec![Cow::Borrowed(text)];
        let mut found = Found::Nothing;
        for _ in 0..LAYERS {
            texts = texts.iter().flat_map(|text| decoded(text)).map(Cow::Owned).collect();
            let here = texts.iter().flat_map(|text| self.0.iter().filter(|form| text.contains(&form.text)));
            found = here.map(Form::found).fold(found, Ord::max);
        }
        found
    }
}

impl Form {
    fn found(&self) -> Found {
        if self.telling { Found::Secret } else { Found::Word }
    }
}

/// As it is, in hexadecimal digits, and as a part of something in base64 (RFC 4648, sections 4 and 5), where it begins at
/// one of three places in a group.
fn forms(text: &str) -> Vec<Form> {
    if text.len() < SHORTEST {
        return Vec::new();
    }
    // Padding is often left out.
    let plain = Some(text.trim_end_matches('=')).filter(|plain| plain.len() >= SHORTEST).unwrap_or(text);
    let alike = plain.bytes().all(|byte| byte.is_ascii_alphabetic()) || plain.bytes().all(|byte| byte.is_ascii_digit());
    let mut forms = vec![Form { text: plain.to_owned(), telling: !alike || plain.len() >= TELLING }];
    let mut tell = |text: String| forms.push(Form { text, telling: true });
    let hex = text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    tell(hex.to_uppercase());
    tell(hex);
    for offset in 0..3_usize {
        let bytes = [&vec![0; offset], text.as_bytes()].concat();
        let (first, last) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            tell(encoded.get(first..last).unwrap_or_default().to_owned());
        }
    }
    forms
}

/// A text after each way of decoding that changes it.
fn decoded(text: &str) -> Vec<String> {
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
    if text.contains('&') {
        texts.push(unmarked(text));
    }
    texts
}

/// A text out of a JSON string (RFC 8259, section 7), or of something like it.
fn unescaped(text: &str) -> String {
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
        let code = (escape == 'u').then(|| rest.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok())).flatten();
        match (escape, code) {
            ('u', Some(code)) => {
                units.push(code);
                rest = &rest[4..];
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

/// A text out of HTML or XML, as far as credentials need it.
fn unmarked(text: &str) -> String {
    const MARKS: &[(&str, &[&str])] = &[
        ("<", &["&lt;", "&#60;", "&#x3c;", "&#x3C;"]),
        (">", &["&gt;", "&#62;", "&#x3e;", "&#x3E;"]),
        ("\"", &["&quot;", "&#34;", "&#x22;"]),
        ("'", &["&apos;", "&#39;", "&#039;", "&#x27;"]),
        ("/", &["&#47;", "&#x2f;", "&#x2F;"]),
        ("`", &["&#96;", "&#x60;"]),
        ("=", &["&#61;", "&#x3d;", "&#x3D;"]),
        ("+", &["&#43;", "&#x2b;", "&#x2B;"]),
        // The last, as it begins all others.
        ("&", &["&amp;", "&#38;", "&#x26;"]),
    ];
    MARKS.iter().fold(text.to_owned(), |text, (plain, marks)| marks.iter().fold(text, |text, mark| text.replace(mark, plain)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cleaned(secret: &str, text: &str) -> (String, Found) {
        let mut text = text.to_owned();
        let found = Forms::new(&[secret.to_owned()]).clean(&mut text);
        (text, found)
    }

    #[test]
    fn a_short_secret_shreds_nothing() {
        for secret in ["a", "1", "abc1234", ""] {
            assert_eq!(cleaned(secret, "a text of 1 line, abc1234"), ("a text of 1 line, abc1234".to_owned(), Found::Nothing), "{secret}");
        }
    }

    #[test]
    fn a_word_or_number_is_taken_out_and_held_against_nobody() {
        assert_eq!(cleaned("password", "no password here"), (format!("no {REMOVED} here"), Found::Word));
        assert_eq!(cleaned("12345678", "12345678"), (REMOVED.to_owned(), Found::Word));
        assert_eq!(cleaned("passw0rd", "no passw0rd here"), (format!("no {REMOVED} here"), Found::Secret));
    }

    #[test]
    fn what_only_decoding_shows_takes_the_whole_text() {
        for text in ["say s3cr%65t%20w%2Frd", "s3cret+w%2frd", r"s3cr\u0065t w\/rd", "s3cret w&#x2F;rd", "s3cret%2520w%252Frd"] {
            assert_eq!(cleaned("s3cret w/rd", text), (REMOVED.to_owned(), Found::Secret), "{text}");
        }
        assert_eq!(cleaned("s3cret w/rd", "100 % of \\ & + stays"), ("100 % of \\ & + stays".to_owned(), Found::Nothing));
    }

    proptest! {
        #[test]
        fn decoding_never_fails(text in any::<String>(), more in r"[\\u%&#x0-9a-f+]{0,40}") {
            decoded(&format!("{text}{more}"));
            prop_assert_eq!(unescaped(&serde_json::to_string(&text).unwrap()), format!("\"{text}\""));
        }

        #[test]
        fn base64_of_anything_around_it_is_found(before in "[ -~]{0,9}", secret in "[!-~]{8,40}", after in "[ -~]{0,9}") {
            let whole = format!("{before}{secret}{after}");
            for encoded in [STANDARD_NO_PAD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
                prop_assert_ne!(cleaned(&secret, &encoded).1, Found::Nothing);
            }
        }
    }
}
