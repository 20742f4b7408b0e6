//! Computes `ETag` and `Last-Modified` of an answer (RFC 9110, section 8.8), for conditional requests.

use super::answer_headers;
use super::answer_headers::HeaderContext;
use super::draft_answer::DraftAnswer;
use super::request::DecodedRequest;
use super::routed_request::MockCore;
use crate::model::contract::{Operation, Status};
use crate::model::trigger_name::TriggerName;

/// How each version begins.
const OWN: &str = "\"mock";

/// Whether this server may have named a version.
pub(crate) fn is_own(version: &str) -> bool {
    version.trim_start_matches("W/").starts_with(OWN)
}

/// Names the version of an answer, and says no more than that it has not changed where the client has it already.
pub(crate) fn apply_validators(core: &MockCore, call: &DecodedRequest, draft: &mut DraftAnswer, circumstances: &HeaderContext<'_>) {
    let unmodified = circumstances.operation.and_then(demanding).filter(|_| draft.status == 200);
    let (Some(status), Some(operation)) = (unmodified, circumstances.operation) else { return };
    let shown = draft.body.as_ref().map(ToString::to_string).unwrap_or_default();
    let number = shown.bytes().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let version = format!("{OWN}-{number:x}\"");
    // What the contract says of the field may leave no room for such a name.
    if !answer_headers::takes(core, operation.response(Status(200)), "etag", &version) {
        return;
    }
    draft.set("ETag", version.as_str());
    let told = |name: &str| draft.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
    let same = match (call.header("if-none-match"), call.header("if-modified-since")) {
        (Some(versions), _) => versions.split(',').map(str::trim).any(|known| known == "*" || known == version),
        (None, Some(since)) => told("last-modified") == Some(since),
        (None, None) => false,
    };
    if same && !core.faults.is_overlooked(Some(operation), &TriggerName::UNMODIFIED) {
        *draft = DraftAnswer::new(status.0);
        draft.set("ETag", version);
        answer_headers::add(core, draft, operation.response(status), circumstances);
    }
}

/// The status for what has not changed.
fn demanding(operation: &Operation) -> Option<Status> {
    let mut told =
        operation.responses.iter().filter(|response| response.conditions.iter().any(|condition| condition.trigger == TriggerName::UNMODIFIED));
    told.next().map(|response| response.status)
}
