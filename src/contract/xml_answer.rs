//! Reads an answer in XML as the value that its schema describes, so that ids and links are found in it as in JSON.

use super::{xml_parts, xml_value};
use crate::model::contract::{Contract, Operation};
use crate::model::exchange::{Answer, AnswerContent};
use crate::model::media_range::{is_xml, matches};

/// Adds to an answer in XML the value that it stands for by what the operation declares, as far as that is certain.
pub fn read_xml(contract: &Contract, operation: &Operation, answer: &mut Answer) {
    let AnswerContent::Text(text) = &mut answer.body else { return };
    let came = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")).map(|(_, value)| value.to_ascii_lowercase());
    let came = came.as_deref().map(|came| came.split(';').next().unwrap_or_default().trim()).filter(|came| is_xml(came));
    let content = operation.response(answer.status).or_else(|| operation.fallback(answer.status)).map(|response| &response.content);
    let Some((came, content)) = came.zip(content) else { return };
    // `text/xml` and `application/xml` are the same (RFC 7303, section 9.2).
    let declared = content.iter().find(|media| matches(&media.name, came)).or_else(|| content.iter().find(|media| is_xml(&media.name)));
    let schema = declared.and_then(|media| media.schema.as_ref());
    let whole = schema.map(|schema| xml_value(&contract.document, &schema.0, text));
    let is_whole = matches!(whole, Some(Ok(_)));
    let part = || xml_parts(&contract.document, &schema?.0, text);
    if let Some(value) = whole.and_then(Result::ok).or_else(part) {
        answer.body = AnswerContent::Xml { text: std::mem::take(text), value, is_whole };
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{bundle, read};
    use crate::model::contract::Status;

    /// What is read of an answer under a media type, where `200` is declared as XML and `default` as another XML.
    fn value_of(status: u16, came: &str, text: &str) -> Option<(Value, bool)> {
        let schema = |name: &str| json!({"type": "object", "properties": {"id": {"type": name}, "on": {"type": "boolean"}}});
        let answer = |media: &str, name: &str| json!({"description": "d", "content": {media: {"schema": schema(name)}}});
        let get = json!({"responses": {"200": answer("application/xml", "integer"), "default": answer("application/problem+xml", "string")}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": get}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let headers = vec![("content-type".to_owned(), came.to_owned())];
        let mut answer = Answer { status: Status(status), headers, body: AnswerContent::Text(text.to_owned()), millis: 1, echoes_credentials: false };
        read_xml(&contract, &contract.operations[0], &mut answer);
        match answer.body {
            AnswerContent::Xml { text: kept, value, is_whole } => {
                assert_eq!(kept, text);
                Some((value, is_whole))
            }
            body => {
                assert_eq!(body, AnswerContent::Text(text.to_owned()));
                None
            }
        }
    }

    #[test]
    fn an_answer_in_xml_is_read_by_what_is_declared_for_its_status() {
        let one = "<a><id>1</id></a>";
        for came in ["application/xml", "text/xml; charset=utf-8", "APPLICATION/XML"] {
            assert_eq!(value_of(200, came, one), Some((json!({"id": 1}), true)), "{came}");
        }
        assert_eq!(value_of(404, "application/problem+xml", one), Some((json!({"id": "1"}), true)));
        assert_eq!(value_of(200, "application/xml", "<a><id>1</id><on>TRUE</on></a>"), Some((json!({"id": 1}), false)), "the rest is not certain");
        for (came, text) in [("application/json", one), ("text/plain", one), ("", one), ("application/xml", "<a><id>1</a>"), ("application/xml", "1")]
        {
            assert_eq!(value_of(200, came, text), None, "{came}: {text}");
        }
    }
}
