//! Methods and status codes of HTTP (RFC 9110).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An HTTP method, in upper case.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Method(Cow<'static, str>);

impl Method {
    /// GET (RFC 9110, section 9.3).
    pub const GET: Self = Self(Cow::Borrowed("GET"));
    /// HEAD (RFC 9110, section 9.3).
    pub const HEAD: Self = Self(Cow::Borrowed("HEAD"));
    /// POST (RFC 9110, section 9.3).
    pub const POST: Self = Self(Cow::Borrowed("POST"));
    /// PUT (RFC 9110, section 9.3).
    pub const PUT: Self = Self(Cow::Borrowed("PUT"));
    /// PATCH (RFC 5789).
    pub const PATCH: Self = Self(Cow::Borrowed("PATCH"));
    /// DELETE (RFC 9110, section 9.3).
    pub const DELETE: Self = Self(Cow::Borrowed("DELETE"));
    /// TRACE (RFC 9110, section 9.3).
    pub const TRACE: Self = Self(Cow::Borrowed("TRACE"));

    /// The method of this name, which is in upper case.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is GET.
    pub fn is_get(&self) -> bool {
        *self == Self::GET
    }

    /// Whether it is HEAD.
    pub fn is_head(&self) -> bool {
        *self == Self::HEAD
    }

    /// Whether it is POST.
    pub fn is_post(&self) -> bool {
        *self == Self::POST
    }

    /// Whether it is PUT.
    pub fn is_put(&self) -> bool {
        *self == Self::PUT
    }

    /// Whether it is PATCH.
    pub fn is_patch(&self) -> bool {
        *self == Self::PATCH
    }

    /// Whether it is DELETE.
    pub fn is_delete(&self) -> bool {
        *self == Self::DELETE
    }

    /// Whether it is TRACE.
    pub fn is_trace(&self) -> bool {
        *self == Self::TRACE
    }

    /// Whether a request with it usually has a body (RFC 9110, section 9.3; RFC 5789).
    pub fn has_body(&self) -> bool {
        self.is_post() || self.is_put() || self.is_patch()
    }

    /// A safe method: it asks for no change of state (RFC 9110, section 9.2.1).
    pub fn is_safe(&self) -> bool {
        matches!(self.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An HTTP status code (RFC 9110, section 15), or what a contract writes for many of them: a range such as `2XX`, or `default`
/// (OpenAPI, Responses Object). A status that came is always a code.
///
/// The number is the code itself, the first digit of a range, or 0 for `default`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(pub u16);

impl Status {
    /// Any status that has no response of its own.
    pub const DEFAULT: Self = Self(0);

    /// Whether it stands for many codes.
    pub fn is_range(self) -> bool {
        self.0 < 100
    }

    /// Of the class 2xx. What only `default` is said of may be one.
    pub fn is_success(self) -> bool {
        self == Self::DEFAULT || self.class() == 2
    }

    /// Of the classes 4xx and 5xx.
    pub fn is_refusal(self) -> bool {
        self.class() >= 4
    }

    /// Of the class 5xx.
    pub fn is_server_error(self) -> bool {
        self.class() == 5
    }

    /// The first digit; 0 for `default`.
    pub fn class(self) -> u16 {
        if self.is_range() { self.0 } else { self.0 / 100 }
    }

    /// Whether a code is this one or within. A valid request is answered under `default` when it is not refused.
    pub fn covers(self, code: Self) -> bool {
        match self {
            Self::DEFAULT => matches!(code.class(), 2 | 3),
            range if range.is_range() => code.class() == range.0,
            own => own == code,
        }
    }

    /// A range stands behind the codes within, and `default` behind everything.
    fn sort_rank(self) -> u16 {
        match self {
            Self::DEFAULT => u16::MAX,
            range if range.is_range() => range.0 * 200 + 199,
            own => own.0.saturating_mul(2),
        }
    }
}

impl PartialOrd for Status {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Status {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sort_rank().cmp(&other.sort_rank())
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::DEFAULT => formatter.write_str("default"),
            range if range.is_range() => write!(formatter, "{}XX", range.0),
            own => own.0.fmt(formatter),
        }
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = text.strip_suffix("XX").or_else(|| text.strip_suffix("xx")).and_then(|digit| digit.parse().ok());
        match range.or_else(|| text.parse::<u16>().ok()) {
            None if text == "default" => Ok(Self::DEFAULT),
            Some(digit @ 1..=5) if text.len() == 3 => Ok(Self(digit)),
            Some(code @ 100..=599) => Ok(Self(code)),
            _ => Err("a status has three digits, as 404; a range is written as 4XX; what is left is `default`".to_owned()),
        }
    }
}

/// A code is a number, what stands for many is a text.
impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_range() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Code(u16),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Code(code) if code >= 100 => Ok(Self(code)),
            Written::Code(code) => Err(serde::de::Error::custom(format!("{code} is no status"))),
            Written::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Status {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An HTTP status code, or what a contract writes for many of them.",
            "anyOf": [
                {"type": "integer", "minimum": 100, "maximum": 599},
                {"enum": ["1XX", "2XX", "3XX", "4XX", "5XX", "default"]}
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_its_name_in_text() {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE] {
            let text = serde_json::to_value(&method).unwrap();
            assert_eq!(text, method.as_str());
            assert_eq!(serde_json::from_value::<Method>(text).unwrap(), method, "one that was read is the same as the constant");
        }
        assert!(Method::new("GET").is_get() && Method::new("GET").is_safe() && !Method::new("QUERY").is_safe());
        let with_body = [Method::POST, Method::PUT, Method::PATCH];
        assert!(with_body.iter().all(Method::has_body) && !Method::DELETE.has_body() && !Method::GET.has_body());
    }

    #[test]
    fn a_code_is_a_number_and_a_range_a_text() {
        for (status, written) in [(Status(404), "404"), (Status(2), "\"2XX\""), (Status::DEFAULT, "\"default\"")] {
            assert_eq!(serde_json::to_string(&status).unwrap(), written);
            assert_eq!(serde_json::from_str::<Status>(written).unwrap(), status);
            assert_eq!(written.trim_matches('"').parse::<Status>().unwrap(), status);
            assert_eq!(status.to_string(), written.trim_matches('"'));
        }
        assert_eq!("4xx".parse(), Ok(Status(4)));
        for wrong in ["99", "600", "6XX", "XX", "2X", "02XX", "", "0", "2"] {
            assert!(wrong.parse::<Status>().is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<Status>("2").is_err());
    }

    #[test]
    fn a_range_covers_its_class_and_default_what_is_not_refused() {
        let covered = |status: Status| [100, 200, 204, 302, 404, 500].into_iter().filter(|code| status.covers(Status(*code))).collect::<Vec<_>>();
        assert_eq!(covered(Status(2)), [200, 204]);
        assert_eq!(covered(Status(4)), [404]);
        assert_eq!(covered(Status(404)), [404]);
        assert_eq!(covered(Status::DEFAULT), [200, 204, 302]);
    }

    #[test]
    fn a_range_stands_behind_its_codes() {
        let mut all = [Status::DEFAULT, Status(4), Status(500), Status(499), Status(2), Status(200)];
        all.sort();
        assert_eq!(all, [Status(200), Status(2), Status(499), Status(4), Status(500), Status::DEFAULT]);
    }
}
