//! Faults in the state: the answer is right, and what is stored is not.

use super::Hook::Effect as Goes;
use super::{Effect, Fault};

const fn fault(name: &'static str, breaks: &'static str, effect: Effect) -> Fault {
    Fault { name, class: "state", breaks, hook: Goes(effect) }
}

/// The faults of this class.
pub(super) const FAULTS: &[Fault] = &[
    fault("create-not-stored", "what was created is not there", Effect::ForgetCreation),
    fault("create-twice", "what was created is there twice", Effect::CreateTwice),
    fault("create-drops-attribute", "the first attribute of what is created is lost", Effect::DropAttribute),
    fault("patch-not-stored", "a change is answered and forgotten", Effect::ForgetChange),
    fault("patch-drops-others", "a change takes every other attribute away", Effect::DropOthers),
    fault("patch-other-id", "a change is answered with another id", Effect::ChangeId),
    fault("delete-not-done", "what was deleted is still there", Effect::KeepDeleted),
    fault("refused-but-written", "a refused write is made all the same", Effect::WriteRefused),
    fault("refused-but-written-in-part", "of several resources the right ones are written although one is refused", Effect::WritePart),
    fault("read-other", "one resource is asked for and another comes", Effect::ReadOther),
    fault("list-loses-item", "lists leave their last resource out", Effect::LoseItem),
    fault("filter-ignored", "lists show more than the ids that were asked for", Effect::IgnoreFilter),
    fault("fields-ignored", "lists show more than the attributes that were asked for", Effect::IgnoreFields),
    fault("page-limit-ignored", "pages hold more than the limit", Effect::IgnoreLimit),
    fault("page-overlaps", "a page starts with the last resource of the page before", Effect::OverlapPages),
    fault("page-loop", "the address of the next page is that of the same page", Effect::LoopPages),
    fault("page-never-last", "the last page has a next one", Effect::EndlessPages),
    fault("related-wrong", "related resources have other ids than the relationship names", Effect::MixUpRelated),
    fault("relationship-not-stored", "a change of a relationship is answered and forgotten", Effect::ForgetLinkage),
    fault("relationship-duplicates", "a relationship holds what was added twice", Effect::RepeatLinkage),
    fault("relationship-add-replaces", "what is added to a relationship replaces what it held", Effect::ReplaceLinkage),
    fault("job-never-finishes", "jobs do not finish", Effect::NeverFinish),
];
