//! The media type that a body is declared to have, and the value that its schema is held against.

use std::borrow::Cow;

use serde_json::Value;

use super::exchange_context::ExchangeContext;
use crate::contract::{malformed_xml, xml_value};
use crate::model::contract::MediaType;
use crate::model::exchange::AnswerContent;
use crate::model::media_range::{is_json, is_xml, matches};

/// The media type that the body is to be held against; `None` where no body is declared, or none can come.
pub(super) fn declared<'a>(context: &ExchangeContext<'a>) -> Option<&'a MediaType> {
    let bodiless = matches!(context.answer.status.0, 204 | 205 | 304) || context.exchange.request.method.is_head();
    // Under a type that is not declared it is no body of any of these; without a type it may be.
    let unnamed = || context.declared.filter(|_| context.answer.media_type().is_none()).and_then(|response| response.content.first());
    context.media().or_else(unnamed).filter(|_| !bodiless)
}

/// As what a body is held against the schema of its media type.
pub(super) enum BodyInterpretation<'a> {
    /// As this value.
    Value(Cow<'a, Value>),
    /// It is missing, or is not what it is said to be.
    Nothing,
    /// It is XML by its media type, and not well-formed; what is wrong.
    Malformed(String),
    /// As nothing; why.
    Unread(String),
}

/// Reads a body: JSON as what it is, plain text as a string, XML as what its schema describes where that is certain.
pub(super) fn reading<'a>(context: &ExchangeContext<'a>, media: &MediaType) -> BodyInterpretation<'a> {
    let came = context.answer.media_type().filter(|came| matches(&media.name, came));
    let named = came.as_deref().unwrap_or(&media.name);
    if is_json(&media.name) || is_json(named) {
        return context.document().map_or(BodyInterpretation::Nothing, BodyInterpretation::Value);
    }
    if named.split(';').next() == Some("text/plain") && is_text(context, media) {
        match &context.answer.body {
            AnswerContent::Text(text) => return BodyInterpretation::Value(Cow::Owned(Value::from(text.as_str()))),
            AnswerContent::Json(value) if !value.is_object() && !value.is_array() => {
                return BodyInterpretation::Value(Cow::Owned(Value::from(value.to_string())));
            }
            AnswerContent::Empty => return BodyInterpretation::Value(Cow::Owned(Value::from(""))),
            _ => {}
        }
    }
    if let Some(what) = came.as_deref().and_then(|_| malformed(context, media)) {
        return BodyInterpretation::Malformed(what);
    }
    if is_xml(named)
        && let (AnswerContent::Text(text) | AnswerContent::Xml { text, .. }, Some(schema)) = (&context.answer.body, &media.schema)
    {
        return match xml_value(&context.contract.document, &schema.0, text) {
            Ok(value) => BodyInterpretation::Value(Cow::Owned(value)),
            Err(why) => BodyInterpretation::Unread(format!("{named}, {why}")),
        };
    }
    let why = if context.answer.body == AnswerContent::Empty { "there is none" } else { "bodies of this type are not read" };
    BodyInterpretation::Unread(format!("{named}, {why}"))
}

/// What is certainly wrong with a body that is declared as XML and comes as such. A part of a document (RFC 9110, section 15.3.7), one
/// in another encoding, and one from which credentials were taken out are not held against it.
fn malformed(context: &ExchangeContext<'_>, media: &MediaType) -> Option<String> {
    let charset = context.answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let is_read = charset.split_once("charset=").is_none_or(|(_, name)| {
        let name = name.trim_start_matches('"');
        name.starts_with("utf-8") || name.starts_with("utf8") || name.starts_with("us-ascii")
    });
    let is_whole = context.answer.status.0 != 206 && !context.answer.echoes_credentials;
    if !is_xml(&media.name) || !is_read || !is_whole {
        return None;
    }
    match &context.answer.body {
        AnswerContent::Text(text) => malformed_xml(text),
        AnswerContent::Json(_) => Some("it is JSON".to_owned()),
        _ => None,
    }
}

/// Whether a media type has no schema, or one for text.
fn is_text(context: &ExchangeContext<'_>, media: &MediaType) -> bool {
    let Some(schema) = &media.schema else { return true };
    let found = crate::contract::schema::follow_references(&context.contract.document, &schema.0);
    found.is_some_and(|(_, schema)| schema.get("type").and_then(Value::as_str) == Some("string"))
}
