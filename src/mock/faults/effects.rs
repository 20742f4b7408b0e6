//! Faults in the state: the answer is right, and what is stored is not.

use super::Hook::Effect as Goes;
use super::{Fault, StateFault};

const fn fault(name: &'static str, breaks: &'static str, effect: StateFault) -> Fault {
    Fault { name, class: "state", breaks, hook: Goes(effect) }
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    fault("create-not-stored", "what was created is not there", StateFault::ForgetCreation),
    fault("create-twice", "what was created is there twice", StateFault::CreateTwice),
    fault("create-drops-attribute", "the first attribute of what is created is lost", StateFault::DropAttribute),
    fault("patch-not-stored", "a change is answered and forgotten", StateFault::ForgetChange),
    fault("patch-drops-others", "a change takes every other attribute away", StateFault::DropOthers),
    fault("patch-other-id", "a change is answered with another id", StateFault::ChangeId),
    fault("delete-not-done", "what was deleted is still there", StateFault::KeepDeleted),
    fault("refused-but-written", "a refused write is made all the same", StateFault::WriteRefused),
    fault("refused-but-written-in-part", "of several resources the right ones are written although one is refused", StateFault::WritePart),
    fault("read-other", "one resource is asked for and another comes", StateFault::ReadOther),
    fault("list-loses-item", "lists leave their last resource out", StateFault::LoseItem),
    fault("filter-ignored", "lists show more than the ids that were asked for", StateFault::IgnoreFilter),
    fault("fields-ignored", "lists show more than the attributes that were asked for", StateFault::IgnoreFields),
    fault("page-limit-ignored", "pages hold more than the limit", StateFault::IgnoreLimit),
    fault("page-overlaps", "a page starts with the last resource of the page before", StateFault::OverlapPages),
    fault("page-loop", "the address of the next page is that of the same page", StateFault::LoopPages),
    fault("page-never-last", "the last page has a next one", StateFault::EndlessPages),
    fault("related-wrong", "related resources have other ids than the relationship names", StateFault::MixUpRelated),
    fault("relationship-not-stored", "a change of a relationship is answered and forgotten", StateFault::ForgetLinkage),
    fault("relationship-duplicates", "a relationship holds what was added twice", StateFault::RepeatLinkage),
    fault("relationship-add-replaces", "what is added to a relationship replaces what it held", StateFault::ReplaceLinkage),
    fault("job-never-finishes", "jobs do not finish", StateFault::NeverFinish),
];
