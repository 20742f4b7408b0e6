//! Variants on the wire, applied by the server around the mock.

use super::{BehaviourChoice, Hook, Variant};

const fn variant(name: &'static str, differs: &'static str, habit: BehaviourChoice) -> Variant {
    Variant { name, class: "wire", differs, hook: Hook::Habit(habit) }
}

/// The variants of this class.
pub(super) const VARIANTS: &[Variant] = &[
    variant("slow-answers", "answers take ten milliseconds", BehaviourChoice::SlowAnswers),
    variant("connection-close", "each connection is closed after one answer", BehaviourChoice::CloseConnections),
    variant("chunked", "bodies come in chunks, without a length", BehaviourChoice::Chunks),
    variant("compressed", "bodies are compressed for who accepts gzip", BehaviourChoice::Compress),
    variant("names-in-upper-case", "names of header fields are in upper case", BehaviourChoice::UpperCaseNames),
    variant("no-reason", "status lines have no reason", BehaviourChoice::NoReason),
];
