//! Names of triggers, and those of which several rooms speak.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a trigger in `x-probity-when`, plans and reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct TriggerName(Cow<'static, str>);

macro_rules! names {
    ($($constant:ident = $name:literal;)*) => {
        impl TriggerName {
            $(#[doc = concat!("`", $name, "`; its file in `plan/triggers` says what it changes.")] pub const $constant: Self = Self::new($name);)*
        }
    };
}

names! {
    SUCCESS = "success";
    BAD_ENUM = "bad-enum";
    BAD_QUERY_PARAMETER = "bad-query-parameter";
    BAD_VALUE = "bad-value";
    BURST = "burst";
    DELETED_RESOURCE = "deleted-resource";
    DUPLICATE = "duplicate";
    EXPIRED = "expired";
    FINISHED = "finished";
    ID_MISMATCH = "id-mismatch";
    IN_USE = "in-use";
    LIMITED_CREDENTIALS = "limited-credentials";
    MALFORMED_ID = "malformed-id";
    MALFORMED_JSON = "malformed-json";
    MEDIA_TYPE_PARAMETER = "media-type-parameter";
    MISSING_ATTRIBUTE = "missing-attribute";
    MISSING_CONTENT_TYPE = "missing-content-type";
    MISSING_DATA = "missing-data";
    MISSING_HEADER = "missing-header";
    MISSING_QUERY_PARAMETER = "missing-query-parameter";
    NO_CREDENTIALS = "no-credentials";
    NOT_ACCEPTABLE = "not-acceptable";
    OTHER_OWNER = "other-owner";
    OVER_LIMIT = "over-limit";
    STALE_VALIDATOR = "stale-validator";
    UNDOCUMENTED_PARAMETER = "undocumented-parameter";
    UNFINISHED = "unfinished";
    UNKNOWN_ID = "unknown-id";
    UNKNOWN_REFERENCE = "unknown-reference";
    UNMODIFIED = "unmodified";
    UNSUPPORTED_METHOD = "unsupported-method";
    WRONG_ATTRIBUTE_TYPE = "wrong-attribute-type";
    WRONG_CONTENT_TYPE = "wrong-content-type";
    WRONG_SECRET = "wrong-secret";
    WRONG_STATE = "wrong-state";
    WRONG_TYPE = "wrong-type";
}

impl TriggerName {
    /// A name that the program itself gives.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A name that a contract writes; whether there is such a trigger is asked when a plan is made.
    pub fn from_text(name: &str) -> Self {
        Self(Cow::Owned(name.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TriggerName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}
