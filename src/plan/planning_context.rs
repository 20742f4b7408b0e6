//! What every pass may read and none may change: the contract, the suite, the options, and what follows from them.

use super::effect::EffectRules;
use super::planning_options::PlanningOptions;
use super::resources::id_sources::{IdSource, linked_id_sources};
use super::schedule::selection::WantedCells;
use crate::contract::Schemas;
use crate::model::contract::{Contract, Operation};
use crate::model::suite::Suite;

/// The read-only side of planning.
pub struct Context<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// Its schemas, compiled.
    pub schemas: &'a Schemas,
    /// What the user says of the API.
    pub suite: &'a Suite,
    /// What the plan may do and what it is for.
    pub options: &'a PlanningOptions,
    /// The cells that are to be proved.
    pub wanted: &'a WantedCells,
    /// Operations whose answers hold ids.
    pub feeds: Vec<IdSource>,
    /// What the class of each request follows from.
    pub rules: EffectRules<'a>,
}

impl<'a> Context<'a> {
    /// Reads what follows from a contract and a suite.
    pub fn new(contract: &'a Contract, schemas: &'a Schemas, suite: &'a Suite, options: &'a PlanningOptions, wanted: &'a WantedCells) -> Self {
        let rules = EffectRules::new(contract, suite, &options.permission);
        Self { contract, schemas, suite, options, wanted, feeds: linked_id_sources(contract), rules }
    }

    /// The operations with a wanted cell, in the order of the contract.
    pub fn wanted_operations(&self) -> impl Iterator<Item = &'a Operation> {
        let wanted = self.wanted;
        self.contract.operations.iter().filter(move |operation| wanted.has_operation(&operation.id))
    }
}
