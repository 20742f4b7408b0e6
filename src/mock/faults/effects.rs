//! Answers that are right in form while the state goes another way.

use super::Hook::Effect as Goes;
use super::{Effect, Fault, Hook};

const CLASS: &str = "state";

const fn fault(name: &'static str, breaks: &'static str, hook: Hook) -> Fault {
    Fault { name, class: CLASS, breaks, hook }
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    fault("patch-not-stored", "a change is answered and forgotten", Goes(Effect::ForgetChange)),
    fault("delete-not-done", "what was deleted is still there", Goes(Effect::KeepDeleted)),
    fault("refused-but-written", "a refused write is made all the same", Goes(Effect::WriteRefused)),
    fault("list-loses-item", "lists leave their last resource out", Goes(Effect::LoseItem)),
    fault("related-wrong", "related resources have other ids than the relationship names", Goes(Effect::MixUpRelated)),
];
