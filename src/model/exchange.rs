//! The request that was really sent, and the answer that really came.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contract::{Method, Status};
use super::plan::ProbeId;
use super::reason::Reason;
use super::suite::AccountName;

/// What became of every probe of a plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcomes {
    /// In the order in which the probes ended.
    pub outcomes: Vec<Outcome>,
}

impl Outcomes {
    /// The outcome of this probe.
    pub fn of(&self, probe: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.probe == probe)
    }

    /// How many requests were sent.
    pub fn requests(&self) -> u64 {
        self.outcomes.iter().map(|outcome| outcome.exchanges.len() as u64).sum()
    }
}

/// What became of one probe.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// The probe.
    pub probe: ProbeId,
    /// Every exchange made for it, in order; a request without an answer counts too.
    pub exchanges: Vec<Exchange>,
    /// How it ended.
    pub ending: Ending,
}

impl Outcome {
    /// The answer that counts: the last one.
    pub fn answer(&self) -> Option<&Answer> {
        self.exchanges.last().and_then(|exchange| exchange.answer.as_ref())
    }
}

/// How a probe ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The server answered the last request.
    Answered,
    /// The last request got no answer; why.
    Silent(Reason),
    /// Nothing was sent; why.
    Withheld(Reason),
}

/// One request and its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exchange {
    /// As it was sent, without credentials.
    pub request: SentRequest,
    /// What came; absent when nothing did.
    pub answer: Option<Answer>,
}

/// A request as it was sent, without credentials.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SentRequest {
    /// Method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Header fields without credentials.
    pub headers: Vec<(String, String)>,
    /// Body as text; bytes that are no UTF-8 are replaced.
    pub body: Option<String>,
    /// The same in base64 (RFC 4648, section 4), where it is no UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// Where the body comes from, when it is confidential and stays out of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<WithheldBody>,
    /// Which credentials were put on it; none where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<SentCredential>,
    /// Names of header fields of the user's own that are shown as they are written, with `${NAME}` for what the environment holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from_environment: Vec<String>,
}

/// A body that is confidential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithheldBody {
    /// The file that holds it, as the suite names it.
    pub file: String,
    /// Whether another body than that of the file was sent: one that is wrong on purpose.
    pub changed: bool,
}

/// A credential that a request was sent with, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentCredential {
    /// Name of the security scheme in the contract.
    pub scheme: String,
    /// The account that it is of.
    #[serde(default, skip_serializing_if = "AccountName::is_full")]
    pub account: AccountName,
    /// Whether its secret was wrong on purpose.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wrong: bool,
}

/// An answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// Status code.
    pub status: Status,
    /// Header fields in the order they came, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: AnswerContent,
    /// Time from sending to the last byte, in milliseconds.
    pub millis: u64,
    /// Credentials came back in it. Noted where they are known, and taken out there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub echoes_credentials: bool,
}

impl Answer {
    /// The first header field of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The media type without parameters, in lower case.
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerContent {
    /// No byte.
    Empty,
    /// A JSON document.
    Json(Value),
    /// An XML document, and the value that it stands for by its schema.
    Xml {
        /// As it came.
        text: String,
        /// The value, without members of which that is not certain.
        value: Value,
        /// Whether all of it is certain.
        is_whole: bool,
    },
    /// Text that is not JSON.
    Text(String),
    /// Bytes that are no UTF-8; how many.
    Bytes(u64),
    /// More than the bound on answers; how much was read, in bytes.
    TooLong(u64),
    /// Something else that is not to be read here, right as it may be; why.
    Unread(String),
    /// It was read and judged, and is not kept; why. What is left says nothing of it.
    Withheld(String),
}

impl AnswerContent {
    /// The body as JSON.
    pub fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            _ => None,
        }
    }

    /// The value that the body stands for, in JSON or in XML. Of XML it may lack members, so that nothing follows from what is not
    /// in it.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Json(value) | Self::Xml { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The value that all of the body certainly stands for.
    pub fn whole_value(&self) -> Option<&Value> {
        match self {
            Self::Json(value) | Self::Xml { value, is_whole: true, .. } => Some(value),
            _ => None,
        }
    }
}
