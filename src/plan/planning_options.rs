//! What a plan may do and what it is for: selection, permission, budget, and what is known before the run.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::contract::{RateLimit, Status};
use crate::model::drawn::Drawn;
use crate::model::effect::Permission;
use crate::model::filter::Filter;
use crate::model::reason::Reason;

/// Where requests are counted, so many of a run stand for one that may be spent on trying in another way what was refused.
pub const RESERVE: u64 = 5;

/// What a plan may do and what it is for.
#[derive(Debug, Clone, Default)]
pub struct PlanningOptions {
    /// Which operations are asked.
    pub filter: Filter,
    /// Statuses; empty for all.
    pub statuses: Vec<Status>,
    /// The cells that an earlier run found wrong, each as operation and status, where only those are asked for.
    pub failed: Option<BTreeSet<(String, Status)>>,
    /// What may be changed.
    pub permission: Permission,
    /// Security schemes that the full account has credentials for; `None` for all there are.
    pub full: Option<BTreeSet<String>>,
    /// Security schemes that the account without permissions has credentials for; empty when there is no such account.
    pub limited: BTreeSet<String>,
    /// Security schemes that the account which owns other things has credentials for; empty when there is no such account.
    pub other: BTreeSet<String>,
    /// Resources known before the run, by kind.
    pub given: BTreeMap<String, Vec<GivenResource>>,
    /// Why a command has given none of a kind, in a state.
    pub not_given: BTreeMap<(String, Option<String>), Reason>,
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
pub struct GivenResource {
    /// Its id.
    pub id: String,
    /// The state it is in; absent for an ordinary one.
    pub state: Option<String>,
    /// When an earlier run left it (RFC 3339, UTC); absent where the suite names it.
    pub left: Option<String>,
}
