//! Faults in header fields: missing ones, and meaningless values.

use super::Hook::Answer;
use super::{AnswerScope, DraftAnswer, Fault};

const fn fault(name: &'static str, breaks: &'static str, change: fn(&mut DraftAnswer, &AnswerScope<'_>)) -> Fault {
    Fault { name, class: "header", breaks, hook: Answer(change) }
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    fault("see-other-without-location", "303 has no Location", |draft, _| remove_header(draft, 303, "location")),
    fault("see-other-location-nonsense", "the Location of 303 is no address", |draft, _| with(draft, 303, "Location", "http://[nowhere")),
    fault("created-without-location", "201 has no Location", |draft, _| remove_header(draft, 201, "location")),
    fault("accepted-without-location", "202 has no Location", |draft, _| remove_header(draft, 202, "location")),
    fault("accepted-location-wrong", "the Location of 202 leads to nothing", |draft, _| {
        let known = draft.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
        if let Some(elsewhere) = known.map(|(_, value)| format!("{value}-elsewhere")) {
            with(draft, 202, "Location", &elsewhere);
        }
    }),
    fault("unauthorized-without-challenge", "401 has no WWW-Authenticate", |draft, _| remove_header(draft, 401, "www-authenticate")),
    fault("method-not-allowed-without-allow", "405 has no Allow", |draft, _| remove_header(draft, 405, "allow")),
    fault("allow-lists-refused-method", "Allow of 405 lists the method that was refused", |draft, scope| {
        with(draft, 405, "Allow", &format!("GET, {}", scope.call.method));
    }),
    fault("too-many-without-wait", "429 does not say how long to wait", |draft, _| {
        if draft.status == 429 {
            draft.headers.clear();
        }
    }),
    fault("too-many-wait-nonsense", "429 says to wait a negative time", |draft, _| set_wait_headers(draft, "-5")),
    fault("too-many-wait-zero", "429 says not to wait", |draft, _| set_wait_headers(draft, "0")),
    fault("too-many-wait-fraction", "429 says to wait parts of a second", |draft, _| set_wait_headers(draft, "1.5")),
    fault("too-many-wait-words", "429 says how long to wait in words", |draft, _| set_wait_headers(draft, "a moment")),
    fault("attachment-without-disposition", "a file comes without Content-Disposition", |draft, _| remove_header(draft, 200, "content-disposition")),
    fault("without-media-type", "a body comes without Content-Type", |draft, _| {
        if draft.body.is_some() {
            draft.text = Some(draft.written());
            draft.media = None;
        }
    }),
];

fn remove_header(draft: &mut DraftAnswer, status: u16, name: &str) {
    if draft.status == status {
        draft.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }
}

fn with(draft: &mut DraftAnswer, status: u16, name: &str, value: &str) {
    if draft.status == status {
        draft.set(name, value);
    }
}

/// Sets every header field of 429, all of which say how long to wait.
fn set_wait_headers(draft: &mut DraftAnswer, value: &str) {
    if draft.status == 429 {
        for (_, known) in &mut draft.headers {
            value.clone_into(known);
        }
    }
}
