//! Statuses that are not the ones the contract demands.

use super::Hook::{Overlook, Status};
use super::{Fault, Hook};

const CLASS: &str = "status";

const fn fault(name: &'static str, breaks: &'static str, hook: Hook) -> Fault {
    Fault { name, class: CLASS, breaks, hook }
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    fault("conflict-as-bad-request", "a conflict is 400 instead of 409", Status(|_, status| if status == 409 { 400 } else { status })),
    fault("method-as-not-found", "an unsupported method is 404 instead of 405", Status(|_, status| if status == 405 { 404 } else { status })),
    fault("gone-as-not-found", "what has expired is 404 instead of 410", Status(|_, status| if status == 410 { 404 } else { status })),
    fault("created-as-ok", "a creation is 200 instead of 201", Status(|_, status| if status == 201 { 200 } else { status })),
    fault(
        "media-type-ignored",
        "a body of another media type is accepted",
        Overlook(&["wrong-content-type", "media-type-parameter", "missing-content-type"]),
    ),
    fault("wrong-type-accepted", "a body of another resource type is accepted", Overlook(&["wrong-type"])),
    fault("malformed-json-accepted", "a body that is no JSON text is accepted", Overlook(&["malformed-json"])),
    fault("forbidden-accepted", "an account without permission may do everything", Overlook(&["limited-credentials"])),
    fault("unauthorized-accepted", "anybody may do everything", Overlook(&["no-credentials", "wrong-secret", "missing-header"])),
    fault("unknown-id-as-ok", "an id that names nothing is answered as if it did", Overlook(&["unknown-id", "deleted-resource"])),
];
