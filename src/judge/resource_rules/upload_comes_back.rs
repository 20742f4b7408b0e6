//! Rule: what was uploaded is what is downloaded.

use serde_json::Value;

use super::event::{HistoryEvent, RequestFate};
use super::history::{History, MadeResource};
use super::{Citation, ResourceRule, ResourceRuleViolation};
use crate::model::contract::Status;
use crate::model::exchange::{Answer, AnswerContent};
use crate::model::plan::{Body, Part};
use crate::model::verdict::Severity;

pub(super) const RULE: ResourceRule = ResourceRule {
    name: "upload-comes-back",
    about: "the download of a file that was uploaded gives the bytes that were sent, when it has their media type or is plain bytes",
    citation: Citation::Any("RFC 9110, section 9.3.1: GET transfers a representation of the target resource; the contract's own download"),
    others: false,
    find,
};

/// What the last word of a download is called.
const WORDS: &[&str] = &["download", "content", "contents", "raw"];

/// Media types of bytes of an unknown form (RFC 2046, section 4.5.1).
const BYTES: &[&str] = &["application/octet-stream", "application/binary"];

fn find(history: &History<'_>) -> Vec<ResourceRuleViolation> {
    let mut found = Vec::new();
    for made in history.made.iter().filter(|made| history.events[made.by].standing == RequestFate::Accepted) {
        let Some((part, sent)) = uploaded(&history.events[made.by]) else { continue };
        for (number, read) in history.events.iter().enumerate() {
            let Some(answer) = read.answer.filter(|_| downloads(history, read, made) && !written_again(history, made, read)) else { continue };
            let sort = answer.media_type();
            let same_sort = sort.is_some() && (sort == part.media_type || sort.is_some_and(|sort| BYTES.contains(&sort.as_str())));
            let Some(actual) = differs(answer, sent).filter(|_| same_sort) else { continue };
            found.push(ResourceRuleViolation {
                severity: Severity::Must,
                message: format!("{} gives other bytes of {} {} than {} sent", read.operation.id, made.kind, made.id, part_of(history, made)),
                expected: format!("{sent:?} ({} bytes)", sent.len()),
                actual,
                answer: "body".to_owned(),
                blamed: number,
                read: number,
            });
        }
    }
    found
}

fn part_of<'h>(history: &'h History<'_>, made: &MadeResource<'_>) -> &'h str {
    &history.events[made.by].operation.id
}

/// The only file that a request uploads, and its bytes, when they are plain text.
fn uploaded<'h>(maker: &'h HistoryEvent<'_>) -> Option<(&'h Part, &'h str)> {
    let Body::Multipart(parts) = &maker.probe.request.body else { return None };
    let mut files = parts.iter().filter(|part| part.file_name.is_some());
    let (file, None) = (files.next()?, files.next()) else { return None };
    match &file.content {
        Value::String(text) => Some((file, text)),
        _ => None,
    }
}

/// Whether a read gives the file of a resource right below its own address.
fn downloads(history: &History<'_>, read: &HistoryEvent<'_>, made: &MadeResource<'_>) -> bool {
    let collection = &history.events[made.by].operation.path;
    let below = read.operation.path.strip_prefix(collection.as_str()).map(|rest| rest.split('/').skip(1).collect::<Vec<_>>());
    let route = below.is_some_and(|below| below.len() == 2 && below[0].starts_with('{') && WORDS.contains(&below[1]));
    route
        && read.probe.request.method.is_get()
        && read.probe.fault.is_none()
        && read.status() == Some(Status(200))
        && read.owner().is_some_and(|slot| history.is(slot, made))
        && history.ended_before(&history.events[made.by], read)
}

/// Whether another file may have been put in its place.
fn written_again(history: &History<'_>, made: &MadeResource<'_>, read: &HistoryEvent<'_>) -> bool {
    made.writes.iter().map(|(number, _)| &history.events[*number]).any(|event| {
        let with_bytes = matches!(event.probe.request.body, Body::Multipart(_) | Body::Xml(_) | Body::Text(_));
        with_bytes && event.standing != RequestFate::Refused && !history.ended_before(read, event)
    })
}

/// What came, when it is something else.
fn differs(answer: &Answer, sent: &str) -> Option<String> {
    match &answer.body {
        AnswerContent::Text(text) => (text != sent).then(|| format!("{text:?} ({} bytes)", text.len())),
        AnswerContent::Empty => (!sent.is_empty()).then(|| "no byte".to_owned()),
        AnswerContent::Bytes(count) => (*count != sent.len() as u64).then(|| format!("{count} bytes")),
        // What looks like JSON, is too long or was not read is not held against it.
        AnswerContent::Json(_) | AnswerContent::Xml { .. } | AnswerContent::TooLong(_) | AnswerContent::Unread(_) | AnswerContent::Withheld(_) => {
            None
        }
    }
}
