//! A contract made ready for mocks, once for any number of them.

use std::sync::Arc;

use super::added_examples::illustrated;
use super::operation_profile::OperationProfiles;
use crate::contract::Schemas;
use crate::model::contract::Contract;

/// A contract that mocks can serve: with an example of each body, and with its schemas read. Nothing in it changes from one
/// request to the next but what is remembered of schemas, so that mocks with other faults, variants and data share it.
#[derive(Debug, Clone)]
pub struct ServedContract {
    pub(crate) contract: Arc<Contract>,
    pub(crate) schemas: Arc<Schemas>,
    pub(crate) profiles: Arc<OperationProfiles>,
}

impl ServedContract {
    /// Reads the schemas of a contract and adds the examples that it has not.
    pub fn new(contract: &Arc<Contract>) -> Self {
        let contract = illustrated(Arc::clone(contract));
        let schemas = Arc::new(Schemas::new(&contract));
        let profiles = Arc::new(OperationProfiles::new(&contract));
        Self { contract, schemas, profiles }
    }
}
