//! Reads an answer in XML as the value that its schema describes, so that ids and links are found in it as in JSON.

use super::xml_value;
use crate::model::contract::{Contract, Operation};
use crate::model::exchange::{Answer, AnswerContent};
use crate::model::media_range::{is_xml, matches};

/// Adds to an answer in XML the value that it stands for, where that is certain by what the operation declares.
pub fn read_xml(contract: &Contract, operation: &Operation, answer: &mut Answer) {
    let AnswerContent::Text(text) = &mut answer.body else { return };
    let came = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, value)| value.to_ascii_lowercase());
    let came = came.as_deref().map(|came| came.split(';').next().unwrap_or_default().trim()).filter(|came| is_xml(came));
    let content = operation.response(answer.status).or_else(|| operation.fallback(answer.status)).map(|response| &response.content);
    let Some((came, content)) = came.zip(content) else { return };
    // `text/xml` and `application/xml` are the same (RFC 7303, section 9.2).
    let declared = content.iter().find(|media| matches(&media.name, came)).or_else(|| content.iter().find(|media| is_xml(&media.name)));
    let schema = declared.and_then(|media| media.schema.as_ref());
    if let Some(value) = schema.and_then(|schema| xml_value(&contract.document, &schema.0, text).ok()) {
        answer.body = AnswerContent::Xml { text: std::mem::take(text), value };
    }
}
