//! Finds what no check judges of an answer: schemas that cannot be used, and bodies that are not read.

use serde_json::Value;

use super::declared_body::{BodyInterpretation, declared, reading};
use super::exchange_context::ExchangeContext;
use super::headers;
use crate::contract::{UNREAD_SCHEMA, Unjudged};

/// What was not judged of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnjudgedParts {
    /// Parts of the schemas of the body and of header fields.
    pub unjudged: Vec<Unjudged>,
    /// Why the body was held against nothing but its media type; `None` where it was read, or none is declared.
    pub unread: Option<String>,
}

/// Everything that no check has judged.
pub fn gaps(context: &ExchangeContext<'_>) -> UnjudgedParts {
    let mut gaps = UnjudgedParts { unjudged: headers::unjudged(context), unread: None };
    if let Some(media) = declared(context) {
        match reading(context, media) {
            // What should have come is not known.
            _ if media.schema.as_ref().is_some_and(|schema| schema.0 == UNREAD_SCHEMA) => {
                gaps.unjudged.extend(media.schema.iter().flat_map(|schema| context.schemas.unjudged(schema, &Value::Null)));
            }
            BodyInterpretation::Value(value) => {
                gaps.unjudged.extend(media.schema.iter().flat_map(|schema| context.schemas.unjudged(schema, &value)));
            }
            BodyInterpretation::Nothing | BodyInterpretation::Malformed(_) => {}
            BodyInterpretation::Unread(why) => gaps.unread = Some(format!("body not judged: {why}")),
        }
    }
    gaps.unjudged.sort();
    gaps.unjudged.dedup();
    gaps
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::small_exchanges::SmallExchange;
    use super::*;

    /// What is not judged of an answer of a media type with a schema.
    fn found(media: &str, schema: &Value, came: &str, body: Value) -> UnjudgedParts {
        let small_exchange = SmallExchange::new(json!({"200": {"description": "found", "content": {media: {"schema": schema}}}}));
        small_exchange.gaps(200, &[("content-type", came)], body)
    }

    #[test]
    fn a_body_of_a_type_that_is_not_read_says_so() {
        let csv = found("text/csv", &json!({"type": "string"}), "text/csv; charset=utf-8", json!("a,b"));
        assert_eq!(csv.unread.as_deref(), Some("body not judged: text/csv, bodies of this type are not read"));
        assert!(found("*/*", &json!({}), "application/xml", json!("<a/>")).unread.is_some());
        assert!(found("text/csv", &json!({}), "text/csv", json!(null)).unread.is_some_and(|words| words.ends_with("there is none")));
        assert_eq!(found("*/*", &json!({"type": "object"}), "application/json", json!({})), UnjudgedParts::default());
        assert_eq!(found("text/plain", &json!({"type": "string"}), "text/plain", json!("a")), UnjudgedParts::default());
        assert!(found("text/plain", &json!({"type": "object"}), "text/plain", json!("a")).unread.is_some());
    }

    #[test]
    fn xml_is_read_where_it_is_certain_what_it_stands_for() {
        let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
        assert_eq!(found("application/xml", &schema, "application/xml", json!("<a><n>1</n></a>")), UnjudgedParts::default());
        let other = found("application/xml", &schema, "application/xml", json!("<a><m>1</m></a>"));
        assert!(other.unread.is_some_and(|why| why.contains("not called as the schema says")));
    }

    #[test]
    fn a_part_of_a_schema_that_makes_no_rule_is_named_with_its_place() {
        let schema = json!({"type": "object", "properties": {"n": {"type": "int"}, "s": {"pattern": "a\\Z"}}});
        let places: Vec<String> =
            found("application/json", &schema, "application/json", json!({})).unjudged.into_iter().map(|one| one.place).collect();
        let at = "#/paths/~1things~1{id}/get/responses/200/content/application~1json/schema/properties";
        assert_eq!(places, [format!("{at}/n/type"), format!("{at}/s/pattern")]);
    }

    #[test]
    fn a_part_of_the_schema_of_a_header_field_counts_when_the_field_is_there() {
        let small_exchange = SmallExchange::new(json!({"200": {"description": "found", "headers": {"X-A": {"schema": {"type": "int"}}}}}));
        assert_eq!(small_exchange.gaps(200, &[("x-a", "1")], json!(null)).unjudged.len(), 1);
        assert_eq!(small_exchange.gaps(200, &[], json!(null)), UnjudgedParts::default());
    }
}
