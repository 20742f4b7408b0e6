//! Finds branches of `oneOf` that no value fits alone: whatever fits them fits another branch as well.
//! The document contradicts itself there, because `oneOf` admits only what fits exactly one (JSON Schema 2020-12, section 10.2.1.3).

use std::collections::HashMap;

use serde_json::{Value, json};

use super::bundle::Bundle;
use super::document_walk::{NodeKind, PointerTrail, schemas};
use super::dynamic_anchors::Anchors;
use super::pointer::{at_pointer, insert};
use super::reference_graph::schemas_below;
use super::samples::answer_samples;
use super::schema::follow_references;
use super::unjudged_schemas::OVERLAP;
use super::validate::Schemas;
use crate::model::contract::SchemaRef;
use crate::model::contract_document::Document;
use crate::model::issue::DocumentIssue;

/// How many values are made for each branch.
const MOST_VALUES: usize = 24;
/// How many listed values of a branch are tried.
const MOST_LISTED: usize = 50;
/// A `oneOf` of more branches is left as it is, for the time that it would take.
const MOST_BRANCHES: usize = 64;
/// The same for one that leads to more schemas.
const MOST_SCHEMAS: usize = 400;
/// Members of a schema that no value is held against.
const ANNOTATIONS: [&str; 8] = ["title", "description", "example", "examples", "default", "deprecated", "externalDocs", "$comment"];
/// What it means.
const MEANING: &str = "it is judged as anyOf, and a value that fits several branches does not count as right";

/// Marks each `oneOf` with such branches, and notes those that are alike once.
pub(super) fn mark_overlapping(bundle: &mut Bundle) {
    let mut alike: HashMap<String, Vec<String>> = HashMap::new();
    let mut order: Vec<String> = Vec::new();
    schemas(&bundle.document, NodeKind::Plain, &mut PointerTrail::default(), &mut |trail, schema| {
        if schema.get("oneOf").and_then(Value::as_array).is_some_and(|branches| (2..=MOST_BRANCHES).contains(&branches.len())) {
            let written = schema["oneOf"].to_string();
            let places = alike.entry(written.clone()).or_default();
            if places.is_empty() {
                order.push(written);
            }
            places.push(trail.pointer().to_owned());
        }
    });
    for places in order.iter().filter_map(|written| alike.remove(written)) {
        let Some(branch) = places.first().and_then(|first| overlapping(&bundle.document, first)) else { continue };
        let what =
            format!("whatever is made for branch {} of oneOf fits another branch as well, and oneOf admits only what fits exactly one", branch + 1);
        for place in &places {
            if let Some(Value::Object(members)) = bundle.document.pointer_mut(place) {
                members.insert(OVERLAP.to_owned(), Value::from(what.as_str()));
            }
        }
        let others = match places.len() - 1 {
            0 => String::new(),
            1 => " (the same in one other place)".to_owned(),
            count => format!(" (the same in {count} other places)"),
        };
        bundle.issues.push(DocumentIssue::new(bundle.place(&format!("{}/oneOf", places[0])), format!("{what}{others}"), MEANING));
    }
}

/// The first branch that no value was found for which fits it alone, counted from 0.
fn overlapping(document: &Value, at: &str) -> Option<usize> {
    let count = at_pointer(document, at)?.get("oneOf")?.as_array()?.len();
    let branch = |index: usize| format!("{at}/oneOf/{index}");
    let written: Vec<Value> = (0..count).map(|index| rules(document, &branch(index))).collect();
    if let Some(twin) = (1..count).find(|index| written[..*index].contains(&written[*index])) {
        return Some(twin);
    }
    let small = Document::from(excerpt(document, at)?);
    let schemas = Schemas::of(small.clone());
    (0..count).find(|index| {
        let own = SchemaRef(branch(*index));
        let others: Vec<SchemaRef> = (0..count).filter(|other| other != index).map(|other| SchemaRef(branch(other))).collect();
        let mut any = false;
        // Where branches lead to each other in many ways, nothing is said of them: that alone would take too long.
        let is_slow = |value: &Value| std::iter::once(&own).chain(&others).any(|schema| !schemas.is_quick(schema, value));
        let alone = values(&small, &own.0).any(|value| {
            if is_slow(&value) {
                return true;
            }
            if !schemas.fits(&own, &value) {
                return false;
            }
            any = true;
            !others.iter().any(|other| schemas.fits(other, &value))
        });
        any && !alone
    })
}

/// Values that a branch may hold: those that it lists, and such as are made for it.
fn values<'a>(document: &'a Document, branch: &'a str) -> impl Iterator<Item = Value> + 'a {
    let listed = follow_references(document, branch).and_then(|(_, schema)| schema.get("enum")?.as_array());
    listed.into_iter().flatten().take(MOST_LISTED).cloned().chain(answer_samples(document, branch).take(MOST_VALUES))
}

/// The rules of a branch, without what only people read.
fn rules(document: &Value, branch: &str) -> Value {
    let refers_only =
        at_pointer(document, branch).and_then(Value::as_object).is_some_and(|members| members.len() == 1 && members.contains_key("$ref"));
    let behind = if refers_only { follow_references(document, branch).map(|(_, schema)| schema) } else { at_pointer(document, branch) };
    let Some(Value::Object(members)) = behind else { return Value::from(branch) };
    let is_rule = |name: &str| !name.starts_with("x-") && !ANNOTATIONS.contains(&name);
    Value::Object(members.iter().filter(|(name, _)| is_rule(name)).map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// A document with one schema and those that it leads to, at the same places; `None` where they are many.
fn excerpt(document: &Value, schema: &str) -> Option<Value> {
    let mut reached: Vec<String> = schemas_below(document, schema, &Anchors::new(), MOST_SCHEMAS)?.into_iter().collect();
    // What stands in another schema comes with it.
    reached.sort_unstable();
    let mut small = json!({});
    for pointer in &reached {
        if small.pointer(pointer).is_none() {
            insert(&mut small, pointer, at_pointer(document, pointer)?.clone());
        }
    }
    Some(small)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::contract::{bundle, read};
    use crate::model::contract::Contract;

    fn contract(schemas: &Value) -> Contract {
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"schemas": schemas},
            "paths": {"/a": {"get": {"responses": {"204": {"description": ""}}}}}});
        read(bundle("t.yaml", &BTreeMap::from([("t.yaml".to_owned(), document)])).unwrap()).unwrap()
    }

    fn issues(schemas: &Value) -> Vec<String> {
        let place = |place: &str| place.trim_start_matches("t.yaml#/components/schemas/").to_owned();
        contract(schemas).issues.iter().map(|issue| format!("{}: {}", place(&issue.place), issue.what)).collect()
    }

    #[test]
    fn branches_that_no_value_fits_alone_are_said_once_with_their_place() {
        let twin = |title: &str| json!({"title": title, "type": "object", "properties": {"a": {"$ref": "#/components/schemas/Text"}}});
        let found = issues(&json!({
            "Text": {"type": "string"},
            "One": twin("one"),
            "Two": twin("two"),
            "Twins": {"oneOf": [{"type": "integer"}, {"$ref": "#/components/schemas/One"}, {"$ref": "#/components/schemas/Two"}]},
            "Within": {"oneOf": [{"type": "integer"}, {"type": "number"}]},
            "Listed": {"oneOf": [{"type": "string"}, {"enum": ["a", "b"]}]},
            "Optional": {"type": "array", "items": {"oneOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "string"}}}]}},
            "Again": {"oneOf": [{"type": "integer"}, {"type": "number"}]}
        }));
        let places: Vec<&str> = found.iter().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(places, ["Twins/oneOf", "Within/oneOf", "Listed/oneOf", "Optional/items/oneOf"], "{found:#?}");
        assert!(found[0].contains("for branch 3 of oneOf") && found[1].ends_with("(the same in one other place)"), "{found:#?}");
    }

    #[test]
    fn branches_that_some_value_fits_alone_are_sound() {
        let found = issues(&json!({
            "Types": {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            "Required": {"properties": {"a": {}, "b": {}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
            "Constants": {"oneOf": [{"properties": {"kind": {"const": "x"}}, "required": ["kind"]}, {"properties": {"kind": {"const": "y"}}, "required": ["kind"]}]},
            "Listed": {"oneOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]},
            "Deep": {"oneOf": [{"type": "array", "items": {"$ref": "#/components/schemas/Deep"}}, {"type": "string"}]},
            "Closed": {"oneOf": [{"type": "object", "additionalProperties": false, "properties": {"a": {}}, "required": ["a"]},
                {"type": "object", "additionalProperties": false, "properties": {"b": {}}, "required": ["b"]}]}
        }));
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn a_value_that_fits_several_such_branches_is_not_judged_by_one_of_and_by_all_else() {
        let contract = contract(&json!({
            "Size": {"type": "object", "required": ["size"], "properties": {"size": {"oneOf": [{"type": "integer"}, {"type": "number"}]}}},
            "Not": {"not": {"$ref": "#/components/schemas/Size/properties/size"}}
        }));
        let schemas = Schemas::new(&contract);
        let size = SchemaRef("/components/schemas/Size".to_owned());
        let judged = |value: Value| {
            let said = schemas.judge(&size, &value);
            let rules: Vec<String> = said.breaches.iter().map(|breach| breach.rule.clone()).collect();
            (rules, said.unjudged.into_iter().map(|part| part.place).collect::<Vec<_>>())
        };
        let place = "#/components/schemas/Size/properties/size/oneOf".to_owned();
        assert_eq!(judged(json!({"size": 1.5})), (vec![], vec![]), "it fits one alone");
        assert_eq!(judged(json!({"size": 1})), (vec![], vec![place]));
        assert_eq!(judged(json!({"size": "1"})), (vec!["/components/schemas/Size/properties/size/oneOf".to_owned()], vec![]), "it fits none");
        assert_eq!(judged(json!({})), (vec!["/components/schemas/Size/required".to_owned()], vec![]));
        assert!(schemas.fits(&size, &json!({"size": 1})) && !schemas.fits(&size, &json!({"size": "1"})));
        let best = schemas.most_fitting(&size, [json!({"size": 1}), json!({"size": 2.5})].into_iter());
        assert_eq!(best, Some(json!({"size": 2.5})), "what fits one alone goes before");
        assert_eq!(schemas.most_fitting(&size, std::iter::once(json!({"size": 1}))), Some(json!({"size": 1})));
    }
}
