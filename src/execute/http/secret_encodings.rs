//! Searches a text for a secret in every encoding in which a server may send it back.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::decoders::{decoded, without_separators};

/// Shorter texts occur by chance: they would be taken out of words and numbers that have nothing to do with them, and leave
/// a report that cannot be read. Such a secret is known only by its longer forms.
const SHORTEST: usize = 8;

/// From this length on a text of letters alone, or of digits alone, is no word or number that occurs by chance.
const TELLING: usize = 16;

/// How often a text may have been encoded.
const LAYERS: usize = 2;

/// What stands where a credential came back.
pub const REMOVED: &str = "[credentials]";

/// A text that gives a secret away.
#[derive(Clone, PartialEq, Eq)]
struct SecretForm {
    text: String,
    /// Whether it is not written by chance.
    telling: bool,
}

/// Every form of every secret.
#[derive(Clone, Default)]
pub struct SecretForms {
    /// The longest first.
    forms: Vec<SecretForm>,
    /// All of them at once, in any case: hexadecimal digits have two, names of header fields lose theirs.
    search: Option<AhoCorasick>,
}

/// What was found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretMatch {
    /// Nothing.
    Nothing,
    /// A word or number that may stand there by chance.
    Word,
    /// A secret.
    Secret,
}

impl SecretForms {
    /// The forms of these texts.
    pub fn new(texts: &[String]) -> Self {
        let mut forms: Vec<SecretForm> = texts.iter().flat_map(|text| readings(text)).flat_map(|text| forms(&text)).collect();
        forms.sort_by(|one, other| (other.text.len(), &one.text).cmp(&(one.text.len(), &other.text)));
        forms.dedup_by(|one, other| one.text == other.text);
        let mut search = AhoCorasick::builder();
        let search = search.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(forms.iter().map(|form| &form.text));
        Self { search: search.ok().filter(|_| !forms.is_empty()), forms }
    }

    /// Takes every secret out of a text. One that is there only after decoding takes the whole text with it, because
    /// where it begins and ends cannot be told any more.
    pub fn clean(&self, text: &mut String) -> SecretMatch {
        let shortest = self.forms.last().map_or(usize::MAX, |form| form.text.len());
        let Some(search) = self.search.as_ref().filter(|_| text.len() >= shortest) else { return SecretMatch::Nothing };
        let found = self.open(text);
        if found > SecretMatch::Nothing {
            *text = search.replace_all(text, &vec![REMOVED; self.forms.len()]);
        }
        let hidden = self.match_decoded(text);
        if hidden > SecretMatch::Nothing {
            REMOVED.clone_into(text);
        }
        found.max(hidden)
    }

    /// Takes every secret out of the name of a header field.
    pub fn clean_name(&self, name: &mut String) -> SecretMatch {
        let found = self.open(name).max(self.match_decoded(name));
        if found > SecretMatch::Nothing {
            REMOVED.clone_into(name);
        }
        found
    }

    /// What is found of a number, however it is written.
    pub fn match_number(&self, number: &serde_json::Number) -> SecretMatch {
        let text = number.to_string();
        let same = |form: &&SecretForm| {
            let digits = form.text.bytes().all(|byte| byte.is_ascii_digit()) && !form.text.starts_with('0');
            // Both are rounded alike; what is compared is the same decimal number.
            form.text == text
                || (digits && form.text.parse::<f64>().ok().is_some_and(|value| number.as_f64().is_some_and(|other| (value - other).abs() < 0.5)))
        };
        self.forms.iter().filter(same).map(SecretForm::whole_text_match).max().unwrap_or(SecretMatch::Nothing)
    }

    /// What is found in a text as it stands.
    fn open(&self, text: &str) -> SecretMatch {
        let found = self.search.iter().flat_map(|search| search.find_iter(text)).map(|hit| self.forms[hit.pattern().as_usize()].whole_text_match());
        found.max().unwrap_or(SecretMatch::Nothing)
    }

    /// What is found once a text is decoded.
    fn match_decoded(&self, text: &str) -> SecretMatch {
        if self.forms.is_empty() {
            return SecretMatch::Nothing;
        }
        let mut texts: Vec<Cow<'_, str>> = vec![Cow::Borrowed(text)];
        let mut found = SecretMatch::Nothing;
        for layer in 0..=LAYERS {
            if layer > 0 {
                texts = texts.iter().flat_map(|text| decoded(text)).map(Cow::Owned).collect();
                found = texts.iter().map(|text| self.open(text)).fold(found, Ord::max);
            }
            let grouped =
                |text: &Cow<'_, str>| without_separators(text).iter().filter(|joined| joined.len() < text.len()).map(|text| self.open(text)).max();
            found = texts.iter().filter_map(grouped).fold(found, Ord::max);
        }
        found
    }
}

impl SecretForm {
    fn whole_text_match(&self) -> SecretMatch {
        if self.telling { SecretMatch::Secret } else { SecretMatch::Word }
    }
}

/// As it is, in hexadecimal digits, and as a part of something in base64 (RFC 4648, sections 4 and 5), where it begins at
/// one of three places in a group.
fn forms(text: &str) -> Vec<SecretForm> {
    if text.len() < SHORTEST {
        return Vec::new();
    }
    // Padding is often left out.
    let plain = Some(text.trim_end_matches('=')).filter(|plain| plain.len() >= SHORTEST).unwrap_or(text);
    let alike = plain.bytes().all(|byte| byte.is_ascii_alphabetic()) || plain.bytes().all(|byte| byte.is_ascii_digit());
    let mut forms = vec![SecretForm { text: plain.to_owned(), telling: !alike || plain.len() >= TELLING }];
    let mut tell = |text: String| forms.push(SecretForm { text, telling: true });
    let hex = text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
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

/// A text as others may read or write it: with its bytes taken for letters of Latin-1 or Windows-1252, and with what they have no
/// letter for replaced; a number with a fraction or an exponent.
fn readings(text: &str) -> Vec<String> {
    let mut texts = vec![text.to_owned()];
    if !text.is_ascii() {
        let bytes = || text.bytes();
        texts.push(bytes().map(char::from).collect());
        texts.push(bytes().map(windows_1252).collect());
        for replaced in ["?", "\u{fffd}"] {
            let replace = |letter: char, times: usize| if letter.is_ascii() { letter.to_string() } else { replaced.repeat(times) };
            texts.push(text.chars().map(|letter| replace(letter, 1)).collect());
            texts.push(text.chars().map(|letter| replace(letter, letter.len_utf8())).collect());
        }
    }
    if text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') {
        let mantissa = text.trim_end_matches('0');
        let (first, rest) = mantissa.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent = text.len() - 1;
        texts.extend(["e", "e+", "e0", "e+0"].map(|sign| format!("{first}{point}{rest}{sign}{exponent}")));
    }
    texts
}

/// The letter of a byte in Windows-1252 (WHATWG Encoding Standard, section 9).
fn windows_1252(byte: u8) -> char {
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—',
        '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    byte.checked_sub(0x80).and_then(|index| UPPER.get(usize::from(index)).copied()).unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cleaned(secret: &str, text: &str) -> (String, SecretMatch) {
        let mut text = text.to_owned();
        let found = SecretForms::new(&[secret.to_owned()]).clean(&mut text);
        (text, found)
    }

    #[test]
    fn a_short_secret_shreds_nothing() {
        for secret in ["a", "1", "abc1234", ""] {
            assert_eq!(cleaned(secret, "a text of 1 line, abc1234"), ("a text of 1 line, abc1234".to_owned(), SecretMatch::Nothing), "{secret}");
        }
    }

    #[test]
    fn a_word_or_number_is_taken_out_and_held_against_no_server() {
        assert_eq!(cleaned("password", "no password here"), (format!("no {REMOVED} here"), SecretMatch::Word));
        assert_eq!(cleaned("12345678", "12345678"), (REMOVED.to_owned(), SecretMatch::Word));
        assert_eq!(cleaned("passw0rd", "no passw0rd here"), (format!("no {REMOVED} here"), SecretMatch::Secret));
    }

    #[test]
    fn what_only_decoding_shows_takes_the_whole_text() {
        for text in ["say s3cr%65t%20w%2Frd", "s3cret+w%2frd", r"s3cr\u0065t w\/rd", "s3cret w&#x2F;rd", "s3cret%2520w%252Frd"] {
            assert_eq!(cleaned("s3cret w/rd", text), (REMOVED.to_owned(), SecretMatch::Secret), "{text}");
        }
        assert_eq!(cleaned("s3cret w/rd", "100 % of \\ & + stays"), ("100 % of \\ & + stays".to_owned(), SecretMatch::Nothing));
    }

    #[test]
    fn what_others_make_of_letters_and_numbers_is_known() {
        for text in [
            "say pÃ¤sswÃ¶rd!",
            "p?ssw?rd",
            "p\u{fffd}ssw\u{fffd}rd",
            "p%E4ssw%F6rd",
            "P%C3%A4SSW%c3%b6RD",
            "70C3a47373 77c3B6\n7264",
            "p&auml;ssw&#xF6;rd",
        ] {
            assert_ne!(cleaned("pässwörd", text).1, SecretMatch::Nothing, "{text}");
        }
        for text in ["1234567890", "1234567890.0", "1.23456789e9", "1.23456789E+09", "x1.23456789e+9y"] {
            assert_ne!(cleaned("1234567890", text).1, SecretMatch::Nothing, "{text}");
        }
        let forms = SecretForms::new(&["1234567890".to_owned()]);
        let number = |text: &str| forms.match_number(&serde_json::from_str(text).unwrap());
        assert!(["1234567890", "1234567890.0", "1.23456789e9"].iter().all(|text| number(text) > SecretMatch::Nothing));
        assert!(["1234567891", "12345678900", "123456789"].iter().all(|text| number(text) == SecretMatch::Nothing));
    }

    proptest! {
        #[test]
        fn decoding_never_fails(text in any::<String>(), more in r"[\\u%&#x0-9a-f+]{0,40}") {
            decoded(&format!("{text}{more}"));
            prop_assert_eq!(super::super::decoders::unescaped(&serde_json::to_string(&text).unwrap()), format!("\"{text}\""));
        }

        /// The letters are those that the encodings use themselves: a secret may look like an encoding of something else.
        #[test]
        fn a_secret_is_found_in_every_encoding_whatever_its_letters(secret in r#"[%u\\\\"&#;x+=/ a-fz0-9äß€]{8,24}"#, around in "[ .,(]{0,3}") {
            let quoted = serde_json::to_string(&secret).unwrap();
            let quoted = &quoted[1..quoted.len() - 1];
            let percent = percent_encoding::utf8_percent_encode(&secret, percent_encoding::NON_ALPHANUMERIC).to_string();
            let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            let escape = secret.encode_utf16().map(|unit| format!("%u{unit:04X}")).collect::<Vec<_>>().concat();
            for encoded in [secret.clone(), quoted.to_owned(), quoted.replace('/', "\\/"), percent, html, escape.replace("%u", "\\u"), escape] {
                let text = format!("{around}{encoded}{around}");
                prop_assert_ne!(cleaned(&secret, &text).1, SecretMatch::Nothing, "{} in {}", secret, text);
            }
        }

        #[test]
        fn base64_of_anything_around_it_is_found(before in "[ -~]{0,9}", secret in "[!-~]{8,40}", after in "[ -~]{0,9}") {
            let whole = format!("{before}{secret}{after}");
            for encoded in [STANDARD_NO_PAD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
                prop_assert_ne!(cleaned(&secret, &encoded).1, SecretMatch::Nothing);
            }
        }
    }
}
