//! Why a planned request is not sent, or gets no answer.

use super::{Code, Reason};
use crate::model::contract::Status;
use crate::model::ids::{ProbeId, SlotId};

/// Why a request is not sent.
#[derive(Debug, Clone)]
pub enum NotSent {
    /// The run was asked to end.
    Interrupted,
    /// The run ended before it was due.
    RunEnded,
    /// No window of the rate limit was full.
    NoWindow,
    /// It waits for a request that was never due.
    NeverDue,
    /// The contract has no such operation.
    NoOperation,
    /// It removes what is not known to be made by the run.
    NotOwn,
    /// Nothing proves that the run made the resource.
    Unproven {
        /// Its kind.
        kind: String,
        /// Its id.
        id: String,
        /// What is in doubt.
        doubt: String,
        /// Why that matters.
        because: Box<Reason>,
    },
    /// This parameter has a value that cannot stand in a path.
    PathValue(String, String),
    /// The text is no URL, as the parser says.
    NoUrl(String, String),
    /// The URL is not on the server that the run is for.
    OtherServer(String),
    /// The URL of a log-in is not on the server that the run is for, and only the contract names it.
    LogInElsewhere(String),
    /// Where an answer leads is not followed.
    Address(Address),
    /// The journal cannot be written, as the system says.
    Journal(String),
    /// This parameter was to name nothing, and an answer has held its value.
    Known(String, String),
    /// None of so many last requests was answered.
    Outage(u32),
    /// Each of the first so many valid requests was refused as the last one was.
    NothingAccepted(Box<Reason>, usize),
    /// The control was not accepted.
    Control(Box<Reason>),
    /// What a slot names is not there, for this reason.
    SlotLost(SlotId, Box<Reason>),
    /// Nothing has filled a slot.
    SlotEmpty(SlotId),
    /// After the last look at it the job was in this state.
    JobOpen(String),
    /// The request whose answer is followed got none.
    NothingToFollow(ProbeId),
    /// The answer to this request leads nowhere else.
    LeadsNowhere(ProbeId, Status),
    /// The answer to this request has no Location.
    NoLocation(ProbeId, Status),
    /// A command of the suite has not done what it was to do; its place.
    Command(String, CommandFailure),
    /// A log-in has failed; which one.
    LogIn(String, LogInFailure),
}

impl NotSent {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Interrupted => Code::Interrupted,
            Self::NotOwn => Code::NotOwn,
            Self::Outage(_) => Code::Silent,
            Self::Command(_, CommandFailure::Off) => Code::LeftOut,
            Self::Command(..) => Code::CommandFailed,
            _ => self.inner().map_or(Code::Other, Reason::code),
        }
    }

    /// The reason that this one is about, where it has its code and its cause.
    pub(super) fn inner(&self) -> Option<&Reason> {
        match self {
            Self::Unproven { because, .. } => Some(because),
            Self::NothingAccepted(reason, _) | Self::Control(reason) | Self::SlotLost(_, reason) => Some(reason),
            _ => None,
        }
    }
}

/// Why the address that an answer leads to is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The Location is no URL, as the parser says.
    NoUrl(String, String),
    /// It has another scheme than http and https.
    Scheme(String),
    /// It repeats the credentials, which are left out.
    Credentials,
    /// It leads from outside into a private network.
    Private(String),
    /// It leads to another port of the same host.
    Port(String),
}

/// Why a command of the suite has not done what it was to do. Nothing of what it has printed is repeated, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandFailure {
    /// `--no-hooks` turns commands off.
    Off,
    /// The suite was named by a journal or a recording, and not by the user.
    NotNamed,
    /// The binary carries the suite.
    Bundled,
    /// It could not be started, as the system says.
    NotStarted(String),
    /// It ended with this code; without one, by a signal.
    Failed(Option<i32>),
    /// It had not ended after so many seconds.
    Hangs(u64),
    /// It printed more than so many bytes.
    TooMuch(usize),
    /// It printed no JSON; line and column of the first place.
    NoJson(usize, usize),
    /// It printed another JSON than an object with these members.
    Members(&'static str),
    /// It printed no value for this variable, which the suite says it sets.
    NoVariable(String),
    /// It printed that there is none.
    NoneThere,
    /// It does not want the resource to be made, for this reason.
    Skips(String),
    /// The run was asked to end.
    Interrupted,
}

/// Why a log-in has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogInFailure {
    /// It got no answer.
    Silent,
    /// The answer lacks the credential at this place.
    Nothing(Status, String),
    /// The refresh token was refused.
    Refresh(Status),
    /// It was refused.
    Refused(Status),
    /// Each of so many requests was told to wait.
    Limited(usize),
}

/// Why there is no answer.
#[derive(Debug, Clone)]
pub enum NoAnswer {
    /// What the client says.
    Failed(String),
    /// No answer is known.
    None,
    /// The run was cut off before one came.
    CutOff,
    /// A deletion was refused, and something that cannot be found may refer to the resource.
    MayBeReferredTo,
    /// It was sent before the run was cut off, and what that did is not known.
    Unsure,
}

impl NoAnswer {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Failed(_) => Code::Silent,
            Self::None | Self::CutOff | Self::MayBeReferredTo | Self::Unsure => Code::Other,
        }
    }
}

/// Why a resource is not there any more.
#[derive(Debug, Clone)]
pub enum ResourceGone {
    /// This probe removed it.
    RemovedBy(ProbeId),
    /// It was not there when it was to be removed.
    GoneAlready,
}

/// What became of another probe, which is the cause.
#[derive(Debug, Clone)]
pub enum Prior {
    /// Nothing is known of it.
    Unknown,
    /// It was not sent.
    NotSent,
    /// It got no answer, for this reason if one is known.
    Silent(Option<Box<Reason>>),
    /// It was answered with this status.
    Answered(Status),
    /// Its answer, with this status, does not hold the id that is needed.
    NoId(Status),
    /// It was to delete something, and was not accepted.
    DeletedNothing,
    /// It was to delete something, and was only accepted (202).
    DeletionOpen,
    /// It is one of several that the server refused, with this status.
    Refused(Status),
    /// It is one of several that got no answer.
    Unanswered(Box<Reason>),
}

impl Prior {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Silent(_) | Self::Unanswered(_) => Code::Silent,
            Self::Answered(status) | Self::Refused(status) => Code::Refused(*status),
            Self::Unknown | Self::NotSent | Self::NoId(_) | Self::DeletedNothing | Self::DeletionOpen => Code::Other,
        }
    }
}
