//! `probity list`: reads a contract and chooses the operations that are listed.

use super::options::Files;
use super::specification::shown_contract;
use super::stop::Stop;
use crate::model::contract::{Contract, Operation};
use crate::model::filter::Filter;
use crate::plan::{PlanningOptions, WantedCells};

/// A contract and what of it is listed.
pub struct Listed {
    /// The contract, with what its suite says of it.
    pub contract: Contract,
    filter: Filter,
}

impl Listed {
    /// The operations that were asked for, in the order of the contract.
    pub fn operations(&self) -> Vec<&Operation> {
        self.contract.operations.iter().filter(|operation| self.filter.selects(operation)).collect()
    }
}

/// Reads the contract that the files name.
///
/// # Errors
/// A file cannot be used, or no operation fits the filter.
pub fn list(files: &Files, filter: Filter) -> Result<Listed, Stop> {
    let listed = Listed { contract: shown_contract(files)?, filter };
    if listed.operations().is_empty() {
        // The same choice as a run makes, so that a pattern that matches nothing is answered in the same way.
        let options = PlanningOptions { filter: listed.filter.clone(), ..PlanningOptions::default() };
        WantedCells::choose(&listed.contract, &options)?;
    }
    Ok(listed)
}
