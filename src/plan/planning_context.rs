//! What every pass may read and none may change: the contract, the suite, the options, and what follows from them.

use std::collections::HashMap;

use super::effect::EffectRules;
use super::operation_effects::path_kind;
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
    feeds: Vec<IdSource>,
    /// Which of them hold ids of a kind, and which are answers of an operation.
    by_kind: HashMap<String, Vec<usize>>,
    by_operation: HashMap<String, Vec<usize>>,
    /// Operations on one thing of a kind.
    items: HashMap<&'a str, Vec<&'a Operation>>,
    /// Operations that tell the state of a job.
    pub pollers: Vec<&'a Operation>,
    /// What the class of each request follows from.
    pub rules: EffectRules<'a>,
}

impl<'a> Context<'a> {
    /// Reads what follows from a contract and a suite.
    pub fn new(contract: &'a Contract, schemas: &'a Schemas, suite: &'a Suite, options: &'a PlanningOptions, wanted: &'a WantedCells) -> Self {
        let rules = EffectRules::new(contract, suite, &options.permission);
        let feeds = linked_id_sources(contract);
        let (mut by_kind, mut by_operation): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) = (HashMap::new(), HashMap::new());
        for (index, id_source) in feeds.iter().enumerate() {
            by_kind.entry(id_source.kind.clone()).or_default().push(index);
            by_operation.entry(id_source.operation.clone()).or_default().push(index);
        }
        let mut items: HashMap<&str, Vec<&Operation>> = HashMap::new();
        for operation in contract.operations.iter().filter(|operation| operation.item_parameter().is_some()) {
            items.entry(path_kind(operation).unwrap_or_default()).or_default().push(operation);
        }
        let pollers = contract.operations.iter().filter(|operation| operation.done.is_some()).collect();
        Self { contract, schemas, suite, options, wanted, feeds, by_kind, by_operation, items, pollers, rules }
    }

    /// The answers that hold ids of a kind, in the order in which they were found.
    pub fn feeds_of(&self, kind: &str) -> impl Iterator<Item = &IdSource> {
        self.by_kind.get(kind).into_iter().flatten().map(|index| &self.feeds[*index])
    }

    /// The ids that the answers of an operation hold.
    pub fn feeds_by(&self, operation: &str) -> impl Iterator<Item = &IdSource> {
        self.by_operation.get(operation).into_iter().flatten().map(|index| &self.feeds[*index])
    }

    /// The operations on one thing of a kind, in the order of the contract.
    pub fn items_of(&self, kind: &str) -> impl Iterator<Item = &'a Operation> {
        self.items.get(kind).into_iter().flatten().copied()
    }

    /// The operations with a wanted cell, in the order of the contract.
    pub fn wanted_operations(&self) -> impl Iterator<Item = &'a Operation> {
        let wanted = self.wanted;
        self.contract.operations.iter().filter(move |operation| wanted.has_operation(&operation.id))
    }
}
