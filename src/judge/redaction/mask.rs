//! Replaces a value by a keyed hash: equal values have equal hashes, and only the key tells which.

use std::fmt::{self, Write};

use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

/// How many bytes of a hash stand in a text: enough that two values do not meet by chance (RFC 2104, section 5).
const SHOWN: usize = 10;

/// A key for hashes of values (HMAC, RFC 2104, with SHA-256).
#[derive(Clone)]
pub struct Mask(Hmac<Sha256>);

impl Mask {
    /// A mask with this key.
    pub fn new(key: &[u8; 32]) -> Self {
        let mut block = [0; 64];
        block[..32].copy_from_slice(key);
        // A key that is filled up to a block of the hash is the same key (RFC 2104, section 2).
        Self(Hmac::<Sha256>::new(&block.into()))
    }

    /// What stands in the place of a value: its type and its hash. The number 1 and the text "1" are two values.
    pub fn masked_text(&self, value: &Value) -> String {
        let mut hash = self.0.clone();
        hash.update(value.to_string().as_bytes());
        let start = format!("masked:{}:", kind(value));
        hash.finalize().into_bytes().iter().take(SHOWN).fold(start, |mut token, byte| {
            let _ = write!(token, "{byte:02x}");
            token
        })
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Mask(..)")
    }
}

/// The type of a value (RFC 8259, section 3).
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_values_have_equal_hashes_under_one_key_and_others_under_another() {
        let (one, other) = (Mask::new(&[1; 32]), Mask::new(&[2; 32]));
        assert_eq!(one.masked_text(&json!("Jane")), one.masked_text(&json!("Jane")));
        assert_ne!(one.masked_text(&json!("Jane")), other.masked_text(&json!("Jane")));
        assert_ne!(one.masked_text(&json!(1)), one.masked_text(&json!("1")));
        assert!(one.masked_text(&json!(1.5)).starts_with("masked:number:"));
        assert!(!format!("{one:?}").contains('1'));
    }

    #[test]
    fn the_hash_is_the_one_of_the_standard() {
        // Computed with `printf '"Jane"' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01`.
        assert_eq!(Mask::new(&[1; 32]).masked_text(&json!("Jane")), "masked:string:cabdd8b499b001bbe18d");
    }
}
