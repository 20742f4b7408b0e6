//! Removes other people's values from bodies, header fields and addresses.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Redactor;
use super::mask::kind;
use super::run_values::decoded;
use crate::model::exchange::{Answer, AnswerContent, SentRequest};
use crate::model::keep::Keep;
use crate::model::media_range::is_xml;
use crate::model::text::unquoted_text;

/// Header fields that say how to go on and hold nothing of anybody's (RFC 9110, RFC 9111, RFC 6585, RFC 8288, RFC 9745).
const OPEN_FIELDS: &[&str] = &[
    "accept-ranges",
    "age",
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "date",
    "deprecation",
    "etag",
    "expires",
    "last-modified",
    "retry-after",
    "sunset",
    "transfer-encoding",
    "vary",
    "www-authenticate",
];

/// Header fields that lead somewhere (RFC 9110, sections 8.7 and 10.2.2, and RFC 8288).
const LEADING_FIELDS: &[&str] = &["content-location", "link", "location"];

/// Members with which a refusal tells why (JSON:API, section 7.2.1; RFC 9457, section 3.1; RFC 6749, section 5.2).
const TELLING: &[&str] = &["code", "detail", "error", "error_description", "instance", "message", "parameter", "pointer", "status", "title"];

/// Whose a value is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum ValueOwner {
    /// Of a thing that the run has not made.
    #[default]
    Others,
    /// Of a thing that the run has made.
    Own,
    /// Of a request, whatever it is about.
    Sent,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ValuePlace<'a> {
    /// The member that holds it.
    name: &'a str,
    /// Whether it is a part of `links`.
    link: bool,
    /// Whether it is a part of a refusal.
    refusal: bool,
    /// Whose it is.
    whose: ValueOwner,
}

impl ValuePlace<'_> {
    /// The body of an answer.
    pub(super) fn in_body_of(answer: &Answer) -> Self {
        Self { refusal: answer.status.0 >= 400, ..Self::default() }
    }

    /// The body of a request.
    pub(super) fn in_request() -> Self {
        Self { whose: ValueOwner::Sent, ..Self::default() }
    }

    /// The place of a member of the value that stands here.
    fn member(self, name: &str) -> ValuePlace<'_> {
        // What a refusal shows of a thing is not why it refuses.
        let shows = matches!(name, "attributes" | "data" | "meta");
        ValuePlace { name, link: self.link || name == "links", refusal: self.refusal && !shows, ..self }
    }
}

impl Redactor<'_> {
    /// A request with nothing of anybody else's in its body and its query. Only what is written back holds any.
    pub fn request(&self, request: &SentRequest) -> SentRequest {
        let json = request.body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok());
        let (body, base64) = match (self.keep, json) {
            (Keep::None, _) => (None, None),
            (_, Some(body)) => {
                let reduced = self.value(&body, ValuePlace::in_request());
                // As it was written, where nothing in it is another.
                let text = if reduced == body { request.body.clone() } else { Some(reduced.to_string()) };
                (text, None)
            }
            // What is put back in XML is another user's as well.
            (_, None) if is_in_xml(request) => (request.body.as_deref().map(|body| self.text(body)), None),
            (_, None) => (request.body.clone(), request.base64.clone()),
        };
        SentRequest { url: self.link(&request.url), body, base64, ..request.clone() }
    }

    /// An answer with what is kept of it.
    pub fn answer(&self, answer: &Answer) -> Answer {
        let headers = answer.headers.iter().filter_map(|(name, value)| Some((name.clone(), self.field(name, value)?))).collect();
        let spot = ValuePlace::in_body_of(answer);
        Answer { headers, body: self.content(&answer.body, spot), ..answer.clone() }
    }

    fn content(&self, body: &AnswerContent, spot: ValuePlace<'_>) -> AnswerContent {
        let withheld = || AnswerContent::Withheld(format!("the run kept {}", self.keep.describe()));
        match (body, self.keep) {
            (AnswerContent::Empty, _) | (_, Keep::All) => body.clone(),
            (_, Keep::None) | (AnswerContent::Text(_) | AnswerContent::Xml { .. }, Keep::Shapes) => withheld(),
            (AnswerContent::Json(value), Keep::Masked) => AnswerContent::Json(self.value(value, spot)),
            (AnswerContent::Json(value), Keep::Shapes) => AnswerContent::Json(shape_of(value)),
            (AnswerContent::Xml { text, value, is_whole }, Keep::Masked) => {
                AnswerContent::Xml { text: self.masked_value(&Value::from(text.as_str())), value: self.value(value, spot), is_whole: *is_whole }
            }
            (AnswerContent::Text(text), Keep::Masked) => AnswerContent::Text(self.masked_value(&Value::from(text.as_str()))),
            (AnswerContent::Bytes(_) | AnswerContent::TooLong(_) | AnswerContent::Unread(_) | AnswerContent::Withheld(_), _) => body.clone(),
        }
    }

    /// The value of a header field; `None` where the field is not kept.
    pub(super) fn field(&self, name: &str, value: &str) -> Option<String> {
        let name = name.to_ascii_lowercase();
        if LEADING_FIELDS.contains(&name.as_str()) {
            return Some(self.link(value));
        }
        let open = OPEN_FIELDS.contains(&name.as_str()) || name.contains("ratelimit") || name.contains("rate-limit");
        // The name of a file is another user's value as much as its content.
        if open || (self.declared.contains(&name) && name != "content-disposition") {
            return Some(value.to_owned());
        }
        (self.keep != Keep::None).then(|| self.masked_value(&Value::from(value)))
    }

    /// A value without what is another user's.
    pub(super) fn value(&self, value: &Value, spot: ValuePlace<'_>) -> Value {
        match value {
            Value::Object(members) => {
                let spot = self.members_place(members, spot);
                Value::Object(members.iter().map(|(name, member)| (name.clone(), self.value(member, spot.member(name)))).collect())
            }
            Value::Array(items) => items.iter().map(|item| self.value(item, spot)).collect(),
            Value::String(text) if spot.link => Value::String(self.link(text)),
            leaf if self.is_readable(leaf, spot) => leaf.clone(),
            Value::String(text) if explains_refusal(spot) => Value::String(self.text(text)),
            leaf => Value::String(self.masked_value(leaf)),
        }
    }

    /// Calls back for every value that is another user's, with what stands in its place.
    pub(super) fn foreign_in(&self, value: &Value, spot: ValuePlace<'_>, visit: &mut impl FnMut(&Value, String)) {
        match value {
            Value::Object(members) => {
                let spot = self.members_place(members, spot);
                members.iter().for_each(|(name, member)| self.foreign_in(member, spot.member(name), visit));
            }
            Value::Array(items) => items.iter().for_each(|item| self.foreign_in(item, spot, visit)),
            Value::String(text) if spot.link => {
                let kept = self.link(text);
                if kept != *text {
                    visit(value, kept);
                }
            }
            leaf => {
                let told = self.keep == Keep::Masked && explains_refusal(spot);
                if !(told || self.is_readable(leaf, spot)) {
                    visit(leaf, self.masked_value(leaf));
                }
            }
        }
    }

    /// The place of what an object holds: what is another user's may look like what the run has sent.
    fn members_place<'s>(&self, members: &Map<String, Value>, spot: ValuePlace<'s>) -> ValuePlace<'s> {
        let whose = match (spot.whose, self.own.has_made(members)) {
            (ValueOwner::Sent, _) => ValueOwner::Sent,
            (_, Some(true)) => ValueOwner::Own,
            (_, Some(false)) => ValueOwner::Others,
            (whose, None) => whose,
        };
        ValuePlace { whose, ..spot }
    }

    /// Whether a value without members may be read: it names what it is, or the run has sent it.
    fn is_readable(&self, leaf: &Value, spot: ValuePlace<'_>) -> bool {
        let text = unquoted_text(leaf);
        matches!(spot.name, "type" | "id")
            || leaf.is_null()
            || text.is_empty()
            || (explains_refusal(spot) && leaf.is_number())
            || (spot.whose != ValueOwner::Others && self.own.has_sent(&text))
            || (names_an_id(spot.name) && self.own.is_id(&text))
    }

    /// An address with the values of its query masked that the run has not sent itself: cursors and signatures among them.
    pub(super) fn link(&self, text: &str) -> String {
        let Some((before, query)) = text.split_once('?') else { return text.to_owned() };
        // A Link field goes on after the address.
        let end = query.find(['#', '>']).unwrap_or(query.len());
        let (query, after) = query.split_at(end);
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) if !self.is_own(&decoded(value)) => format!("{name}={}", self.masked_value(&Value::from(decoded(value)))),
                _ => pair.to_owned(),
            })
            .collect();
        format!("{before}?{}{after}", pairs.join("&"))
    }

    fn is_own(&self, text: &str) -> bool {
        text.is_empty() || self.own.has_sent(text) || self.own.is_id(text)
    }

    /// What stands in the place of a value.
    pub(super) fn masked_value(&self, value: &Value) -> String {
        if self.keep == Keep::Masked { self.mask.masked_text(value) } else { kind(value).to_owned() }
    }
}

/// Whether a member is one with which a refusal tells why.
fn explains_refusal(spot: ValuePlace<'_>) -> bool {
    spot.refusal && TELLING.contains(&spot.name)
}

/// Whether a member is called like one that names something: `ownerId`, `owner_id`, `owner-ids`.
fn names_an_id(name: &str) -> bool {
    let stem = name.strip_suffix('s').unwrap_or(name);
    stem == "id" || ["_id", "-id", "Id", "ID"].iter().any(|end| stem.ends_with(end))
}

/// The types and the names of the members of a value; of a list each shape once.
fn shape_of(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(members.iter().map(|(name, member)| (name.clone(), shape_of(member))).collect::<Map<_, _>>()),
        Value::Array(items) => {
            let mut seen = HashSet::new();
            items.iter().map(shape_of).filter(|shape| seen.insert(shape.to_string())).collect()
        }
        leaf => Value::String(kind(leaf).to_owned()),
    }
}

fn is_in_xml(request: &SentRequest) -> bool {
    request.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("content-type") && is_xml(&value.to_ascii_lowercase()))
}
