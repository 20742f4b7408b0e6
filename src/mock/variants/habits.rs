//! Variants of behaviour that the contract leaves open.

use super::{Habit, Hook, Variant};

const fn variant(name: &'static str, differs: &'static str, habit: Habit) -> Variant {
    Variant { name, class: "habit", differs, hook: Hook::Habit(habit) }
}

/// The variants of this class.
pub(super) const VARIANTS: &[Variant] = &[
    variant("access-last", "permissions are looked at after everything else", Habit::AccessLast),
    variant("looks-reversed", "what is looked at last is looked at first", Habit::LooksReversed),
    variant("lowest-status-first", "of several statuses for one condition the lowest comes first", Habit::LowestFirst),
    variant("no-redirect", "outcomes are served at once where a redirection may come first", Habit::NoRedirect),
    variant("other-side", "where the documents differ, the answers are those of the other side", Habit::OtherSide),
    variant("job-with-redirect", "a finished job that leads to its outcome is shown beside the address", Habit::BodyWithRedirect),
    variant("ids-uuid", "ids are UUIDs where the contract allows it", Habit::UuidIds),
    variant("ids-large", "ids are numbers of eighteen digits where the contract allows it", Habit::LargeIds),
    variant("ids-as-numbers", "ids are numbers of JSON where the contract allows it", Habit::NumberIds),
    variant("other-keys", "the lists of what requests refer to show other ids than those of the examples", Habit::OtherKeys),
    variant("pages-small", "pages hold at most two resources", Habit::SmallPages),
    variant("pages-other-cursor", "links to the next page have a cursor of another name, and pages hold at most 25 resources", Habit::OtherCursor),
    variant("jobs-slow", "jobs are read five times before they have finished", Habit::SlowJobs),
    variant("jobs-at-once", "jobs have finished when they are first read", Habit::QuickJobs),
    variant(
        "written-in-part",
        "of several resources the right ones are written although one is refused, where the contract leaves that open",
        Habit::WriteInPart,
    ),
    variant("head-and-options", "HEAD and OPTIONS are answered", Habit::HeadAndOptions),
];
