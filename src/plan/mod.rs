//! Turns a contract into a plan: which requests prove which cells, in as few requests as possible.

mod acting_reads;
mod builder;
mod effect;
mod faults;
mod follow_up;
mod rendered;
mod resources;
mod schedule;
pub mod triggers;
pub mod values;

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

pub use acting_reads::acts_at;
pub use effect::{Asked, EffectRules, not_allowed};
pub use rendered::{show, span, wait_of};
pub use resources::baseline_lists::BEFORE;
pub use resources::id_sources::{Feed, feeds};
pub use resources::provenance::{Doubt, Heard, Ownership, Unproven};
pub use resources::removal::{Held, intruders, removal, removals, undoing};
pub use resources::resumed::{Remake, elsewhere, names, remakes, renamed, renewed};
pub use resources::undocumented_ids::{kind_below, provenance, reader, remover, unlisted};
pub use schedule::dependencies::closure;
pub use schedule::dependents::downstream;
pub use schedule::selection::{Wanted, skip_reason};
pub use schedule::sweeping::{is_sweep, reaches};

use crate::contract::Schemas;
use crate::model::contract::{Contract, RateLimit, Status};
use crate::model::drawn::Drawn;
use crate::model::effect::Permission;
use crate::model::filter::Filter;
use crate::model::plan::Plan;
use crate::model::suite::Suite;

/// Where requests are counted, so many of a run stand for one that may be spent on trying in another way what was refused.
pub const RESERVE: u64 = 5;

/// What a plan may do and what it is for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which operations are asked.
    pub filter: Filter,
    /// Statuses; empty for all.
    pub statuses: Vec<Status>,
    /// What may be changed.
    pub permission: Permission,
    /// Security schemes that the full account has credentials for; `None` for all there are.
    pub full: Option<BTreeSet<String>>,
    /// Security schemes that the account without permissions has credentials for; empty when there is no such account.
    pub limited: BTreeSet<String>,
    /// Resources known before the run, by kind.
    pub given: BTreeMap<String, Vec<Known>>,
    /// The mark of the run, which every name it makes carries.
    pub mark: String,
    /// How many requests may be sent to reach the rate limit after everything else; 0 leaves it alone.
    pub burst: u32,
    /// Whether a refusal is provoked in every way that the contract names, not only in the cheapest one.
    pub thorough: bool,
    /// How many requests with drawn values are sent to each operation.
    pub cases: u32,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Drawn requests that failed before; they are sent again, whether others are drawn or not.
    pub regressions: Vec<Drawn>,
    /// Whether what expires by itself is left for a later run to find expired, where none is known yet.
    pub keep: bool,
    /// Rate limits that are kept: what tells most is sent in the first window.
    pub windows: Vec<RateLimit>,
    /// How many requests may be sent in all.
    pub budget: Option<u64>,
    /// When each cell, an operation and a status, was last asked for (RFC 3339, UTC): under a budget, the ones that never were
    /// come first, then the oldest.
    pub asked: BTreeMap<(String, u16), String>,
}

/// A resource known before the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: String,
    /// The state it is in; absent for an ordinary one.
    pub state: Option<String>,
    /// When an earlier run left it (RFC 3339, UTC); absent where the suite names it.
    pub left: Option<String>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// No cell is selected.
    #[error("nothing is selected: {wanted}; {hint}")]
    NothingSelected {
        /// What was asked for.
        wanted: String,
        /// What there is.
        hint: String,
    },
    /// A condition names a trigger that does not exist.
    #[error("{place}: there is no trigger {name:?}; the triggers are {known}")]
    UnknownTrigger {
        /// Place in the contract.
        place: String,
        /// The name.
        name: String,
        /// Every name there is.
        known: String,
    },
}

/// Plans every request of a run.
///
/// # Errors
/// Nothing is selected, or the contract names a trigger that does not exist.
pub fn plan(contract: &Contract, schemas: &Schemas, suite: &Suite, options: &Options) -> Result<Plan, PlanError> {
    check_triggers(contract)?;
    let wanted = Wanted::choose(contract, options)?;
    let mut draft = builder::Draft::new(contract, schemas, suite, options);
    draft.prepare(&wanted);
    for cell in wanted.cells() {
        draft.aim(cell);
    }
    draft.walk_pages();
    draft.follow_jobs();
    draft.follow_results();
    draft.draw(&wanted);
    draft.look_afterwards();
    draft.empty();
    draft.ask_for_the_gone();
    draft.narrow_lists();
    draft.clean_up();
    draft.note_removers();
    Ok(draft.finish())
}

fn check_triggers(contract: &Contract) -> Result<(), PlanError> {
    let mut conditions = contract.operations.iter().flat_map(|operation| &operation.responses).flat_map(|response| {
        let place = &response.place;
        response.conditions.iter().map(move |condition| (place, &condition.trigger))
    });
    if let Some((place, name)) = conditions.find(|(_, name)| crate::plan::triggers::named(name).is_none()) {
        let known = crate::plan::triggers::TRIGGERS.iter().map(|trigger| trigger.name).collect::<Vec<_>>().join(", ");
        return Err(PlanError::UnknownTrigger { place: place.clone(), name: name.clone(), known });
    }
    Ok(())
}
