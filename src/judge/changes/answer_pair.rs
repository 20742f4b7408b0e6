//! Two answers to the same request, with what is known about it.

use super::run_pair::RunPair;
use crate::model::change::Clients;
use crate::model::contract::{Operation, Response};
use crate::model::exchange::Answer;
use crate::model::plan::Probe;

/// Two answers to the same request.
pub(super) struct AnswerPair<'a> {
    /// The runs that they are of.
    pub runs: &'a RunPair<'a>,
    /// The probe, as the older run has planned it.
    pub probe: &'a Probe,
    /// The operation, where the contract is known.
    pub operation: Option<&'a Operation>,
    /// The older answer.
    pub old: &'a Answer,
    /// The newer one.
    pub new: &'a Answer,
}

impl<'a> AnswerPair<'a> {
    /// Whether the status is the same.
    pub(super) fn is_same_status(&self) -> bool {
        self.old.status == self.new.status
    }

    /// What the contract says of the answer.
    pub(super) fn response(&self) -> Option<&'a Response> {
        let operation = self.operation?;
        operation.response(self.new.status).or_else(|| operation.fallback(self.new.status))
    }

    /// Whether both are refusals: what they say is about the request.
    pub(super) fn refuses(&self) -> bool {
        self.new.status.is_refusal()
    }

    /// Whether the clients take no more than their types say.
    pub(super) fn is_strict(&self) -> bool {
        self.runs.input.clients == Clients::Strict
    }
}
