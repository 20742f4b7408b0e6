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
    /// Why it cannot be served, where its schemas cannot be read.
    pub(crate) schemas: Result<Arc<Schemas>, String>,
    pub(crate) profiles: Arc<OperationProfiles>,
}

impl ServedContract {
    /// Reads the schemas of a contract and adds the examples that it has not.
    pub fn new(contract: &Arc<Contract>) -> Self {
        let contract = illustrated(Arc::clone(contract));
        let schemas = Schemas::new(&contract).map(Arc::new).map_err(|error| error.to_string());
        let profiles = Arc::new(OperationProfiles::new(&contract));
        Self { contract, schemas, profiles }
    }
}
