//! Variants of behaviour that the contract leaves open.

use super::{BehaviourChoice, Hook, Variant};

const fn variant(name: &'static str, differs: &'static str, habit: BehaviourChoice) -> Variant {
    Variant { name, class: "habit", differs, hook: Hook::Habit(habit) }
}

/// The variants of this class.
pub(super) const VARIANTS: &[Variant] = &[
    variant("access-last", "permissions are looked at after everything else", BehaviourChoice::AccessLast),
    variant("looks-reversed", "what is looked at last is looked at first", BehaviourChoice::LooksReversed),
    variant("lowest-status-first", "of several statuses for one condition the lowest comes first", BehaviourChoice::LowestFirst),
    variant("no-redirect", "outcomes are served at once where a redirection may come first", BehaviourChoice::NoRedirect),
    variant("other-side", "where the documents differ, the answers are those of the other side", BehaviourChoice::OtherSide),
    variant("job-with-redirect", "a finished job that leads to its outcome is shown beside the address", BehaviourChoice::BodyWithRedirect),
    variant("ids-uuid", "ids are UUIDs where the contract allows it", BehaviourChoice::UuidIds),
    variant("ids-large", "ids are numbers of eighteen digits where the contract allows it", BehaviourChoice::LargeIds),
    variant("ids-as-numbers", "ids are numbers of JSON where the contract allows it", BehaviourChoice::NumberIds),
    variant("other-keys", "the lists of what requests refer to show other ids than those of the examples", BehaviourChoice::OtherKeys),
    variant("pages-small", "pages hold at most two resources", BehaviourChoice::SmallPages),
    variant(
        "pages-other-cursor",
        "links to the next page have a cursor of another name, and pages hold at most 25 resources",
        BehaviourChoice::OtherCursor,
    ),
    variant("jobs-slow", "jobs are read five times before they have finished", BehaviourChoice::SlowJobs),
    variant("jobs-at-once", "jobs have finished when they are first read", BehaviourChoice::QuickJobs),
    variant(
        "written-in-part",
        "of several resources the right ones are written although one is refused, where the contract leaves that open",
        BehaviourChoice::WriteInPart,
    ),
    variant("head-and-options", "HEAD and OPTIONS are answered", BehaviourChoice::HeadAndOptions),
];
