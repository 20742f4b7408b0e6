//! `probity list`: reads a contract and chooses the operations that are listed.

use super::options::Files;
use super::specification::Specification;
use super::stop::Stop;
use crate::model::contract::Operation;
use crate::model::filter::Filter;
use crate::plan::{PlanningOptions, WantedCells};

/// A contract and what of it is listed.
pub struct Listed {
    /// The contract with its suite.
    pub specification: Specification,
    filter: Filter,
}

impl Listed {
    /// The operations that were asked for, in the order of the contract.
    pub fn operations(&self) -> Vec<&Operation> {
        self.specification.contract.operations.iter().filter(|operation| self.filter.takes(operation)).collect()
    }
}

/// Reads the contract that the files name.
///
/// # Errors
/// A file cannot be used, or no operation fits the filter.
pub fn list(files: &Files, filter: Filter) -> Result<Listed, Stop> {
    let listed = Listed { specification: Specification::load(files)?, filter };
    if listed.operations().is_empty() {
        // The same choice as a run makes, so that a pattern that matches nothing is answered in the same way.
        let options = PlanningOptions { filter: listed.filter.clone(), ..PlanningOptions::default() };
        WantedCells::choose(&listed.specification.contract, &options)?;
    }
    Ok(listed)
}
