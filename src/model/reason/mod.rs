//! Why something was not done or not proved: each kind of reason with its data; `words` has the sentences.
//!
//! Plan, journal, recording and report carry a reason as its code, its words and the probe that is the cause ([`Told`]), and
//! all of them are read and written far below `report`. So the words stand beside the kinds, in one file, and a reason that was
//! written down comes back as [`Reason::Told`].

mod judged;
mod planned;
mod sent;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use judged::{NotJudged, NotShown};
pub use planned::{Budget, NoRequest, NoState, UserChoice};
pub use sent::{Address, CommandFailure, LogInFailure, NoAnswer, NotSent, Prior, ResourceGone};

use super::contract::Status;
use super::effect::Effect;
use super::ids::ProbeId;

/// What sort of reason it is. Verdicts, exit codes and the end of a run go by this and never by the words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Anything that nothing else depends on; the words say it.
    #[default]
    Other,
    /// Requests of this effect are not allowed.
    NotAllowed(Effect),
    /// An effect that the suite names is not allowed.
    EffectNotAllowed,
    /// The suite leaves the operation out.
    LeftOut,
    /// There are no credentials for it.
    NoCredentials,
    /// The budget is spent, or goes to other requests.
    Budget,
    /// The run was asked to end.
    Interrupted,
    /// The server refused with this status.
    Refused(Status),
    /// Every valid request to the API was refused with this status: the account may not have it.
    Unavailable(Status),
    /// No answer came.
    Silent,
    /// The server answers another status that the contract allows as well.
    AllowedAsWell,
    /// It is not proven that the run made the thing.
    NotOwn,
    /// A command of the suite has failed.
    CommandFailed,
}

/// A reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Told", into = "Told")]
pub enum Reason {
    /// A user has chosen it.
    UserChoice(UserChoice),
    /// The budget.
    Budget(Budget),
    /// No request can be planned.
    NoRequest(NoRequest),
    /// The state that a trigger needs cannot be had.
    NoState(NoState),
    /// Nothing was sent.
    NotSent(NotSent),
    /// No answer came, or none that can be used.
    NoAnswer(NoAnswer),
    /// A resource is not there any more.
    ResourceGone(ResourceGone),
    /// What became of another probe.
    Prior(ProbeId, Prior),
    /// An answer does not show what it was to show.
    NotShown(NotShown),
    /// An answer cannot be judged.
    NotJudged(NotJudged),
    /// It was read from a plan, a journal or a recording.
    Told(Told),
}

/// A reason as it is written down. Only what is read makes one: whatever has a reason to give names its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What sort of reason it is.
    code: Code,
    /// In words.
    words: String,
    /// The probe that is the cause, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probe: Option<ProbeId>,
}

impl Reason {
    /// What sort of reason it is.
    pub fn code(&self) -> Code {
        match self {
            Self::UserChoice(reason) => reason.code(),
            Self::Budget(_) => Code::Budget,
            Self::NoRequest(reason) => reason.inner().map_or(Code::Other, Self::code),
            Self::NoState(_) | Self::ResourceGone(_) | Self::NotJudged(_) => Code::Other,
            Self::NotSent(reason) => reason.code(),
            Self::NoAnswer(reason) => reason.code(),
            Self::Prior(_, what) => what.code(),
            Self::NotShown(reason) => reason.code(),
            Self::Told(told) => told.code,
        }
    }

    /// The probe that is the cause, where it is another one.
    pub fn cause(&self) -> Option<&ProbeId> {
        match self {
            Self::UserChoice(_) | Self::Budget(_) | Self::NoState(_) | Self::NoAnswer(_) | Self::ResourceGone(_) | Self::NotJudged(_) => None,
            Self::NoRequest(reason) => reason.inner()?.cause(),
            Self::NotSent(reason) => reason.inner()?.cause(),
            Self::Prior(probe, _) => Some(probe),
            Self::NotShown(reason) => reason.inner()?.cause(),
            Self::Told(told) => told.probe.as_ref(),
        }
    }

    /// Whether a user has chosen it: then a cell is skipped, and not out of reach.
    pub fn is_choice(&self) -> bool {
        matches!(self.code(), Code::NotAllowed(_) | Code::EffectNotAllowed | Code::LeftOut | Code::NoCredentials | Code::Budget)
    }

    /// The same with its words as they are kept in a recording.
    #[must_use]
    pub fn map_words(&self, keep: impl FnOnce(&str) -> String) -> Self {
        Self::Told(Told { code: self.code(), words: keep(&self.to_string()), probe: self.cause().cloned() })
    }
}

/// Two reasons are the same if they say the same: one that was read back is the one that was written.
impl PartialEq for Reason {
    fn eq(&self, other: &Self) -> bool {
        (self.code(), self.cause()) == (other.code(), other.cause()) && self.to_string() == other.to_string()
    }
}

impl Eq for Reason {}

impl From<Told> for Reason {
    fn from(told: Told) -> Self {
        Self::Told(told)
    }
}

impl From<Reason> for Told {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Told(told) => told,
            reason => Self { code: reason.code(), words: reason.to_string(), probe: reason.cause().cloned() },
        }
    }
}

/// Each kind of reason is a reason.
macro_rules! reasons {
    ($($kind:ident),*) => {$(
        impl From<$kind> for Reason {
            fn from(kind: $kind) -> Self {
                Self::$kind(kind)
            }
        }
    )*};
}

reasons!(UserChoice, Budget, NoRequest, NoState, NotSent, NoAnswer, ResourceGone, NotShown, NotJudged);

impl From<Address> for Reason {
    fn from(address: Address) -> Self {
        Self::NotSent(NotSent::Address(address))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UserChoice(reason) => reason.fmt(formatter),
            Self::Budget(reason) => reason.fmt(formatter),
            Self::NoRequest(reason) => reason.fmt(formatter),
            Self::NoState(reason) => reason.fmt(formatter),
            Self::NotSent(reason) => reason.fmt(formatter),
            Self::NoAnswer(reason) => reason.fmt(formatter),
            Self::ResourceGone(reason) => reason.fmt(formatter),
            Self::Prior(probe, what) => words::write_prior(formatter, probe, what),
            Self::NotShown(reason) => reason.fmt(formatter),
            Self::NotJudged(reason) => reason.fmt(formatter),
            Self::Told(told) => formatter.write_str(&told.words),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::ids::SlotId;

    fn refused() -> Reason {
        Reason::Prior(ProbeId::from_text("p"), Prior::Answered(Status(403)))
    }

    #[test]
    fn a_reason_is_written_as_code_words_and_cause_and_read_as_the_same() {
        let boxed = || Box::new(refused());
        let plain: [(Reason, serde_json::Value); 5] = [
            (NotSent::Interrupted.into(), json!({"code": "interrupted", "words": "the run was interrupted"})),
            (refused(), json!({"code": {"refused": 403}, "words": "p was answered 403", "probe": "p"})),
            (
                NotSent::SlotLost(SlotId::numbered("books", 1), boxed()).into(),
                json!({"code": {"refused": 403}, "words": "books#1 is not there: p was answered 403", "probe": "p"}),
            ),
            (
                UserChoice::NotMade("books".to_owned(), Some(boxed())).into(),
                json!({"code": {"not-allowed": "borrowed"},
                    "words": "it changes books that this run has not made (p was answered 403); --allow borrowed allows it"}),
            ),
            (Address::Credentials.into(), json!({"code": "other", "words": "the Location repeats the credentials, which are left out of it here"})),
        ];
        for (reason, written) in plain {
            assert_eq!(serde_json::to_value(&reason).unwrap(), written);
            let read: Reason = serde_json::from_value(written.clone()).unwrap();
            assert_eq!((read.code(), read.cause(), read.is_choice()), (reason.code(), reason.cause(), reason.is_choice()));
            assert_eq!(read, reason);
            assert_eq!(serde_json::to_value(&read).unwrap(), written);
        }
    }

    #[test]
    fn what_is_about_another_reason_has_its_code_and_cause() {
        let around: [fn(Box<Reason>) -> Reason; 7] = [
            |inner| NoRequest::RemovesOnlyOwn(inner).into(),
            |inner| NoRequest::CannotBeMade("books".to_owned(), inner).into(),
            |inner| NotSent::NothingAccepted(inner, 3).into(),
            |inner| NotSent::Control(inner).into(),
            |because| NotSent::Unproven { kind: "books".to_owned(), id: "7".to_owned(), doubt: "it is old".to_owned(), because }.into(),
            |inner| NotShown::Explained(inner, "no".to_owned()).into(),
            |inner| NotShown::NothingAccepted(Some(inner)).into(),
        ];
        for around in around {
            let reason = around(Box::new(refused()));
            assert_eq!((reason.code(), reason.cause().map(ProbeId::as_str)), (Code::Refused(Status(403)), Some("p")), "{reason}");
            assert!(reason.to_string().contains(&refused().to_string()), "{reason}");
            assert!(around(Box::new(UserChoice::Writes.into())).is_choice());
        }
    }

    #[test]
    fn what_is_kept_of_the_words_keeps_code_and_cause() {
        let kept = refused().map_words(|words| words.replace("403", "[status]"));
        assert_eq!(serde_json::to_value(kept).unwrap(), json!({"code": {"refused": 403}, "words": "p was answered [status]", "probe": "p"}));
    }
}
