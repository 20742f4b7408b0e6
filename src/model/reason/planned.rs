//! Why no request is planned for a cell.

use super::{Code, Reason};
use crate::model::contract::{Method, RateLimit};
use crate::model::effect::Effect;
use crate::model::ids::ProbeId;

/// What a user has chosen, or has not given.
#[derive(Debug, Clone)]
pub enum UserChoice {
    /// Requests of this effect are not allowed.
    Effect {
        /// What it would change.
        effect: Effect,
        /// Whether it would change that only on a server that accepts a faulty request.
        faulty: bool,
    },
    /// Writes are not allowed.
    Writes,
    /// The fault is a method that might change something, and writes are not allowed.
    Method(Method),
    /// It changes a resource of this kind that the run has not made; why it makes none.
    NotMade(String, Option<Box<Reason>>),
    /// An effect of the suite's own is not allowed; its name.
    NamedEffect(String),
    /// The suite skips the operation; its reason.
    SkippedBySuite(String),
    /// The options, or a selection of the suite, exclude the operation.
    Excluded,
    /// There are no credentials.
    Credentials {
        /// The security schemes that lack them.
        schemes: Vec<String>,
        /// The variables that the suite takes them from.
        variables: Vec<String>,
    },
    /// There is no account without permissions; the variables that the suite takes its credentials from.
    LimitedAccount(Vec<String>),
    /// There is no account that owns other things; the variables that the suite takes its credentials from.
    OtherAccount(Vec<String>),
}

impl UserChoice {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Effect { effect, .. } => Code::NotAllowed(*effect),
            Self::Writes | Self::Method(_) => Code::NotAllowed(Effect::Own),
            Self::NotMade(..) => Code::NotAllowed(Effect::Borrowed),
            Self::NamedEffect(_) => Code::EffectNotAllowed,
            Self::SkippedBySuite(_) | Self::Excluded => Code::LeftOut,
            Self::Credentials { .. } | Self::LimitedAccount(_) | Self::OtherAccount(_) => Code::NoCredentials,
        }
    }
}

/// What the number of requests has to do with it.
#[derive(Debug, Clone)]
pub enum Budget {
    /// This budget goes to other cells.
    ForOthers(u64),
    /// This budget was spent before.
    Spent(u64),
    /// The run sends fewer requests than this window of the rate limit allows.
    BelowLimit(RateLimit),
}

/// Why no request can be planned.
#[derive(Debug, Clone)]
pub enum NoRequest {
    /// Nothing has been planned for the cell yet.
    NotPlanned,
    /// The cell names an operation that the contract does not have.
    OperationGone,
    /// There is no operation with this id.
    UnknownOperation(String),
    /// No request tells the operation from this one.
    SameRoute(String),
    /// The operation needs what only itself makes.
    NeedsItself(String),
    /// No body can be made for any of these media types.
    NoMediaType(Vec<String>),
    /// No body could be made that fits its schema.
    NoBodyFits,
    /// No operation says when a job of this kind is done.
    NoJobReader(String),
    /// Nothing makes one more resource of this kind.
    NoneMore(String),
    /// Only what the run has made may be removed, and it makes none, for this reason.
    RemovesOnlyOwn(Box<Reason>),
    /// Only what the run has made may be removed, and no operation makes this kind.
    NoMaker(String),
    /// A resource of this kind cannot be made, for this reason.
    CannotBeMade(String, Box<Reason>),
    /// No author and no standard says when the status comes.
    NoCondition,
    /// No trigger can be used.
    NoTrigger {
        /// Why those that were tried cannot.
        tried: Vec<Reason>,
        /// What the request lacks, each with the triggers that need it.
        lacking: Vec<(String, Vec<String>)>,
    },
    /// No operation can be asked without an effect.
    NoHarmless,
    /// The rate limit is reached by reads, which count like all other requests.
    LimitIsReached,
    /// The run may not reach the rate limit.
    LimitIsLeftAlone,
}

impl NoRequest {
    /// The reason that this one is about, where it has its code and its cause.
    pub(super) fn inner(&self) -> Option<&Reason> {
        match self {
            Self::RemovesOnlyOwn(reason) | Self::CannotBeMade(_, reason) => Some(reason),
            _ => None,
        }
    }
}

/// Why the state that a trigger needs cannot be had.
#[derive(Debug, Clone)]
pub enum NoState {
    /// The valid request is not planned any more.
    ValidRequestGone,
    /// The request that is redirected is not planned any more.
    RedirectGone,
    /// The valid request has nothing at this place that could be there already.
    NothingToRepeat(String),
    /// The run makes only one resource of this kind.
    OnlyOneOf(String),
    /// Nothing that the run makes has a value at this place.
    MadeWithout(String),
    /// The member to repeat is in a body that is no JSON.
    NoJson,
    /// The valid request has no place for a value there.
    NoPlace(String),
    /// The path names no resource.
    NothingInPath,
    /// The path names no job.
    NoJobInPath,
    /// The request names no resource.
    NothingInRequest,
    /// No planned request deletes this kind.
    NotDeleted(String),
    /// The deletion is only accepted (202).
    OnlyAccepted(ProbeId),
    /// The contract does not say what may refer to the resource.
    NoReferrer,
    /// The operation refers to nothing of this kind that the run makes.
    RefersToNone(String, String),
    /// A resource has to be given that is in a certain state.
    NotGiven {
        /// Its kind.
        kind: String,
        /// Its state.
        state: String,
        /// The variable that the suite takes its id from.
        variable: Option<String>,
        /// The seconds after which a run can use what an earlier run has left.
        later: Option<u32>,
    },
    /// The run makes nothing of this kind.
    NoneMade(String),
    /// The operation is about nothing of this kind.
    AboutNone(String, String),
}
