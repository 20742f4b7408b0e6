//! A server that behaves as a contract says, made from nothing but the contract, so that a run needs no other.
//!
//! Requests are routed to an operation, held against everything the contract has a status for, and then done: resources
//! are made, listed, changed and deleted in memory. Where the contract is silent the mock is lenient.

mod accounts;
mod added_examples;
mod answer_headers;
mod behaviours;
mod copied_values;
mod draft_answer;
mod faults;
mod form_bodies;
mod gzip;
mod http_listener;
mod invented_ids;
mod job;
mod likeness;
mod multipart;
mod notice;
mod operation_profile;
mod pages;
mod refusal;
mod repair;
mod request;
mod request_body;
mod request_handler;
mod resource_place;
mod route;
mod routed_request;
mod sample;
mod seed;
mod served_contract;
mod server;
mod state;
mod store;
mod styled_parameters;
#[cfg(test)]
mod tests;
mod validators;
mod variants;
mod violation_cause;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::model::contract::{Contract, RateLimit};
use crate::model::suite::Suite;

pub use accounts::{MockAccounts, MockSecret};
pub use draft_answer::MockAnswer;
pub use faults::{Fault, FaultSetting, all as all_faults, fault};
pub use request::MockRequest;
pub use served_contract::ServedContract;
pub use server::serve;
pub use variants::{Variant, all as all_variants};

use request::DecodedRequest;
use routed_request::MockCore;
use state::{LockedState, MockState};
use variants::BehaviourChoice;

/// What a mock is made from.
#[derive(Debug, Clone)]
pub struct MockOptions {
    /// The contract it keeps.
    pub contract: Arc<Contract>,
    /// What it holds before the first request.
    pub suite: Arc<Suite>,
    /// Whom it knows.
    pub accounts: MockAccounts,
    /// Rate limits; none means no limit.
    pub windows: Vec<RateLimit>,
    /// Promises it breaks.
    pub fault: Vec<FaultSetting>,
    /// Ways in which it differs from what it usually is, and keeps its promises all the same.
    pub variant: Vec<&'static Variant>,
}

/// A server that keeps the promises of a contract.
#[derive(Debug)]
pub struct Mock {
    core: MockCore,
    windows: Vec<RateLimit>,
    given: BTreeMap<String, Vec<String>>,
    state: Mutex<MockState>,
    requests: AtomicU64,
    /// How many variants it was told to be.
    variants: usize,
}

impl Mock {
    /// Reads the contract and lays in what is there before the first request.
    pub fn new(options: MockOptions) -> Self {
        Self::serving(&ServedContract::new(&options.contract), options)
    }

    /// The same of a contract that is ready, which other mocks may share; that of the options is the one it was made from.
    pub fn serving(served: &ServedContract, options: MockOptions) -> Self {
        let mut state = MockState::default();
        let variants = options.variant.len();
        let ServedContract { contract, schemas, profiles } = served.clone();
        let core = MockCore {
            schemas,
            profiles,
            faults: faults::Faults::new(&options.fault),
            variants: variants::Variants::new(&options.variant),
            contract,
            accounts: options.accounts,
            lifetimes: job::lifetimes(&options.suite),
        };
        seed::seed_store(&core, &options.suite, &mut state.store);
        let given = seed::given_ids(&core, &options.suite);
        Self { core, windows: options.windows, given, state: Mutex::new(state), requests: AtomicU64::new(0), variants }
    }

    /// Answers a request.
    pub fn answer(&self, request: MockRequest) -> MockAnswer {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let mut call = DecodedRequest::new(request);
        // hyper takes the body of the answer away.
        if call.method == "HEAD" && self.core.variants.has(BehaviourChoice::HeadAndOptions) {
            "GET".clone_into(&mut call.method);
        }
        job::expire_due(&self.core, &mut LockedState::of(&self.state).store);
        request_handler::answer(&self.core, &self.windows, &self.state, &call, number).write()
    }

    /// How many requests were answered.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Every resource with its state, to see whether something has changed.
    pub fn snapshot(&self) -> Value {
        LockedState::of(&self.state).store.snapshot()
    }

    /// Requests that had more than one thing wrong, in words: servers differ in which of them they refuse.
    pub fn requests_with_several_faults(&self) -> Vec<String> {
        LockedState::of(&self.state).crowded.clone()
    }

    /// Operations on which a fault has taken hold; for faults of the state, those on which it could.
    pub fn faulted(&self) -> BTreeSet<String> {
        self.core.faults.affected_operations()
    }

    /// Whether the variants that it was told to be have all made a difference.
    pub fn has_varied(&self) -> bool {
        self.core.variants.effective_variants().len() == self.variants
    }

    /// Whether it has a habit, for the shell around it.
    pub(crate) fn has(&self, habit: BehaviourChoice) -> bool {
        self.core.variants.has(habit)
    }

    /// Ids of the resources that the suite takes from outside, by kind, in the order of the suite.
    pub fn given_ids(&self) -> &BTreeMap<String, Vec<String>> {
        &self.given
    }
}
