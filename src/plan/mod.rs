//! Turns a contract into a plan: which requests prove which cells, in as few requests as possible.

mod acting_reads;
mod bound_request;
mod builder;
mod effect;
mod error;
mod faults;
mod follow_up;
mod invariants;
mod operation_effects;
mod passes;
mod planning_context;
mod planning_options;
mod rendered;
mod resolver;
mod resources;
mod schedule;
#[cfg(test)]
mod small_passes;
pub mod triggers;
pub mod values;

pub use acting_reads::acts_at;
pub use effect::{ClassifiedRequest, EffectRules, not_allowed};
pub use error::PlanError;
pub use planning_options::{GivenResource, PlanningOptions, RESERVE};
pub use rendered::{show, wait_of};
pub use resources::baseline_lists::BEFORE;
pub use resources::created_resources::{made_captures, made_captures_in, unlisted_captures_in};
pub use resources::id_sources::{IdSource, linked_id_sources};
pub use resources::known::{KnownResources, ProbeEnd, SharedOwnership};
pub use resources::provenance::{Ownership, OwnershipAnswer, OwnershipDoubt, UnprovenResource};
pub use resources::removal::{removal, removals, restoring_requests};
pub use resources::resumed::{Remake, made_for_one_probe, names, remakes, renamed, renewed};
pub use resources::undocumented_ids::{kind_below, provenance, reader, remover};
pub use schedule::dependencies::closure;
pub use schedule::dependents::downstream;
pub use schedule::selection::{WantedCells, skip_reason};
pub use schedule::sweeping::{changes_unnamed_things, may_affect};

use crate::contract::Schemas;
use crate::model::contract::Contract;
use crate::model::plan::Plan;
use crate::model::suite::Suite;

/// Plans every request of a run.
///
/// # Errors
/// Nothing is selected, or the contract names a trigger that does not exist.
pub fn plan(contract: &Contract, schemas: &Schemas, suite: &Suite, options: &PlanningOptions) -> Result<Plan, PlanError> {
    check_triggers(contract)?;
    let wanted = WantedCells::choose(contract, options)?;
    let context = planning_context::Context::new(contract, schemas, suite, options, &wanted);
    let planned = passes::run(&context, passes::PASSES)?;
    Ok(Plan { not_selected: wanted.not_selected(), failed: options.failed.clone().unwrap_or_default(), ..planned })
}

fn check_triggers(contract: &Contract) -> Result<(), PlanError> {
    let mut conditions = contract.operations.iter().flat_map(|operation| &operation.responses).flat_map(|response| {
        let place = &response.place;
        response.conditions.iter().map(move |condition| (place, &condition.trigger))
    });
    if let Some((place, name)) = conditions.find(|(_, name)| crate::plan::triggers::by_trigger_name(name).is_none()) {
        let known = crate::plan::triggers::TRIGGERS.iter().map(|trigger| trigger.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(PlanError::UnknownTrigger { place: place.clone(), name: name.to_string(), known });
    }
    Ok(())
}
