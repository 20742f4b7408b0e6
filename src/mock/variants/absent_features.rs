//! Variants that lack data or features: nothing is wrong, but not every cell can be proved.

use super::{BehaviourChoice, Hook, Variant};

/// The class of these variants.
pub(super) const CLASS: &str = "lacking";

const fn variant(name: &'static str, differs: &'static str, habit: BehaviourChoice) -> Variant {
    Variant { name, class: CLASS, differs, hook: Hook::Habit(habit) }
}

/// The variants of this class.
pub(super) const VARIANTS: &[Variant] = &[
    variant("other-data", "data of the server that the examples name is not there, and is refused with 400", BehaviourChoice::OtherData),
    variant(
        "other-types",
        "data of the server that the examples name is refused with 400, and any other value is taken",
        BehaviourChoice::OtherTypes,
    ),
    variant("features-refused", "every request to what the contract calls optional is refused with 403", BehaviourChoice::FeaturesRefused),
    variant("features-hidden", "there is nothing (404) where the contract says that something is optional", BehaviourChoice::FeaturesHidden),
    variant("unlicensed-data", "what a path names as data of the server needs a licence, and is refused with 400", BehaviourChoice::Unlicensed),
];
