//! Varies texts that were made from a pattern, so that unique values differ from request to request.

use serde_json::Value;

use crate::contract::samples::pattern::{matching, matching_variant};
use crate::contract::samples::sample_text::lengths;
use crate::contract::schema::visit;
use crate::model::contract::{Contract, MediaType};
use crate::model::hash::hashed;

/// Puts another text at every place of a body that has the one which is always made from its pattern, as long as the body
/// stays valid. What an author has written stays.
pub fn vary_patterns(contract: &Contract, media: &MediaType, body: &mut Value, valid: impl Fn(&Value) -> bool, mark: &mut impl FnMut() -> String) {
    let places = texts_made_from_patterns(contract, media, body);
    if places.is_empty() {
        return;
    }
    let mark = mark();
    for (at, pattern, (at_least, at_most)) in places {
        let Some(text) = matching_variant(&pattern, at_least, at_most, hashed(0, &format!("{mark}{at}"))) else { continue };
        let mut other = body.clone();
        if let Some(place) = other.pointer_mut(&at) {
            *place = Value::String(text);
        }
        if valid(&other) {
            *body = other;
        }
    }
}

/// The places whose text was made from a pattern that leaves room for others, each with the pattern and its lengths.
fn texts_made_from_patterns(contract: &Contract, media: &MediaType, body: &Value) -> Vec<(String, String, (u64, u64))> {
    let mut found: Vec<(String, String, (u64, u64))> = Vec::new();
    let Some(schema) = &media.schema else { return found };
    visit(contract, schema, body, &mut |at, schema, value| {
        let (Some(pattern), Some(text)) = (schema.get("pattern").and_then(Value::as_str), value.as_str()) else { return };
        let (at_least, at_most) = lengths(schema);
        let is_made = matching(pattern, at_least, at_most).as_deref() == Some(text);
        let has_room = || matching_variant(pattern, at_least, at_most, 0).is_some_and(|other| other != text);
        if is_made && has_room() && found.iter().all(|(known, ..)| known != at) {
            found.push((at.to_owned(), pattern.to_owned(), (at_least, at_most)));
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::contract::{Schemas, bundle, read};
    use crate::model::plan::Body;
    use crate::plan::values::{put_marks, valid};

    /// The ISBN that is sent with the mark of this number.
    fn isbn(schema: &Value, example: &Value, number: u32) -> Value {
        let mut media = json!({"schema": {"type": "object", "required": ["isbn"], "properties": {"isbn": schema}}});
        if !example.is_null() {
            media["example"] = json!({"isbn": example});
        }
        let post = json!({"requestBody": {"content": {"application/json": media}}, "responses": {"201": {"description": "made"}}});
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/books": {"post": post}}});
        let contract = read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap();
        let schemas = Schemas::new(&contract);
        let mut base = valid(&contract, &schemas, &contract.operations[0], true).unwrap();
        put_marks(&contract, &schemas, &contract.operations[0], &mut base, || format!("probity-{number}"));
        let Body::Json(body) = base.request.body else { panic!("no JSON") };
        body["isbn"].clone()
    }

    #[test]
    fn what_was_made_from_a_pattern_differs_from_request_to_request() {
        let schema = json!({"type": "string", "pattern": "^97[89]\\d{10}$"});
        let (one, two) = (isbn(&schema, &Value::Null, 1), isbn(&schema, &Value::Null, 2));
        assert!(one != two && [&one, &two].iter().all(|isbn| isbn.as_str().is_some_and(|isbn| isbn.len() == 13 && isbn.starts_with("978"))));
        assert_eq!(one, isbn(&schema, &Value::Null, 1), "the same mark makes the same text");
    }

    #[test]
    fn what_an_author_has_written_stays() {
        let schema = |more: Value| {
            let mut schema = json!({"type": "string", "pattern": "^\\d{13}$"});
            schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            schema
        };
        assert_eq!(isbn(&schema(json!({})), &json!("9780000000024"), 1), "9780000000024");
        assert_eq!(isbn(&schema(json!({"example": "9780000000031"})), &Value::Null, 1), "9780000000031");
        assert_eq!(isbn(&schema(json!({"enum": ["0000000000000", "9780000000031"]})), &Value::Null, 1), "0000000000000");
    }
}
