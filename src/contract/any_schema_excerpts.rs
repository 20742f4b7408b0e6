//! Tests excerpts with schemas and values that are drawn.

use jsonschema::{Draft, Validator};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::applied_schemas::SchemaGraph;
use super::schema_excerpt::Excerpt;
use super::unusable::DocumentEdits;

fn compiled(document: &Value) -> Validator {
    let schema = json!({"$ref": "#/components/schemas/A", "components": document["components"]});
    jsonschema::options().with_draft(Draft::Draft202012).build(&schema).unwrap()
}

/// A value of few members, with names and texts that the schemas of the test know.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(null)), (0..4).prop_map(|number| json!(number)), "[ab]{0,2}".prop_map(Value::from), Just(json!(true))];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..3).prop_map(|members| json!(members)),
        ]
    })
}

/// A schema; in its own place it refers only to those of later letters, so that none leads to itself for the same value.
fn any_schema(first: u8) -> BoxedStrategy<Value> {
    let refers = |first: u8| (first..b'D').prop_map(|letter| json!({"$ref": format!("#/components/schemas/{}", char::from(letter))}));
    let plain = prop_oneof![
        Just(json!({"type": "object"})),
        Just(json!({"type": "string", "maxLength": 1})),
        Just(json!({"minimum": 2})),
        Just(json!({"required": ["a"]})),
        Just(json!({"enum": [0, "a", null]})),
        Just(json!(true)),
        Just(json!(false)),
    ];
    let here = if first < b'D' { prop_oneof![plain.clone(), refers(first)].boxed() } else { plain.boxed() };
    here.prop_recursive(2, 10, 3, move |inner| {
        let inside = prop_oneof![refers(b'A'), inner.clone()].boxed();
        let named = prop::collection::btree_map("[abc]", inside.clone(), 1..3);
        prop_oneof![
            (prop_oneof![Just("allOf"), Just("anyOf"), Just("oneOf")], prop::collection::vec(inner.clone(), 1..3))
                .prop_map(|(keyword, branches)| json!({keyword: branches})),
            (prop_oneof![Just("not"), Just("if"), Just("then")], inner.clone(), inner.clone())
                .prop_map(|(keyword, one, other)| json!({keyword: one, "else": other, "if": true})),
            (named.clone(), inside.clone()).prop_map(|(named, other)| json!({"properties": named, "additionalProperties": other})),
            (named.clone(), inner.clone()).prop_map(|(named, other)| json!({"properties": named, "allOf": [other], "unevaluatedProperties": false})),
            (inside.clone(), inside.clone()).prop_map(|(first, rest)| json!({"prefixItems": [first], "items": rest})),
            (prop_oneof![Just("items"), Just("contains"), Just("propertyNames")], inside.clone())
                .prop_map(|(keyword, schema)| json!({keyword: schema})),
            inside.prop_map(|schema| json!({"patternProperties": {"^[ab]$": schema}})),
            inner.prop_map(|schema| json!({"dependentSchemas": {"a": schema}})),
        ]
    })
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_value_fits_the_excerpt_that_is_made_for_it_as_it_fits_the_whole(
        schemas in (any_schema(b'B'), any_schema(b'C'), any_schema(b'D')),
        values in prop::collection::vec(any_value(), 8),
    ) {
        let document = json!({"components": {"schemas": {"A": schemas.0, "B": schemas.1, "C": schemas.2}}});
        let schema = "/components/schemas/A";
        let whole = compiled(&document);
        for value in values {
            let mut graph = SchemaGraph::default();
            let schemas = graph.apply(&document, schema, &value).schemas();
            let edits = DocumentEdits::default();
            let alone = compiled(&Excerpt { document: &document, graph: &graph, schemas: &schemas, edits: &edits, of_requests: false }.value());
            let breaches = |validator: &Validator| {
                let mut told: Vec<String> = validator.iter_errors(&value).map(|error| format!("{} {}", error.instance_path(), error.schema_path())).collect();
                told.sort();
                told
            };
            prop_assert_eq!(breaches(&alone), breaches(&whole), "{}", value);
        }
    }
}
