//! Tells the type of a value and the form of a text: what stays the same where a value varies.

use std::sync::LazyLock;

use serde_json::Value;

/// The forms of text that programs read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TextForm {
    /// A moment of RFC 3339, section 5.6, in UTC, written with `Z`.
    MomentZ,
    /// A moment with an offset.
    MomentOffset,
    /// A moment in UTC with a fraction of a second.
    FractionZ,
    /// A moment with an offset and a fraction.
    FractionOffset,
    /// A moment without a zone.
    MomentLocal,
    /// A date.
    Date,
    /// A UUID (RFC 9562).
    Uuid,
    /// Digits only.
    Digits,
    /// An absolute URL (RFC 3986, section 4.3).
    AbsoluteUrl,
    /// A path from the root (RFC 3986, section 4.2).
    Path,
    /// A long number in hexadecimal digits, as of hashes and traces.
    Hex,
    /// Anything else.
    Free,
}

impl TextForm {
    /// The form of a text.
    pub(super) fn of(text: &str) -> Self {
        moment_form(text).or_else(|| coded(text)).unwrap_or_else(|| address(text))
    }

    /// What a user calls it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::MomentZ => "date-time with Z",
            Self::MomentOffset => "date-time with an offset",
            Self::FractionZ => "date-time with a fraction and Z",
            Self::FractionOffset => "date-time with a fraction and an offset",
            Self::MomentLocal => "date-time without a zone",
            Self::Date => "date",
            Self::Uuid => "UUID",
            Self::Digits => "digits",
            Self::AbsoluteUrl => "absolute URL",
            Self::Path => "path",
            Self::Hex => "hexadecimal digits",
            Self::Free => "text",
        }
    }

    /// Whether values of this form differ from run to run by their nature.
    pub(super) fn is_volatile(self) -> bool {
        !matches!(self, Self::Digits | Self::AbsoluteUrl | Self::Path | Self::Free)
    }
}

fn is_shaped(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            b'h' => byte.is_ascii_hexdigit(),
            b'T' => matches!(byte, b'T' | b't' | b' '),
            other => byte == other,
        })
}

fn moment_form(text: &str) -> Option<TextForm> {
    if is_shaped(text, "0000-00-00") {
        return Some(TextForm::Date);
    }
    let zone = text.get(..19).filter(|front| is_shaped(front, "0000-00-00T00:00:00")).and_then(|_| text.get(19..))?;
    let (fraction, zone) = match zone.strip_prefix('.') {
        Some(rest) => (true, rest.trim_start_matches(|letter: char| letter.is_ascii_digit())),
        None => (false, zone),
    };
    match zone {
        "" => Some(TextForm::MomentLocal),
        "Z" | "z" => Some(if fraction { TextForm::FractionZ } else { TextForm::MomentZ }),
        zone if zone.starts_with(['+', '-']) && zone.len() <= 6 => Some(if fraction { TextForm::FractionOffset } else { TextForm::MomentOffset }),
        _ => None,
    }
}

fn coded(text: &str) -> Option<TextForm> {
    static UUID: LazyLock<String> = LazyLock::new(|| [8, 4, 4, 4, 12].map(|count| "h".repeat(count)).join("-"));
    if is_shaped(text, &UUID) {
        return Some(TextForm::Uuid);
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(TextForm::Digits);
    }
    (text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(TextForm::Hex)
}

fn address(text: &str) -> TextForm {
    let absolute = text.split_once("://").is_some_and(|(scheme, rest)| matches!(scheme, "http" | "https") && !rest.is_empty());
    if absolute && !text.contains(' ') {
        return TextForm::AbsoluteUrl;
    }
    let path = text.starts_with('/') && text.len() > 1 && !text.contains(' ');
    if path { TextForm::Path } else { TextForm::Free }
}

/// The type of a value (RFC 8259, section 3); of one that is masked, the type that it had.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(text) => masked_type(text).unwrap_or("text"),
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// What a masked value was (`masked:TYPE:HASH`).
fn masked_type(text: &str) -> Option<&'static str> {
    let (name, _) = text.strip_prefix("masked:")?.split_once(':')?;
    Some(match name {
        "null" => "null",
        "boolean" => "boolean",
        "number" => "number",
        "string" => "text",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_form_is_told_from_the_others() {
        for (text, form) in [
            ("2024-02-03T04:05:06Z", TextForm::MomentZ),
            ("2024-02-03T04:05:06+01:00", TextForm::MomentOffset),
            ("2024-02-03T04:05:06.123Z", TextForm::FractionZ),
            ("2024-02-03T04:05:06.1-05:00", TextForm::FractionOffset),
            ("2024-02-03T04:05:06", TextForm::MomentLocal),
            ("2024-02-03", TextForm::Date),
            ("0c5e6c2e-6d3e-4f5a-9f5e-2f8d6f4a1b7c", TextForm::Uuid),
            ("12", TextForm::Digits),
            ("https://example.com/a", TextForm::AbsoluteUrl),
            ("/v1/a?b=1", TextForm::Path),
            ("4bf92f3577b34da6a3ce929d0e0e4736", TextForm::Hex),
            ("A name", TextForm::Free),
            ("/", TextForm::Free),
            ("", TextForm::Free),
            ("2024-02-03 is a day", TextForm::Free),
            ("https://", TextForm::Free),
        ] {
            assert_eq!(TextForm::of(text), form, "{text}");
        }
    }

    #[test]
    fn a_masked_value_has_the_type_that_it_had() {
        assert_eq!((type_of(&json!("masked:number:00ff")), type_of(&json!("masked:string:00ff")), type_of(&json!(1))), ("number", "text", "number"));
        assert_eq!((type_of(&json!("masked")), type_of(&json!("masked:odd:1"))), ("text", "text"));
    }
}
