//! A request template with places for the values that other requests yield.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contract::Method;
use super::ids::SlotId;
use super::suite::AccountName;

/// A place in a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The method.
    Method,
    /// A parameter of the path template.
    Path(String),
    /// A query parameter.
    Query(String),
    /// A header field.
    Header(String),
    /// JSON Pointer (RFC 6901) into the body; empty for the whole body.
    Body(String),
    /// Who is asking.
    Credentials,
    /// Nothing in the request: the state of the server, or the number of requests.
    State,
}

/// A request with holes for the values that other probes yield.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestTemplate {
    /// Method.
    pub method: Method,
    /// Path template.
    pub path: String,
    /// Values of the path template, before percent-encoding.
    pub path_values: BTreeMap<String, String>,
    /// Query pairs, before percent-encoding.
    pub query: Vec<(String, String)>,
    /// Header fields; credentials are not among them.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Body,
    /// Which credentials it carries.
    pub credentials: Credentials,
    /// Where values of slots go.
    pub fillings: Vec<Binding>,
    /// What is not simply percent-encoded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub styled: Vec<Styled>,
}

/// How a value is written that is not simply percent-encoded (OpenAPI, Parameter Object, `style`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Styled {
    /// Place in the request.
    pub place: Place,
    /// What stands before the value.
    pub before: String,
    /// Whether the value is percent-encoded already, because what stands between its parts is not.
    pub encoded: bool,
}

impl RequestTemplate {
    /// The slots that fill it, each once, in the order of their first places.
    pub fn slots(&self) -> Vec<SlotId> {
        let mut slots: Vec<SlotId> = Vec::new();
        for binding in &self.fillings {
            if !slots.contains(&binding.slot) {
                slots.push(binding.slot.clone());
            }
        }
        slots
    }

    /// The slots that fill its path.
    pub fn slots_in_path(&self) -> Vec<&SlotId> {
        let fillings = self.fillings.iter().filter(|binding| matches!(binding.place, Place::Path(_)));
        fillings.map(|binding| &binding.slot).collect()
    }

    /// Makes a place ready for a plain value: what stands before it stays, and nothing in it is encoded yet.
    pub fn reset_style(&mut self, place: &Place) {
        self.styled.iter_mut().filter(|styled| styled.place == *place).for_each(|styled| styled.encoded = false);
    }

    /// How the value at a place is written, where that is not plain.
    pub fn styled_at(&self, place: &Place) -> Option<&Styled> {
        self.styled.iter().find(|styled| styled.place == *place)
    }

    /// Lets another resource take the place of one wherever the request names it.
    pub fn replace_slot(&mut self, from: &SlotId, to: &SlotId) {
        for binding in self.fillings.iter_mut().filter(|binding| binding.slot == *from) {
            to.clone_into(&mut binding.slot);
        }
    }
}

/// A value of a slot and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Place in the request.
    pub place: Place,
    /// Whose value.
    pub slot: SlotId,
}

/// A request body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// No body.
    Empty,
    /// A JSON document.
    Json(Value),
    /// A JSON document of which the last characters are cut off.
    CutJson(Value),
    /// A JSON document in which the text at some pointers is written as it is here, and not as the value there would be.
    Spelled(Value, Vec<(String, String)>),
    /// An XML document that is written by its schema.
    Xml(XmlBody),
    /// Text as it is.
    Text(String),
    /// `multipart/form-data` (RFC 7578), name and content of each part.
    Multipart(Vec<Part>),
}

impl Body {
    /// The value that the whole of it is written from, in JSON or in XML.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Json(value) | Self::Xml(XmlBody { value, is_cut: false, .. }) => Some(value),
            _ => None,
        }
    }

    /// The same value, to be changed.
    pub fn value_mut(&mut self) -> Option<&mut Value> {
        match self {
            Self::Json(value) | Self::Xml(XmlBody { value, is_cut: false, .. }) => Some(value),
            _ => None,
        }
    }
}

/// A value that is sent in XML.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct XmlBody {
    /// The value.
    pub value: Value,
    /// Where its schema stands in the contract (JSON Pointer); its members `xml` say how the value is written.
    pub schema: String,
    /// Whether the last characters are cut off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cut: bool,
}

/// One part of `multipart/form-data`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// `name` of the part.
    pub name: String,
    /// Content type of the part.
    pub media_type: Option<String>,
    /// `filename`, for a file.
    pub file_name: Option<String>,
    /// Content; a JSON value that is no string is sent as JSON text.
    pub content: Value,
    /// Whether each item of the content is a part of its own (OpenAPI, Special Considerations for `multipart` Content).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
}

/// Which credentials a request carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credentials {
    /// Those of the full account.
    Full,
    /// Those of the account without permissions.
    Limited,
    /// Those of the account that owns other things.
    Other,
    /// None at all.
    None,
    /// Those of the full account with another secret.
    WrongSecret,
    /// Those of the full account without this one security scheme.
    Without(String),
}

impl Credentials {
    /// Whose they are; absent where there are none.
    pub fn account(&self) -> Option<AccountName> {
        match self {
            Self::None => None,
            Self::Full | Self::WrongSecret | Self::Without(_) => Some(AccountName::Full),
            Self::Limited => Some(AccountName::Limited),
            Self::Other => Some(AccountName::Other),
        }
    }
}
