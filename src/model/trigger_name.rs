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
    ($($constant:ident = $name:literal: $about:literal;)*) => {
        impl TriggerName {
            $(#[doc = $about] pub const $constant: Self = Self::new($name);)*
        }
    };
}

names! {
    SUCCESS = "success": "A valid request.";
    BAD_ENUM = "bad-enum": "A member of the body has a value outside its enumeration.";
    BAD_QUERY_PARAMETER = "bad-query-parameter": "A query parameter has a value that its schema forbids.";
    BAD_VALUE = "bad-value": "A place named by the contract has the value it says is refused.";
    BURST = "burst": "One request more than the rate limit allows.";
    DELETED_RESOURCE = "deleted-resource": "The id in the path names what was deleted.";
    DUPLICATE = "duplicate": "The same thing is made a second time.";
    EXPIRED = "expired": "The resource has expired.";
    FINISHED = "finished": "A valid request, after the job has finished.";
    ID_MISMATCH = "id-mismatch": "The id in the body is not the one in the path.";
    IN_USE = "in-use": "Something still refers to the resource.";
    LIMITED_CREDENTIALS = "limited-credentials": "The account has no permission.";
    MALFORMED_ID = "malformed-id": "The id in the path is not of the documented form.";
    MALFORMED_JSON = "malformed-json": "The JSON body is cut off before its end.";
    MEDIA_TYPE_PARAMETER = "media-type-parameter": "The media type carries an unknown parameter.";
    MISSING_ATTRIBUTE = "missing-attribute": "A required member of the body is left out.";
    MISSING_CONTENT_TYPE = "missing-content-type": "Content-Type is left out.";
    MISSING_DATA = "missing-data": "A required member at the top of the body is left out.";
    MISSING_HEADER = "missing-header": "A required header beside the credentials is left out.";
    MISSING_QUERY_PARAMETER = "missing-query-parameter": "A required query parameter is left out.";
    NO_CREDENTIALS = "no-credentials": "Credentials are left out.";
    NOT_ACCEPTABLE = "not-acceptable": "The answer is asked for in a media type that the operation does not have.";
    OVER_LIMIT = "over-limit": "A number or a length is above its maximum.";
    STALE_VALIDATOR = "stale-validator": "If-Match names a version that cannot be the current one.";
    UNDOCUMENTED_PARAMETER = "undocumented-parameter": "A query parameter that the contract says is refused is added.";
    UNFINISHED = "unfinished": "The job has not finished.";
    UNKNOWN_ID = "unknown-id": "The id in the path names nothing.";
    UNKNOWN_REFERENCE = "unknown-reference": "An id in the body or the query names nothing.";
    UNMODIFIED = "unmodified": "A read on condition that something has changed since the server said how it is.";
    UNSUPPORTED_METHOD = "unsupported-method": "The method is one that the path does not have.";
    WRONG_ATTRIBUTE_TYPE = "wrong-attribute-type": "A member of the body has another JSON type.";
    WRONG_CONTENT_TYPE = "wrong-content-type": "The body says it is of a media type that does not exist.";
    WRONG_SECRET = "wrong-secret": "The secret is another.";
    WRONG_STATE = "wrong-state": "The resource is not in a state that allows it.";
    WRONG_TYPE = "wrong-type": "Type in the body is another.";
}

impl TriggerName {
    /// A name that the program itself gives.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A name that a contract writes; whether there is such a trigger is asked when a plan is made.
    pub fn written(name: &str) -> Self {
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
