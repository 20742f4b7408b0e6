//! Servers that lack what others have: nothing is wrong with them, and not every cell can be proved there.

use super::{Habit, Hook, Variant};

/// The class of these variants.
pub(super) const CLASS: &str = "lacking";

const fn variant(name: &'static str, differs: &'static str, habit: Habit) -> Variant {
    Variant { name, class: CLASS, differs, hook: Hook::Habit(habit) }
}

/// The variants of this class.
pub(super) const VARIANTS: &[Variant] =
    &[variant("other-data", "data of the server that the examples name is not there, and is refused with 400", Habit::OtherData)];
