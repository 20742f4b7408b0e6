//! One difference between two runs, before it is grouped with others of the same cause.

use crate::model::change::ChangeClass;
use crate::model::contract::Status;
use crate::model::ids::ProbeId;

/// What a kind of change sees at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sighting {
    /// What it means.
    pub class: ChangeClass,
    /// What tells its cause from others of its kind: names, forms and statuses, never ids, values or words.
    pub key: String,
    /// What it is, in a sentence.
    pub reason: String,
    /// What was there before.
    pub before: Option<String>,
    /// What is there now.
    pub after: Option<String>,
}

impl Sighting {
    /// One without a value on either side.
    pub(super) fn new(class: ChangeClass, key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { class, key: key.into(), reason: reason.into(), before: None, after: None }
    }

    /// The same with what was there and what is there now.
    #[must_use]
    pub(super) fn between(self, before: Option<String>, after: Option<String>) -> Self {
        Self { before, after, ..self }
    }
}

/// What was seen: the kind, the place, and what it is.
pub(super) type Seen = (&'static str, String, Sighting);

/// One difference between two runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference<'a> {
    /// The name of its kind.
    pub kind: &'static str,
    /// What was seen.
    pub sighting: Sighting,
    /// The operation that was asked.
    pub operation: &'a str,
    /// The status of the newer answer.
    pub status: Option<Status>,
    /// The probe.
    pub probe: Option<&'a str>,
    /// Where it is: `status`, `header NAME`, `body POINTER` or `cell`.
    pub at: String,
    /// The probe that stands in the way, where that is why less was seen.
    pub because: Option<ProbeId>,
    /// How many others are there only because of it.
    pub echoes: u64,
}

/// The place of a pointer into a body, as a finding names it too.
pub(super) fn place_of(at: &str) -> String {
    format!("body {at}").trim_end().to_owned()
}
