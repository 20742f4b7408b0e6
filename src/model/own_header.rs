//! Header fields of a user's own, which requests are sent with beside those of the contract.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use serde_json::json;
use wildmatch::WildMatch;

use super::environment::{text_pieces, variables};

/// Header fields that belong to the connection, or say how the message is written (RFC 9110, sections 7, 8 and 10).
const OF_THE_TRANSPORT: [&str; 14] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Header fields that make another request of the one they stand in, so that what it would change is not known any more.
const OVERRIDES: [&str; 5] = ["x-http-method", "x-http-method-override", "x-method-override", "x-original-url", "x-rewrite-url"];

/// A header field of a user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, schemars(title = "Header field of your own"))]
pub struct OwnHeader {
    /// Its name.
    #[cfg_attr(test, schemars(example = &"X-Tenant"))]
    pub name: String,
    /// Its value. `${NAME}` stands for the value of an environment variable, which is kept secret; `$${` for `${` itself.
    #[cfg_attr(test, schemars(example = &"${LIBRARY_TENANT}"))]
    pub value: String,
    /// Ids of the operations that it is sent to; `*` stands for any text. Without any: to all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(example = json!(["loans.*"])))]
    pub only: Vec<String>,
}

impl OwnHeader {
    /// Reads `Name: value`.
    ///
    /// # Errors
    /// It is no header field, or one that is not the user's to set. The value is not repeated.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').ok_or("write 'Name: value'")?;
        let header = Self { name: name.trim().to_owned(), value: value.trim().to_owned(), only: Vec::new() };
        header.check()?;
        Ok(header)
    }

    /// Refuses what cannot be sent, or must not be.
    ///
    /// # Errors
    /// Why it is refused; the value is not repeated.
    pub fn check(&self) -> Result<(), String> {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if self.name.is_empty() || !self.name.bytes().all(token) {
            return Err("what stands before the colon is no name of a header field; write 'Name: value'".to_owned());
        }
        let is_one_of = |names: &[&str]| names.iter().any(|name| self.name.eq_ignore_ascii_case(name));
        if is_one_of(&OF_THE_TRANSPORT) {
            return Err(format!("{} says how a request is sent, which is not set by hand; leave it out", self.name));
        }
        if is_one_of(&OVERRIDES) {
            return Err(format!("{} makes another request of each one, and what it changes could not be told; leave it out", self.name));
        }
        if self.value.chars().any(char::is_control) {
            return Err(format!("{} holds a line break or another control character, which cannot be sent", self.name));
        }
        text_pieces(&self.value).map(|_| ()).map_err(|reason| format!("{}: {reason}", self.name))
    }

    /// Whether it is sent to an operation.
    pub fn is_for(&self, operation: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|pattern| WildMatch::new(pattern).matches(operation))
    }

    /// Whether it takes the place of another one.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The environment variables in its value.
    pub fn variables(&self) -> Vec<String> {
        variables(&self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_a_name_and_a_value() {
        let header = OwnHeader::parse("X-Tenant:  a:b ").unwrap();
        assert_eq!((header.name.as_str(), header.value.as_str()), ("X-Tenant", "a:b"));
        assert!(OwnHeader::parse("X-Empty:").is_ok());
        for wrong in ["X-Tenant", ": a", "X Tenant: a", "X: a\nb", "X: ${A"] {
            assert!(OwnHeader::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_the_transport_owns_is_refused_in_any_case() {
        for name in OF_THE_TRANSPORT.iter().chain(&OVERRIDES) {
            for name in [(*name).to_owned(), name.to_ascii_uppercase()] {
                let told = OwnHeader::parse(&format!("{name}: s3cret")).unwrap_err();
                assert!(told.contains(&name) && !told.contains("s3cret"), "{told}");
            }
        }
    }

    #[test]
    fn patterns_choose_operations() {
        let header = OwnHeader { only: vec!["loans.*".to_owned(), "a".to_owned()], ..OwnHeader::parse("X: y").unwrap() };
        assert_eq!([header.is_for("loans.get"), header.is_for("a"), header.is_for("ab")], [true, true, false]);
        assert!(OwnHeader::parse("X: y").unwrap().is_for("ab"));
    }
}
