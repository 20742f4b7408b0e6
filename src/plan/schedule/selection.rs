//! Decides which cells are wanted and which operations may be called.

use std::collections::BTreeSet;

use crate::model::contract::{Contract, Method, Operation, Status, WHOLE_SERVER};
use crate::model::effect::Effect;
use crate::model::filter::Filter;
use crate::model::plan::{Intent, PlannedCell};
use crate::model::reason::{NoRequest, Reason, UserChoice};
use crate::model::suite::{Credential, Suite};
use crate::plan::effect::reads;
use crate::plan::error::PlanError;
use crate::plan::planning_options::PlanningOptions;

/// How many tags are told where a selection matches none.
const MOST_TAGS: usize = 12;

/// The cells that are wanted, in the order of the contract.
#[derive(Debug, Clone)]
pub struct WantedCells {
    cells: Vec<PlannedCell>,
    /// Operations with such a cell; requests for any other are fixtures.
    operations: BTreeSet<String>,
    /// How many cells of the contract are not wanted.
    not_selected: u64,
}

impl WantedCells {
    /// Chooses the cells.
    ///
    /// # Errors
    /// No cell is left.
    pub fn choose(contract: &Contract, options: &PlanningOptions) -> Result<Self, PlanError> {
        let by_status = |status: Status| options.statuses.is_empty() || options.statuses.iter().any(|chosen| chooses(*chosen, status));
        let by_failed =
            |operation: &str, status: Status| options.failed.as_ref().is_none_or(|all| all.iter().any(|(id, one)| id == operation && *one == status));
        let mut cells = Vec::new();
        for operation in contract.operations.iter().filter(|operation| options.filter.selects(operation)) {
            for response in operation.responses.iter().filter(|response| by_status(response.status) && by_failed(&operation.id, response.status)) {
                cells.push(cell(operation, response.status, response.general));
            }
        }
        let all = Filter { exclude: Vec::new(), ..options.filter.clone() }.is_all();
        let whole_server = all || options.filter.only.iter().any(|pattern| pattern == WHOLE_SERVER);
        for response in
            contract.server_responses.iter().filter(|response| whole_server && by_status(response.status) && by_failed(WHOLE_SERVER, response.status))
        {
            cells.push(PlannedCell {
                operation: WHOLE_SERVER.to_owned(),
                method: Method::default(),
                path: String::new(),
                status: response.status,
                general: true,
                intent: Intent::Unreachable(NoRequest::NotPlanned.into()),
            });
        }
        if cells.is_empty() {
            return Err(nothing(contract, options));
        }
        let operations = cells.iter().map(|cell| cell.operation.clone()).collect();
        let all = contract.operations.iter().map(|operation| operation.responses.len()).sum::<usize>() + contract.server_responses.len();
        Ok(Self { not_selected: (all - cells.len()) as u64, cells, operations })
    }

    /// The cells.
    pub fn cells(&self) -> &[PlannedCell] {
        &self.cells
    }

    /// How many cells of the contract are not wanted.
    pub fn not_selected(&self) -> u64 {
        self.not_selected
    }

    /// Whether a cell of this operation is wanted.
    pub fn has_operation(&self, id: &str) -> bool {
        self.operations.contains(id)
    }
}

fn cell(operation: &Operation, status: Status, general: bool) -> PlannedCell {
    PlannedCell {
        operation: operation.id.clone(),
        method: operation.method.clone(),
        path: operation.path.clone(),
        status,
        general,
        intent: Intent::Unreachable(NoRequest::NotPlanned.into()),
    }
}

/// Whether a status that is asked for takes a cell: a range takes all of its class.
fn chooses(chosen: Status, status: Status) -> bool {
    chosen == status || (chosen != Status::DEFAULT && chosen.is_range() && chosen.class() == status.class())
}

fn nothing(contract: &Contract, options: &PlanningOptions) -> PlanError {
    let mut wanted = Vec::new();
    let mut hints = Vec::new();
    if contract.operations.iter().all(|operation| operation.responses.is_empty()) {
        return PlanError::NothingSelected {
            wanted: "no operation of the contract documents a status that can be asked for".to_owned(),
            hint: "a cell of the matrix is an operation and one status, or range of them, that its contract names".to_owned(),
        };
    }
    if let Some(first) = options.filter.only.first() {
        wanted.push(format!("no operation matches {}", options.filter.flags_text()));
        hints.push(format!("near are {} (`probity list` shows all)", similar_operations(contract, first).join(", ")));
    } else if !options.filter.is_all() {
        wanted.push(format!("no operation matches {}", options.filter.flags_text()));
        hints.push(format!("its tags are {}", tags(contract).join(", ")));
    }
    if !options.statuses.is_empty() {
        let words = |statuses: &[Status]| statuses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut known: Vec<Status> = contract.operations.iter().flat_map(|operation| &operation.responses).map(|response| response.status).collect();
        known.sort_unstable();
        known.dedup();
        wanted.push(format!("no documented status is among {}", words(&options.statuses)));
        hints.push(format!("documented are {}", words(&known)));
    }
    if let Some(failed) = &options.failed {
        wanted.push(format!("nothing of it is among the {} that the last run found wrong", failed.len()));
        let mut wrong: Vec<&str> = failed.iter().map(|(operation, _)| operation.as_str()).collect();
        wrong.dedup();
        wrong.truncate(MOST_TAGS);
        hints.push(format!("what it found wrong is about {}", wrong.join(", ")));
    }
    PlanError::NothingSelected { wanted: wanted.join(" and "), hint: hints.join("; ") }
}

/// All tags of a contract, the first ones where there are many.
fn tags(contract: &Contract) -> Vec<&str> {
    let mut tags: Vec<&str> = contract.operations.iter().map(|operation| operation.api.as_str()).collect();
    tags.dedup();
    tags.truncate(MOST_TAGS);
    tags
}

/// The operation ids that are most like a pattern.
fn similar_operations<'a>(contract: &'a Contract, pattern: &str) -> Vec<&'a str> {
    let likeness = |id: &str| strsim::jaro_winkler(pattern.trim_matches('*'), id);
    let mut ids: Vec<&str> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
    ids.sort_by(|one, other| likeness(other).total_cmp(&likeness(one)));
    ids.truncate(4);
    ids
}

/// Whether credentials for these schemes are enough for an operation (OpenAPI, Security Requirement Object).
pub fn is_satisfied(operation: &Operation, schemes: &BTreeSet<String>) -> bool {
    operation.security.iter().any(|alternative| !alternative.is_empty() && alternative.iter().all(|scheme| schemes.contains(scheme)))
}

/// Why an operation cannot be asked by anybody whose credentials are known.
fn unsigned_reason(operation: &Operation, suite: &Suite, options: &PlanningOptions) -> Option<UserChoice> {
    let schemes = options.full.as_ref().filter(|schemes| operation.needs_credentials() && !is_satisfied(operation, schemes))?;
    let missing: Vec<&String> = operation.security.first()?.iter().filter(|scheme| !schemes.contains(*scheme)).collect();
    let variables: Vec<String> = missing.iter().filter_map(|scheme| suite.accounts.full.get(*scheme)).flat_map(Credential::variables).collect();
    Some(UserChoice::Credentials { schemes: missing.into_iter().cloned().collect(), variables })
}

/// Why an operation is not called; `None` when it may be.
pub fn skip_reason(operation: &Operation, suite: &Suite, options: &PlanningOptions) -> Option<Reason> {
    if let Some(reason) = suite.skip.get(&operation.id) {
        return Some(UserChoice::SkippedBySuite(reason.clone()).into());
    }
    if options.filter.excludes(&operation.id) {
        return Some(UserChoice::Excluded.into());
    }
    if !options.permission.writes && !reads(operation, suite, &options.permission) {
        return Some(UserChoice::Writes.into());
    }
    if let Some(reason) = unsigned_reason(operation, suite, options) {
        return Some(reason.into());
    }
    // Classes that the suite puts an operation into are decided for each request.
    let allowed = |name: &str| Effect::from_word(name).is_some() || options.permission.allows_named(name);
    let effect = suite.effects.iter().find(|(name, operations)| operations.contains(&operation.id) && !allowed(name));
    effect.map(|(name, _)| UserChoice::NamedEffect(name.clone()).into())
}
