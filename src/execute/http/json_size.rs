//! Estimates the memory that a JSON text will take, before it is parsed.

/// The price of an object or array, in bytes: the value itself and room for its first members.
const OPENED: u64 = 420;
/// The price of one more member or item, in bytes, as arrays double when they grow.
const MEMBER: u64 = 230;
/// The price of a text beside its letters, in bytes; there are two quotes to each.
const QUOTE: u64 = 16;

/// How heavy a JSON text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonSize {
    /// Bytes that its values take at most.
    pub bytes: u64,
    /// How deep it is nested.
    pub depth: usize,
}

/// Weighs a text that may be JSON. What begins with no bracket has no members.
pub fn estimate_size(text: &[u8]) -> JsonSize {
    let mut weight = JsonSize { bytes: text.len() as u64, depth: 0 };
    if !matches!(text.trim_ascii_start().first(), Some(b'[' | b'{')) {
        return weight;
    }
    let (mut depth, mut within, mut escaped) = (0_usize, false, false);
    for byte in text {
        if within {
            within = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            continue;
        }
        match byte {
            b'"' => {
                within = true;
                weight.bytes += 2 * QUOTE;
            }
            b'[' | b'{' => {
                depth += 1;
                weight.depth = weight.depth.max(depth);
                weight.bytes += OPENED;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => weight.bytes += MEMBER,
            _ => {}
        }
    }
    weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_text_weighs_only_its_letters() {
        assert_eq!(estimate_size(br#"["[[[\"[[["#).depth, 1);
        assert_eq!(estimate_size(br#"["\\"[["#).depth, 3);
        assert_eq!(estimate_size(b" [[],[[]]]").depth, 3);
        assert_eq!(estimate_size(b"a,b,[c"), JsonSize { bytes: 6, depth: 0 });
    }

    #[test]
    fn a_value_is_never_heavier_than_its_weight() {
        let value = size_of::<serde_json::Value>() as u64;
        assert!(OPENED >= 4 * value && MEMBER >= 2 * (value + 40), "a value has {value} bytes");
    }
}
