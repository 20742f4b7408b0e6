//! Why there is no plan.

use thiserror::Error;

use super::invariants::BrokenInvariant;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// No cell is selected.
    #[error("nothing is selected: {wanted}; {hint}")]
    NothingSelected {
        /// What was asked for.
        wanted: String,
        /// What there is.
        hint: String,
    },
    /// A condition names a trigger that does not exist.
    #[error("{place}: there is no trigger {name:?}; the triggers are {known}")]
    UnknownTrigger {
        /// Place in the contract.
        place: String,
        /// The name.
        name: String,
        /// Every name there is.
        known: String,
    },
    /// A pass has left a plan in which something is missing or not allowed: a defect of this program.
    #[error("the plan is not sound after the pass `{pass}`, which {about}: {broken}; nothing is sent. Please report this with the document")]
    NotSound {
        /// Name of the pass.
        pass: &'static str,
        /// What it does.
        about: &'static str,
        /// What does not hold.
        broken: BrokenInvariant,
    },
}
