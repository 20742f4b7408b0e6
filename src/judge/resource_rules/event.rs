//! One request of a run with its answer, and what it was about.

use serde_json::Value;

use super::document_resources;
use crate::contract::paging::{CURSORS, NUMBERS, OFFSETS};
use crate::model::contract::{Location, Operation, Status};
use crate::model::exchange::{Answer, Exchange, SentRequest};
use crate::model::path::{last_parameter, parameter_of};
use crate::model::plan::{Place, Probe, SlotId};

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFate {
    /// A valid request was accepted, and what it asked for has been done.
    Accepted,
    /// It was refused (4xx).
    Refused,
    /// It is not known what it did: no answer, a server error, an answer that comes before the work (202), something faulty
    /// that was accepted, or a refusal of several resources that may have been written in part.
    Unknown,
}

/// One request that was sent, with its answer.
#[derive(Debug)]
pub struct HistoryEvent<'a> {
    /// What was planned.
    pub probe: &'a Probe,
    /// The operation that was asked.
    pub operation: &'a Operation,
    /// What was sent.
    pub request: &'a SentRequest,
    /// What came.
    pub answer: Option<&'a Answer>,
    /// Everything that was sent and came for it, in order.
    pub exchanges: &'a [Exchange],
    /// What became of it.
    pub standing: RequestFate,
    /// The JSON body as it was sent.
    pub sent: Option<Value>,
    /// The path template, as a number.
    pub(super) path: usize,
    /// The path template of the collection, when one resource in it is read, as a number; `None` when no operation has it.
    pub(super) collection: Option<usize>,
    /// The probe as a number.
    pub(super) index: usize,
}

impl<'a> HistoryEvent<'a> {
    /// The status of the answer.
    pub fn status(&self) -> Option<Status> {
        self.answer.map(|answer| answer.status)
    }

    /// Whether it asks for no change (RFC 9110, section 9.2.1), and has no fault.
    pub fn is_read(&self) -> bool {
        self.probe.request.method.is_safe()
    }

    /// Whether what it does not name stays as it is (JSON:API, Updating Resources; RFC 7396, section 1).
    pub fn merges(&self) -> bool {
        self.probe.request.headers.iter().any(|(_, value)| value.contains("vnd.api+json") || value.contains("merge-patch"))
    }

    /// The document that a valid read was answered with.
    pub fn read_document(&self) -> Option<&'a Value> {
        let read = self.is_read() && self.probe.fault.is_none() && self.standing == RequestFate::Accepted;
        self.document().filter(|_| read && self.status() == Some(Status(200)))
    }

    /// The answer as JSON.
    pub fn document(&self) -> Option<&'a Value> {
        self.answer?.body.whole_value()
    }

    /// The slot that fills the last segment of the path.
    pub fn item(&self) -> Option<&'a SlotId> {
        self.filled(last_parameter(&self.operation.path)?)
    }

    /// The slot that fills the last parameter of the path, wherever it stands.
    pub fn owner(&self) -> Option<&'a SlotId> {
        self.filled(self.operation.segments().rev().find_map(parameter_of)?)
    }

    pub(super) fn filled(&self, name: &str) -> Option<&'a SlotId> {
        let fillings = &self.probe.request.fillings;
        fillings.iter().find(|binding| matches!(&binding.place, Place::Path(own) if own == name)).map(|binding| &binding.slot)
    }

    /// The relationship that the path leads to (JSON:API, Relationship Objects, `self`), when it ends with its name.
    pub fn relationship(&self) -> Option<&'a str> {
        let (front, name) = self.operation.path.rsplit_once('/')?;
        (front.ends_with("/relationships") && !name.starts_with('{')).then_some(name)
    }

    /// The document that a valid read was answered with, when nothing is missing from its list.
    pub fn complete_document(&self) -> Option<&'a Value> {
        self.read_document().filter(|document| document_resources::is_whole(document, self.is_paged()) && !self.is_later_page())
    }

    /// Whether it asks for a page after the first, which is not all there is though it be the last.
    fn is_later_page(&self) -> bool {
        let sent = url::Url::parse(&self.request.url);
        let turns = |name: &str| [CURSORS, NUMBERS, OFFSETS].iter().any(|names| names.contains(&name));
        sent.is_ok_and(|url| url.query_pairs().any(|(name, _)| turns(&name)))
    }

    /// Whether the operation gives its lists in pages.
    fn is_paged(&self) -> bool {
        let words = ["page", "limit", "offset", "cursor", "size", "after", "skip"];
        let query = self.operation.parameters.iter().filter(|parameter| parameter.location == Location::Query);
        query.into_iter().any(|parameter| words.iter().any(|word| parameter.name.to_ascii_lowercase().contains(word)))
    }
}
