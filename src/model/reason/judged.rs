//! Why an answer does not show what it was to show.

use super::super::assumption::Assumption;
use super::{Code, Reason};
use crate::model::contract::Status;
use crate::model::ids::ProbeId;

/// Why a status is not shown, or proves nothing.
#[derive(Debug, Clone)]
pub enum NotShown {
    /// The server answered another status that is as right.
    AllowedAsWell(Status),
    /// Two documents name different statuses, and the server does as the other says.
    OtherSide(Status),
    /// The status came, and those that were expected are only inferred.
    Inferred(Status, Vec<Status>),
    /// The status came, and this request may have removed the resource.
    SweptBy(Status, ProbeId),
    /// The job was in this finished state when it was first looked at.
    JobFinished(String),
    /// No look at the job shows its state.
    JobUnseen,
    /// The status came, and this is known from an earlier run alone.
    Forgotten(Status, Assumption),
    /// The status came, as to every valid request from then on.
    ShutOut(Status),
    /// The status came to a valid request, and this is not certain.
    Assumed(Status, Assumption),
    /// The status came with another representation than before the deletion.
    Marked(Status),
    /// The status came to the valid request as well, whose value is as uncertain.
    LikeControl(Status),
    /// The status came, and the path may be input of a computation.
    Computed(Status),
    /// There are none of this kind, and the run may make none.
    NoneOf(String),
    /// The reason, and what the answer says for people.
    Explained(Box<Reason>, String),
    /// The server failed with this status.
    Failed(Status),
    /// The status came to a valid request: the account may lack a permission.
    NoPermission(Status),
    /// The status has another cause than the fault.
    Unasked(Status),
    /// The contract does not say what is answered.
    Undecided(Status),
    /// The status came to a valid request, and `default` is all that the contract says.
    OnlyDefault(Status),
    /// The status came before the rate limit was reached.
    LimitNotReached(Status),
    /// No valid request was accepted, the first for this reason.
    NothingAccepted(Option<Box<Reason>>),
    /// The account may not have the API.
    NoFeature {
        /// The API.
        api: String,
        /// The operations that are missing, where others of the API are there.
        part: Vec<String>,
        /// How many valid requests were refused.
        count: usize,
        /// How the first of them was refused.
        status: Status,
    },
}

impl NotShown {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::AllowedAsWell(_) | Self::OtherSide(_) => Code::AllowedAsWell,
            Self::Assumed(status, _) | Self::Failed(status) | Self::NoPermission(status) | Self::Unasked(status) | Self::OnlyDefault(status) => {
                Code::Refused(*status)
            }
            Self::NoFeature { status, .. } => Code::Unavailable(*status),
            _ => self.inner().map_or(Code::Other, Reason::code),
        }
    }

    /// The reason that this one is about, where it has its code and its cause.
    pub(super) fn inner(&self) -> Option<&Reason> {
        match self {
            Self::Explained(reason, _) | Self::NothingAccepted(Some(reason)) => Some(reason),
            _ => None,
        }
    }
}

/// Why an answer, or a cell of a recording, cannot be judged.
#[derive(Debug, Clone)]
pub enum NotJudged {
    /// The body has more than so many bytes.
    TooLong(Status, u64),
    /// The body was not read, for this reason.
    Unread(Status, String),
    /// The recording does not keep the body, as these words say.
    Withheld(Status, String),
    /// The answer is not as `default` says; how it differs.
    UnlikeDefault(Status, String),
    /// The answer is not as it is inferred to look; how it differs.
    UnlikeInferred(Status, String),
    /// A keyword of the schema at this place cannot be judged, for this reason.
    Keyword(String, String),
    /// The contract has no operation with the id that the recording names.
    NoOperation,
    /// The contract does not document the status that the recording names.
    NoStatus,
}
