//! Answers whose form is not the declared one.

use super::Hook::Answer;
use super::{Fault, Hook};

const CLASS: &str = "answer";

const fn fault(name: &'static str, breaks: &'static str, hook: Hook) -> Fault {
    Fault { name, class: CLASS, breaks, hook }
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    fault(
        "error-empty",
        "refusals have no body",
        Answer(|draft, _| {
            if draft.status >= 400 {
                draft.body = None;
            }
        }),
    ),
    fault(
        "sometimes-500",
        "every seventh request fails",
        Answer(|draft, scope| {
            if scope.number % 7 == 0 {
                draft.status = 500;
            }
        }),
    ),
];
