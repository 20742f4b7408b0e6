//! How values are written in parameters and forms (OpenAPI `style` and `explode`; RFC 6570, section 3.2).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parameter_location::Location;
use super::text::unquoted_text;

/// What may stand in a URL as it is (RFC 3986, section 2.3, unreserved characters).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same with reserved characters (RFC 3986, section 2.2), without those that would end or divide a query, or be read as a
/// space in it.
const DIVIDING: &AsciiSet = &RESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';');

/// What no cookie value may hold (RFC 6265, section 4.1.1, `cookie-octet`), and the sign of what is encoded.
const IN_COOKIE: &AsciiSet = &percent_encoding::CONTROLS.add(b' ').add(b'"').add(b',').add(b';').add(b'\\').add(b'%');

/// `style`; a parameter with `content` has one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Style {
    /// Joined by commas.
    Simple,
    /// The same behind a dot.
    Label,
    /// Pairs behind semicolons.
    Matrix,
    /// Pairs.
    Form,
    /// Joined by spaces.
    SpaceDelimited,
    /// Joined by bars.
    PipeDelimited,
    /// A pair for each member, its name in brackets.
    DeepObject,
    /// JSON text (`content`).
    Json,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serialization {
    /// `style`.
    pub style: Style,
    /// `explode`.
    pub explode: bool,
    /// `allowReserved`.
    pub allow_reserved: bool,
}

/// A name and a value in a query or a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
    /// Whether the value is percent-encoded already, because what stands between its parts is not.
    pub encoded: bool,
}

impl Serialization {
    /// How a parameter is written that says nothing of it.
    pub fn default_style(location: Location) -> Self {
        let style = if matches!(location, Location::Query | Location::Cookie) { Style::Form } else { Style::Simple };
        Self { style, explode: style == Style::Form, allow_reserved: false }
    }

    /// What a Parameter Object or Encoding Object says; `explode` is true where it is left out for the style `form` alone.
    pub fn read(described: &Value, usual: Self) -> Self {
        let style = described.get("style").and_then(|style| serde_json::from_value(style.clone()).ok()).unwrap_or(usual.style);
        let explode = described.get("explode").and_then(Value::as_bool).unwrap_or(style == Style::Form);
        Self { style, explode, allow_reserved: described.get("allowReserved") == Some(&Value::Bool(true)) }
    }

    /// The pairs that a value is in a query or a form.
    pub fn pairs(self, name: &str, value: &Value) -> Vec<Pair> {
        let joined = |parts: Vec<String>, delimiter: &str| {
            let encoded = parts.len() > 1 || self.allow_reserved;
            let parts: Vec<String> = if encoded { parts.iter().map(|part| self.encode(part)).collect() } else { parts };
            vec![Pair { name: name.to_owned(), value: parts.join(delimiter), encoded }]
        };
        match (value, self.style, self.delimiter()) {
            (Value::Array(items), Style::DeepObject, _) => items.iter().flat_map(|item| self.deep(name, item)).collect(),
            (Value::Object(_), Style::DeepObject, _) => self.deep(name, value),
            (_, Style::Json, _) => joined(vec![value.to_string()], ""),
            (Value::Array(items), _, None) => items.iter().flat_map(|item| joined(vec![flat(item)], "")).collect(),
            (Value::Array(items), _, Some(delimiter)) => joined(items.iter().map(flat).collect(), delimiter),
            (Value::Object(members), _, None) => {
                members.iter().flat_map(|(own, member)| Self { style: Style::Form, ..self }.pairs(own, &Value::String(flat(member)))).collect()
            }
            (Value::Object(members), _, Some(delimiter)) => {
                joined(members.iter().flat_map(|(own, member)| [own.clone(), flat(member)]).collect(), delimiter)
            }
            _ => joined(vec![flat(value)], ""),
        }
    }

    /// What stands between the parts of a value that is one pair.
    fn delimiter(self) -> Option<&'static str> {
        match self.style {
            _ if self.explode => None,
            Style::SpaceDelimited => Some("%20"),
            Style::PipeDelimited => Some("%7C"),
            _ => Some(","),
        }
    }

    fn deep(self, name: &str, value: &Value) -> Vec<Pair> {
        match value {
            Value::Object(members) => members.iter().flat_map(|(own, member)| self.deep(&format!("{name}[{own}]"), member)).collect(),
            Value::Array(items) => items.iter().flat_map(|item| self.deep(name, item)).collect(),
            plain => Self { style: Style::Form, ..self }.pairs(name, plain),
        }
    }

    fn encode(self, text: &str) -> String {
        utf8_percent_encode(text, if self.allow_reserved { DIVIDING } else { RESERVED }).to_string()
    }

    /// What a value is in a path: what stands before it, its text, and whether that is percent-encoded already.
    pub fn segment(self, name: &str, value: &Value) -> (String, String, bool) {
        let delimiter = match (self.style, self.explode) {
            (Style::Label, true) => ".".to_owned(),
            (Style::Matrix, true) if value.is_array() => format!(";{name}="),
            (Style::Matrix, true) => ";".to_owned(),
            _ => ",".to_owned(),
        };
        let before = match self.style {
            Style::Label => ".".to_owned(),
            Style::Matrix if self.explode && value.is_object() => ";".to_owned(),
            Style::Matrix => format!(";{name}="),
            _ => String::new(),
        };
        let (text, encoded) = self.join_parts(value, &delimiter, |part| self.encode(part));
        (before, text, encoded)
    }

    /// What a value is in a header field, where nothing is percent-encoded (OpenAPI, Percent-Encoding and Header Fields).
    pub fn field(self, value: &Value) -> String {
        self.join_parts(value, ",", str::to_owned).0
    }

    /// The pairs that a value is in the header field `Cookie` (RFC 6265, section 4.2.1).
    pub fn cookies(self, name: &str, value: &Value) -> String {
        let safe = |text: &str| utf8_percent_encode(text, IN_COOKIE).to_string();
        let pair = |name: &str, value: &Value| format!("{name}={}", safe(&flat(value)));
        let pairs: Vec<String> = match value {
            Value::Array(items) if self.explode => items.iter().map(|item| pair(name, item)).collect(),
            Value::Object(members) if self.explode => members.iter().map(|(own, member)| pair(own, member)).collect(),
            _ => {
                let (text, encoded) = self.join_parts(value, ",", safe);
                vec![format!("{name}={}", if encoded { text } else { safe(&text) })]
            }
        };
        pairs.join("; ")
    }

    /// The parts of a value, put together.
    fn join_parts(self, value: &Value, delimiter: &str, encode: impl Fn(&str) -> String) -> (String, bool) {
        let parts: Vec<String> = match value {
            _ if self.style == Style::Json => return (value.to_string(), false),
            Value::Array(items) if items.len() > 1 => items.iter().map(|item| encode(&flat(item))).collect(),
            Value::Array(items) => return (items.first().map(flat).unwrap_or_default(), false),
            Value::Object(members) if self.explode => {
                members.iter().map(|(name, member)| format!("{}={}", encode(name), encode(&flat(member)))).collect()
            }
            Value::Object(members) => members.iter().flat_map(|(name, member)| [encode(name), encode(&flat(member))]).collect(),
            _ => return (flat(value), false),
        };
        (parts.join(delimiter), true)
    }
}

/// A part of a value as text; what is deeper than OpenAPI tells how to write is JSON.
fn flat(value: &Value) -> String {
    if value.is_null() { String::new() } else { unquoted_text(value) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(described: &Value, location: Location) -> Serialization {
        Serialization::read(described, Serialization::default_style(location))
    }

    fn query(described: &Value, value: &Value) -> String {
        let pairs = of(described, Location::Query).pairs("v", value).into_iter();
        pairs.map(|pair| format!("{}={}{}", pair.name, pair.value, if pair.encoded { "!" } else { "" })).collect::<Vec<_>>().join("&")
    }

    #[test]
    fn a_query_is_written_in_each_style() {
        let (list, object) = (json!(["a,b", "c"]), json!({"r": 1, "g": 2}));
        assert_eq!(query(&json!({}), &json!("a b")), "v=a b");
        assert_eq!(query(&json!({}), &list), "v=a,b&v=c");
        assert_eq!(query(&json!({"explode": false}), &list), "v=a%2Cb,c!");
        assert_eq!(query(&json!({"explode": false}), &json!(["a,b"])), "v=a,b");
        assert_eq!(query(&json!({"style": "spaceDelimited"}), &list), "v=a%2Cb%20c!");
        assert_eq!(query(&json!({"style": "pipeDelimited"}), &list), "v=a%2Cb%7Cc!");
        assert_eq!(query(&json!({"style": "pipeDelimited", "explode": true}), &list), "v=a,b&v=c");
        assert_eq!(query(&json!({}), &object), "r=1&g=2");
        assert_eq!(query(&json!({"explode": false}), &object), "v=r,1,g,2!");
        assert_eq!(query(&json!({"style": "deepObject"}), &json!({"a": {"b": 1}, "c": [2, 3]})), "v[a][b]=1&v[c]=2&v[c]=3");
        assert_eq!(query(&json!({"allowReserved": true}), &json!("a/b?c&d")), "v=a/b?c%26d!");
        assert_eq!(query(&json!({"style": "json"}), &object), r#"v={"r":1,"g":2}"#);
    }

    #[test]
    fn a_segment_is_written_in_each_style() {
        let segment = |described: Value, value: Value| {
            let (before, text, _) = of(&described, Location::Path).segment("v", &value);
            before + &text
        };
        let (list, object) = (json!([3, "4/5"]), json!({"r": 1, "g": 2}));
        assert_eq!(segment(json!({}), list.clone()), "3,4%2F5");
        assert_eq!(segment(json!({}), object.clone()), "r,1,g,2");
        assert_eq!(segment(json!({"explode": true}), object.clone()), "r=1,g=2");
        assert_eq!(segment(json!({"style": "label"}), json!("5")), ".5");
        assert_eq!(segment(json!({"style": "label"}), list.clone()), ".3,4%2F5");
        assert_eq!(segment(json!({"style": "label", "explode": true}), list.clone()), ".3.4%2F5");
        assert_eq!(segment(json!({"style": "label", "explode": true}), object.clone()), ".r=1.g=2");
        assert_eq!(segment(json!({"style": "matrix"}), json!(5)), ";v=5");
        assert_eq!(segment(json!({"style": "matrix"}), list.clone()), ";v=3,4%2F5");
        assert_eq!(segment(json!({"style": "matrix", "explode": true}), list), ";v=3;v=4%2F5");
        assert_eq!(segment(json!({"style": "matrix", "explode": true}), object), ";r=1;g=2");
    }

    #[test]
    fn fields_and_cookies_are_written_as_they_can_be_read() {
        let object = json!({"r": 1, "g": 2});
        assert_eq!(of(&json!({"explode": true}), Location::Header).field(&object), "r=1,g=2");
        assert_eq!(of(&json!({}), Location::Header).field(&json!(["a b", "c"])), "a b,c");
        assert_eq!(of(&json!({}), Location::Cookie).cookies("v", &json!("nb; x")), "v=nb%3B%20x");
        assert_eq!(of(&json!({}), Location::Cookie).cookies("v", &json!(["a", "b"])), "v=a; v=b");
        assert_eq!(of(&json!({"explode": false}), Location::Cookie).cookies("v", &object), "v=r,1,g,2");
    }
}
