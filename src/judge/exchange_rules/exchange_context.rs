//! What every check is given of an exchange, and the phrases that checks share.

use std::borrow::Cow;

use serde_json::Value;

use super::CredentialHints;
use crate::contract::Schemas;
use crate::model::contract::{Contract, MediaType, Operation, Response, Status};
use crate::model::exchange::{Answer, AnswerContent, Exchange};
use crate::model::media_range::{is_json, matches};
use crate::model::plan::Probe;
use crate::model::text::on_a_line;

/// How many characters of a value a finding shows.
const MOST_SHOWN: usize = 120;

/// One exchange with everything that is known of it.
#[derive(Debug, Clone, Copy)]
pub struct ExchangeContext<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// Its schemas.
    pub schemas: &'a Schemas,
    /// The operation that was asked; `None` for the server as a whole.
    pub operation: Option<&'a Operation>,
    /// What was planned.
    pub probe: &'a Probe,
    /// What was sent.
    pub exchange: &'a Exchange,
    /// What came.
    pub answer: &'a Answer,
    /// The response that the contract declares for the status that came.
    pub declared: Option<&'a Response>,
    /// Where the credentials of the request come from, for the command that shows a finding again.
    pub hints: &'a CredentialHints,
}

impl<'a> ExchangeContext<'a> {
    /// The response that the contract declares for another status.
    pub(super) fn response(&self, status: Status) -> Option<&'a Response> {
        let own = self.operation.and_then(|operation| operation.documents(status));
        own.or_else(|| self.contract.server_responses.iter().find(|response| response.status == status))
    }

    /// Where the contract speaks of the answer: the declared response, else the operation, else the contract by title.
    pub(super) fn place(&self) -> String {
        let own = self.declared.map(|response| &response.place).or(self.operation.map(|operation| &operation.place));
        own.unwrap_or(&self.contract.title).clone()
    }

    /// The contract's own word on the status that came.
    pub(super) fn citation(&self) -> String {
        self.declared.map_or_else(|| self.contract.title.clone(), cite)
    }

    /// The declared media type that the body is to be read as: the one that came, else the first JSON one when the body
    /// came under a type that is not declared.
    pub(super) fn media(&self) -> Option<&'a MediaType> {
        let content = &self.declared?.content;
        let came = self.answer.media_type();
        let same = came.and_then(|came| content.iter().find(|media| matches(&media.name, &came)));
        same.or_else(|| content.iter().find(|media| is_json(&media.name)))
    }

    /// The body as JSON, whatever type it came under.
    pub(super) fn document(&self) -> Option<Cow<'a, Value>> {
        match &self.answer.body {
            AnswerContent::Json(value) => Some(Cow::Borrowed(value)),
            AnswerContent::Text(text) => serde_json::from_str(text).ok().map(Cow::Owned),
            _ => None,
        }
    }
}

/// A declared response as a citation: its source, its status and the reason it gives.
pub(super) fn cite(response: &Response) -> String {
    let reason = response.description.trim();
    let reason = if reason.is_empty() { String::new() } else { format!(": {}", shorten(reason)) };
    format!("{}, {}{reason}", response.source, response.status)
}

/// The place of a value in the body of an answer.
pub(super) fn body_at(pointer: &str) -> String {
    if pointer.is_empty() { "body".to_owned() } else { format!("body {pointer}") }
}

/// A value as a finding shows it.
pub fn show(value: &Value) -> String {
    shorten(&value.to_string())
}

/// What kind of body came, for findings about bodies that are not what they should be.
pub(super) fn describe(body: &AnswerContent) -> String {
    match body {
        AnswerContent::Empty => "no body".to_owned(),
        AnswerContent::Json(value) => show(value),
        AnswerContent::Text(text) | AnswerContent::Xml { text, .. } => format!("text: {}", shorten(text)),
        AnswerContent::Bytes(count) => format!("{count} bytes that are no text"),
        AnswerContent::TooLong(count) => format!("a body of more than {count} bytes"),
        AnswerContent::Unread(reason) => format!("a body that was not read: {reason}"),
        AnswerContent::Withheld(reason) => format!("a body that is not kept: {reason}"),
    }
}

/// Text on one line, cut where it gets long.
pub(super) fn shorten(text: &str) -> String {
    let line: String = text.chars().map(on_a_line).collect();
    if line.chars().count() <= MOST_SHOWN { line } else { format!("{}…", line.chars().take(MOST_SHOWN).collect::<String>()) }
}
