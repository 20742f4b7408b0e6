//! Variants on the wire, applied by the server around the mock.

use super::{Habit, Hook, Variant};

const fn variant(name: &'static str, differs: &'static str, habit: Habit) -> Variant {
    Variant { name, class: "wire", differs, hook: Hook::Habit(habit) }
}

/// The variants of this class.
pub(super) const VARIANTS: &[Variant] = &[
    variant("slow-answers", "answers take ten milliseconds", Habit::SlowAnswers),
    variant("connection-close", "each connection is closed after one answer", Habit::CloseConnections),
    variant("chunked", "bodies come in chunks, without a length", Habit::Chunks),
    variant("compressed", "bodies are compressed for who accepts gzip", Habit::Compress),
    variant("names-in-upper-case", "names of header fields are in upper case", Habit::UpperCaseNames),
    variant("no-reason", "status lines have no reason", Habit::NoReason),
];
