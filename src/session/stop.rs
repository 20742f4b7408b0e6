//! Why a command ends early, without a result.

use thiserror::Error;

use crate::contract::ContractError;
use crate::execute::journal::JournalError;
use crate::plan::PlanError;
use crate::report::RenderError;
use crate::session::open::LoadError;

/// Something that ends a command early.
#[derive(Debug, Error)]
pub enum Stop {
    /// The user must fix something.
    #[error("{0}")]
    Unusable(String),
    /// There is no verdict.
    #[error("{0}")]
    Inconclusive(String),
    /// Nothing was selected.
    #[error("{0}")]
    Nothing(String),
}

impl From<LoadError> for Stop {
    fn from(error: LoadError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<ContractError> for Stop {
    fn from(error: ContractError) -> Self {
        Self::Unusable(format!("the contract cannot be used: {error}"))
    }
}

impl From<RenderError> for Stop {
    fn from(error: RenderError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<JournalError> for Stop {
    fn from(error: JournalError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<PlanError> for Stop {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::NothingSelected { .. } => Self::Nothing(error.to_string()),
            PlanError::UnknownTrigger { .. } | PlanError::NotSound { .. } => Self::Unusable(error.to_string()),
        }
    }
}

/// What requests are sent and answered on; without it, `unable` is said.
pub(super) fn runtime(unable: &str) -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Runtime::new().map_err(|error| Stop::Unusable(format!("{unable}: {error}")))
}
