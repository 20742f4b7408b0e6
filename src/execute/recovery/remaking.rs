//! What is needed to make a resource again whose deletion may have happened.

use crate::contract::Schemas;
use crate::model::contract::Contract;
use crate::model::journal::JournalHistory;
use crate::model::plan::Plan;

/// What it takes to make something again.
pub struct RemakeContext<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// Its schemas.
    pub schemas: &'a Schemas,
    /// The plan.
    pub plan: &'a Plan,
    /// The mark of the run.
    pub mark: &'a str,
    /// What is known of the run that was cut off, if one is continued.
    pub journal_history: Option<&'a JournalHistory>,
}
