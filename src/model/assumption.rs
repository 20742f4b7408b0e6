//! What a request takes for granted that no document confirms, so that its refusal blocks and is no violation.
//!
//! A plan carries an assumption as its sentence, and one that was read back says the same as the one that was written.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use super::ids::{ProbeId, SlotId};

/// Something that a request takes for granted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Assumption {
    /// That the first resource belongs to the second one.
    BelongsTo(SlotId, SlotId),
    /// That a resource is known by the name that this probe sent.
    KnownByName(SlotId, ProbeId),
    /// The state of a resource that this probe found.
    State(SlotId, ProbeId),
    /// That what this probe names is of this kind.
    Kind(SlotId, ProbeId, String),
    /// That the account may read what this probe names.
    Readable(SlotId, ProbeId),
    /// That this parameter takes ids of this kind.
    ParameterKind(String, String),
    /// That an example of the contract is there on the server; what it is of, and its text.
    Example(String, String),
    /// That a page may be as long as the run has chosen in this parameter.
    PageLength(String),
    /// That a resource which a run of this moment (RFC 3339, UTC) left was ever there; its id.
    EarlierRun(String, String),
    /// That the value of this parameter, which was made from its schema, is taken.
    MadeParameter(String),
    /// That a body which was made from its schema is taken; whether the contract has an example, which does not fit.
    MadeBody(bool),
    /// That an example of a body is taken though it does not fit its schema.
    UnfitExample,
    /// That the server has this data of its own; a JSON Pointer, empty for the whole body, or the name of a parameter.
    ServerData(String),
    /// That the suite's own request is right.
    SuiteRequest,
    /// That a request which was tried after another one was refused is right.
    FoundRequest,
    /// It was read from a plan, a journal or a recording.
    Told(String),
}

impl Display for Assumption {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::BelongsTo(below, above) => write!(to, "it is not certain that {below} belongs to {above}"),
            Self::KnownByName(slot, maker) => write!(to, "it is not certain that {slot} is known by the name that {maker} sent"),
            Self::State(slot, finder) => write!(to, "the state of {slot}, which {finder} found, is not certain"),
            Self::Kind(slot, finder, kind) => write!(to, "it is not certain that {slot}, which {finder} names, is one of {kind}"),
            Self::Readable(slot, finder) => write!(to, "it is not certain that {slot}, which {finder} names, can be read by this account"),
            Self::ParameterKind(parameter, kind) => write!(to, "it is not certain that {parameter} takes the id of {kind}"),
            Self::Example(of, value) => write!(to, "{of} {value} is only the contract's example"),
            Self::PageLength(parameter) => write!(to, "the contract does not confirm the {parameter} that the run has chosen"),
            Self::EarlierRun(left, id) => {
                write!(to, "only an earlier run, of {left}, shows that {id} was ever there; the next run leaves another one")
            }
            Self::MadeParameter(name) => write!(to, "the value of {name} was made from its schema, for want of an example"),
            Self::MadeBody(false) => to.write_str("the body was made from its schema, for want of an example"),
            Self::MadeBody(true) => to.write_str("the contract's example of the body does not fit its schema, so one was made"),
            Self::UnfitExample => to.write_str("the contract's example of the body does not fit its schema"),
            Self::ServerData(at) => write!(
                to,
                "{} is data of the server: it is not certain that this one has it, takes it, or is licensed for it; `requests` in the \
                 suite names a request that it takes",
                if at.is_empty() { "the body" } else { at }
            ),
            Self::SuiteRequest => to.write_str("the valid request is the suite's own (requests)"),
            Self::FoundRequest => to.write_str("the valid request is another one than the contract shows, because that one was refused"),
            Self::Told(words) => to.write_str(words),
        }
    }
}

/// Two assumptions are the same if they say the same: one that was read back is the one that was written.
impl PartialEq for Assumption {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Assumption {}

impl From<String> for Assumption {
    fn from(words: String) -> Self {
        Self::Told(words)
    }
}

impl From<Assumption> for String {
    fn from(assumption: Assumption) -> Self {
        assumption.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_was_read_back_is_the_one_that_was_written() {
        let written = Assumption::Example("books".to_owned(), "7".to_owned());
        let text = serde_json::to_value(&written).unwrap();
        assert_eq!(text, "books 7 is only the contract's example");
        assert_eq!(serde_json::from_value::<Assumption>(text).unwrap(), written);
        assert_ne!(written, Assumption::Example("books".to_owned(), "8".to_owned()));
    }
}
