//! Faults in the status: another one than the contract demands.

use super::Fault;
use super::Hook::Status;

macro_rules! becomes {
    ($name:literal, $from:literal, $to:literal, $breaks:literal) => {
        Fault { name: $name, class: "status", breaks: $breaks, hook: Status(|status| if status == $from { $to } else { status }) }
    };
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    becomes!("conflict-as-bad-request", 409, 400, "a conflict is 400 instead of 409"),
    becomes!("conflict-as-unprocessable", 409, 422, "a conflict is 422 instead of 409"),
    becomes!("method-as-not-found", 405, 404, "an unsupported method is 404 instead of 405"),
    becomes!("method-as-not-implemented", 405, 501, "an unsupported method is 501 instead of 405"),
    becomes!("gone-as-not-found", 410, 404, "what has expired is 404 instead of 410"),
    becomes!("not-found-as-gone", 404, 410, "what is not there is 410 instead of 404"),
    becomes!("not-found-as-bad-request", 404, 400, "what is not there is 400 instead of 404"),
    becomes!("not-found-as-forbidden", 404, 403, "what is not there is 403 instead of 404"),
    becomes!("forbidden-as-not-found", 403, 404, "a missing permission is 404 instead of 403"),
    becomes!("forbidden-as-unauthorized", 403, 401, "a missing permission is 401 instead of 403"),
    becomes!("unauthorized-as-forbidden", 401, 403, "missing credentials are 403 instead of 401"),
    becomes!("unauthorized-as-not-found", 401, 404, "missing credentials are 404 instead of 401"),
    becomes!("media-type-as-bad-request", 415, 400, "another media type is 400 instead of 415"),
    becomes!("bad-request-as-unprocessable", 400, 422, "a bad request is 422 instead of 400"),
    becomes!("bad-request-as-conflict", 400, 409, "a bad request is 409 instead of 400"),
    becomes!("bad-request-as-error", 400, 500, "a bad request is 500 instead of 400"),
    becomes!("too-many-as-unavailable", 429, 503, "one request too many is 503 instead of 429"),
    becomes!("created-as-ok", 201, 200, "a creation is 200 instead of 201"),
    becomes!("ok-as-created", 200, 201, "an answer without a creation is 201 instead of 200"),
    becomes!("accepted-as-ok", 202, 200, "a job that has just been taken is 200 instead of 202"),
    becomes!("deleted-as-ok", 204, 200, "an answer without a body is 200 instead of 204"),
    becomes!("ok-as-no-content", 200, 204, "an answer with something to say is 204 instead of 200"),
    becomes!("see-other-as-found", 303, 302, "the address of an outcome comes with 302 instead of 303"),
    becomes!("see-other-as-ok", 303, 200, "the address of an outcome comes with 200 instead of 303"),
];
