//! Tests of the values that are made for schemas of all kinds.

use serde_json::{Value, json};

// Each test reads one document.
fn sample(document: &Value, schema: &str) -> Value {
    super::sample(&document.clone().into(), schema)
}

fn samples(document: &Value, schema: &str) -> impl Iterator<Item = Value> {
    super::samples(&document.clone().into(), schema).collect::<Vec<_>>().into_iter()
}

fn answer_samples(document: &Value, schema: &str) -> impl Iterator<Item = Value> {
    super::answer_samples(&document.clone().into(), schema).collect::<Vec<_>>().into_iter()
}

#[test]
fn a_sample_has_what_is_required_and_nothing_else() {
    let document = json!({"s": {"type": "object", "required": ["name", "size", "on"], "properties": {
        "name": {"type": "string", "maxLength": 3}, "size": {"type": "integer", "minimum": 5},
        "on": {"type": "string", "format": "date"}, "note": {"type": "string"}}}});
    assert_eq!(sample(&document, "/s"), json!({"name": "pro", "size": 5, "on": "2024-01-31"}));
}

#[test]
fn what_only_the_other_side_writes_is_left_out() {
    let document = json!({"s": {"type": "object", "required": ["id", "key"], "properties": {
        "id": {"type": "integer", "readOnly": true}, "key": {"const": "k", "writeOnly": true}, "note": {"const": "n"}}}});
    assert_eq!(sample(&document, "/s"), json!({"key": "k"}));
    assert_eq!(answer_samples(&document, "/s").next().unwrap(), json!({"id": 1, "note": "n"}));
}

#[test]
fn without_a_list_of_required_members_all_are_taken() {
    let document = json!({"s": {"properties": {"a": {"type": "integer"}, "b": {"properties": {"c": {"const": 1}}}}}});
    assert_eq!(sample(&document, "/s"), json!({"a": 1, "b": {}}));
}

#[test]
fn a_schema_that_contains_itself_comes_to_an_end() {
    let node = json!({"type": "object", "required": ["name", "below"], "properties": {
        "name": {"const": "n"}, "below": {"type": "array", "items": {"$ref": "#/node"}}, "above": {"$ref": "#/node"}}});
    let tree = json!({"oneOf": [{"required": ["left"], "properties": {"left": {"$ref": "#/tree"}}}, {"const": "leaf"}]});
    let document = json!({"node": node, "tree": tree, "never": {"required": ["next"], "properties": {"next": {"$ref": "#/never"}}}});
    assert_eq!(sample(&document, "/node"), json!({"name": "n", "below": []}));
    assert_eq!(answer_samples(&document, "/node").next().unwrap(), json!({"name": "n", "below": []}));
    assert_eq!(sample(&document, "/tree"), json!("leaf"));
    assert_eq!(sample(&document, "/never"), Value::Null);
}

#[test]
fn what_one_branch_requires_is_made_as_another_describes_it() {
    let item = json!({"allOf": [{"properties": {"n": {"type": "integer"}, "o": {"properties": {"a": {"const": 1}}}}}, {"required": ["n"], "properties": {"o": {"properties": {"b": {"const": 2}}}}}]});
    let document = json!({"s": {"required": ["r"], "properties": {"r": {"required": ["l"], "properties": {"l": {"type": "array", "minItems": 1, "items": item}}}}}, "t": item});
    assert_eq!(sample(&document, "/s"), json!({"r": {"l": [{"n": 1}]}}));
    assert_eq!(answer_samples(&document, "/t").next().unwrap(), json!({"n": 1, "o": {"a": 1, "b": 2}}));
}

#[test]
fn members_that_others_need_and_names_that_match_are_made() {
    let document = json!({"d": {"required": ["a"], "properties": {"a": {"const": 1}, "b": {"const": 2}}, "dependentRequired": {"a": ["b"]}},
        "p": {"type": "object", "minProperties": 1, "patternProperties": {"^x-": {"type": "integer"}}}, "n": {"type": "string", "not": {"pattern": "^probity"}}});
    assert_eq!(sample(&document, "/d"), json!({"a": 1, "b": 2}));
    assert_eq!(sample(&document, "/p"), json!({"x-": 1}));
    assert!(samples(&document, "/n").any(|value| value.as_str().is_some_and(|text| !text.starts_with("probity"))));
}

#[test]
fn there_are_other_ways() {
    let document =
        json!({"s": {"required": ["a"], "properties": {"a": {"type": "integer", "example": "wrong"}}}, "t": {"oneOf": [{"const": 1}, {"const": 2}]}});
    assert!(samples(&document, "/s").any(|value| value == json!({"a": 1})));
    assert!(samples(&document, "/t").any(|value| value == json!(2)));
    let either = json!({"properties": {"a": {"const": 1}, "b": {"const": 2}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]});
    assert!(samples(&json!({"s": either}), "/s").any(|value| value.as_object().is_some_and(|members| members.len() == 1)));
}

#[test]
fn bounds_are_kept() {
    let document = json!({
        "above": {"type": "number", "exclusiveMinimum": 0}, "step": {"type": "integer", "minimum": 7, "multipleOf": 5},
        "below": {"type": "integer", "maximum": -3}, "days": {"type": "array", "minItems": 2, "uniqueItems": true, "items": {"type": "integer"}},
        "kind": {"oneOf": [{"$ref": "#/cat"}], "discriminator": {"propertyName": "is", "mapping": {"feline": "#/cat"}}}, "cat": {"properties": {"is": {"type": "string"}}}
    });
    let made: Vec<Value> = ["/above", "/step", "/below", "/days", "/kind"].iter().map(|at| sample(&document, at)).collect();
    assert_eq!(made, [json!(1), json!(10), json!(-3), json!([1, 2]), json!({"is": "feline"})]);
}

#[test]
fn what_several_schemas_say_holds_at_once() {
    let document = json!({
        "text": {"allOf": [{"type": "string", "minLength": 3}, {"maxLength": 4}, {"pattern": "^[a-c]+$"}]},
        "number": {"allOf": [{"type": "number", "minimum": 2}, {"$ref": "#/whole"}]}, "whole": {"type": "integer", "minimum": 7},
        "word": {"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]},
        "deep": {"required": ["id", "part"], "allOf": [{"$ref": "#/base"}, {"properties": {"part": {"required": ["x"], "allOf": [{"$ref": "#/part"}]}}}]},
        "base": {"properties": {"id": {"type": "integer"}, "part": {"properties": {"y": {"const": 2}}}}}, "part": {"properties": {"x": {"const": 1}}}
    });
    let made: Vec<Value> = ["/text", "/number", "/word", "/deep"].iter().map(|at| sample(&document, at)).collect();
    assert_eq!(made, [json!("aaa"), json!(7), json!("b"), json!({"id": 1, "part": {"x": 1}})]);
}

#[test]
fn what_is_there_decides_what_else_has_to_be() {
    let condition = json!({"if": {"properties": {"k": {"const": "a"}}}, "then": {"required": ["level"]}, "else": {"required": ["other"]}});
    let document = json!({
        "one": {"allOf": [{"required": ["k"], "properties": {"k": {"const": "a"}, "level": {"type": "integer"}}}, condition, {"if": {"required": ["level"]}, "then": {"required": ["more"]}}]},
        "dependent": {"required": ["a"], "properties": {"a": {"const": 1}}, "dependentSchemas": {"a": {"required": ["b"], "properties": {"b": {"const": 2}}}}},
        "tuple": {"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false, "minItems": 2},
        "map": {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
        "named": {"type": "object", "minProperties": 2, "propertyNames": {"enum": ["x", "y"]}},
        "keys": {"type": "object", "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": false, "minProperties": 2}
    });
    assert_eq!(sample(&document, "/one"), json!({"k": "a", "level": 1, "more": "probity"}));
    assert_eq!(sample(&document, "/dependent"), json!({"a": 1, "b": 2}));
    assert_eq!(sample(&document, "/tuple"), json!(["probity", 1]));
    assert_eq!(sample(&document, "/map"), json!({"probity": 1, "probity2": 1}));
    assert_eq!(sample(&document, "/named"), json!({"x": "probity", "y": "probity"}));
    let keys = sample(&document, "/keys");
    assert!(keys.as_object().is_some_and(|keys| keys.len() == 2 && keys.keys().all(|name| name.starts_with("x-"))), "{keys}");
}

#[test]
fn a_schema_that_extends_another_is_called_by_its_name() {
    let pet = json!({"type": "object", "required": ["petType"], "properties": {"petType": {"type": "string"}},
        "discriminator": {"propertyName": "petType", "mapping": {"dog": "#/components/schemas/Dog"}}});
    let child = |own: Value| json!({"allOf": [{"$ref": "#/components/schemas/Pet"}, own]});
    let schemas = json!({"Pet": pet, "Cat": child(json!({"required": ["claws"], "properties": {"claws": {"const": 4}}})), "Dog": child(json!({}))});
    let document = json!({"components": {"schemas": schemas}, "either": {"$ref": "#/components/schemas/Pet"}});
    assert_eq!(sample(&document, "/components/schemas/Cat"), json!({"petType": "Cat", "claws": 4}));
    assert_eq!(sample(&document, "/components/schemas/Dog"), json!({"petType": "dog"}));
    assert_eq!(sample(&document, "/either"), json!({"petType": "Cat", "claws": 4}));
    assert!(samples(&document, "/either").any(|value| value == json!({"petType": "dog"})));
}

#[test]
fn what_an_author_shows_is_sent_and_null_is_not_where_there_is_more() {
    let document = json!({"s": {"required": ["a"], "properties": {"a": {"const": 1}, "b": {"type": "string", "example": "B"}, "c": {"type": "string"}}},
        "n": {"required": ["m"], "properties": {"m": {"anyOf": [{"type": "null"}, {"type": "integer"}], "default": null}}},
        "shown": {"allOf": [{"$ref": "#/base"}, {"required": ["x"], "properties": {"x": {"const": 1}}}]},
        "base": {"properties": {"id": {"readOnly": true}, "name": {"type": "string"}}, "example": {"id": 7, "name": "Rex"}}});
    assert_eq!(sample(&document, "/s"), json!({"a": 1, "b": "B"}));
    assert!(samples(&document, "/s").any(|value| value == json!({"a": 1})));
    assert_eq!(sample(&document, "/n"), json!({"m": 1}));
    assert_eq!(sample(&document, "/shown"), json!({"x": 1, "name": "Rex"}));
}

#[test]
fn what_is_forbidden_is_not_made_and_what_has_to_differ_differs() {
    let document = json!({
        "number": {"type": "integer", "minimum": 0, "not": {"const": 0}}, "word": {"enum": ["red", "blue"], "not": {"const": "red"}},
        "any": {"not": {"type": "null"}}, "text": {"type": "string", "not": {"pattern": "^[a-z]"}},
        "objects": {"type": "array", "uniqueItems": true, "minItems": 2, "items": {"required": ["k"], "properties": {"k": {"type": "string"}}}},
        "contains": {"type": "array", "contains": {"const": "x"}, "minContains": 2, "minItems": 2, "maxItems": 2},
        "names": {"type": "object", "minProperties": 2, "propertyNames": {"pattern": "^[A-Z]{2}$"}, "additionalProperties": {"type": "integer"}}
    });
    let made: Vec<Value> = ["/number", "/word", "/any", "/text", "/objects", "/names"].iter().map(|at| sample(&document, at)).collect();
    let objects = json!([{"k": "probity"}, {"k": "probity1"}]);
    assert_eq!(made, [json!(1), json!("blue"), json!("probity"), json!("Probity"), objects, json!({"AA": 1, "AB": 1})]);
    assert!(sample(&document, "/contains").as_array().is_some_and(|items| items.contains(&json!("x"))));
}

#[test]
fn what_an_author_shows_within_optional_objects_is_sent() {
    let document = json!({"s": {"type": "object", "required": ["data"], "properties": {"data": {"type": "object", "required": ["type"], "properties": {
        "type": {"const": "books"}, "attributes": {"type": "object", "properties": {"title": {"type": "string", "examples": ["Emma"]}, "note": {}}}}}}}});
    assert_eq!(sample(&document, "/s"), json!({"data": {"type": "books", "attributes": {"title": "Emma"}}}));
}

#[test]
fn an_example_of_another_type_is_taken_as_its_schema_has_it_or_not_at_all() {
    let document = json!({"s": {"required": ["a", "b", "c", "d"], "properties": {
        "a": {"type": "number", "example": "0.042"}, "b": {"type": "boolean", "example": "true"}, "c": {"type": "string", "example": 7},
        "d": {"type": "integer", "example": "many"}}}});
    assert_eq!(sample(&document, "/s"), json!({"a": 0.042, "b": true, "c": "7", "d": 1}));
}

#[test]
fn a_late_branch_is_tried_where_the_first_ones_fit_several() {
    let branch = |word: &str| json!({"required": ["kind"], "properties": {"kind": {"enum": [word]}}});
    let document = json!({"s": {"oneOf": [branch("a"), branch("a"), branch("b"), branch("b"), branch("c"), branch("c"), branch("d")]}});
    let rule = jsonschema::validator_for(&document["s"]).unwrap();
    assert!(samples(&document, "/s").any(|value| rule.is_valid(&value)));
}

#[test]
fn a_schema_that_extends_another_has_its_own_name_however_it_describes_the_member() {
    let parent = |name: &str, mapping: Value| json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}, "discriminator": {"propertyName": "kind", "mapping": mapping}, "title": name});
    let child = |own: Value| json!({"allOf": [{"$ref": "#/components/schemas/Thing"}, own]});
    let thing = parent("Thing", json!({"#dog": "#/components/schemas/Dog", "#cat": "#/components/schemas/Cat"}));
    // It names the member again, as generators do that write every schema out.
    let dog = child(parent("Dog", json!({"#dog": "#/components/schemas/Dog"})));
    let cat = child(
        json!({"required": ["kind", "friend"], "properties": {"kind": {"type": "string", "maxLength": 9}, "friend": {"$ref": "#/components/schemas/Dog"}}}),
    );
    let document = json!({"components": {"schemas": {"Thing": thing, "Dog": dog, "Cat": cat}}});
    assert_eq!(sample(&document, "/components/schemas/Dog"), json!({"kind": "#dog"}));
    assert_eq!(sample(&document, "/components/schemas/Thing"), json!({"kind": "#dog"}));
}

#[test]
fn a_part_is_the_same_whatever_was_made_before() {
    let refers = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let list_of = |name: &str| json!({"type": "array", "items": refers(name)});
    let schemas = json!({
        "B": {"required": ["c"], "properties": {"c": list_of("C")}},
        "C": {"required": ["b"], "properties": {"b": list_of("B")}}});
    // What is being made is not begun a second time.
    let (b, c) = (json!({"c": [{"b": []}]}), json!({"b": [{"c": []}]}));
    for order in [["b", "c"], ["c", "b"]] {
        // So deep that it does not matter any more how deep.
        let properties: serde_json::Map<String, Value> = order.into_iter().map(|name| (name.to_owned(), refers(&name.to_uppercase()))).collect();
        let deep =
            (0..5).fold(json!({"required": order, "properties": properties}), |inner, _| json!({"required": ["x"], "properties": {"x": inner}}));
        let document = json!({"s": deep, "components": {"schemas": schemas}});
        assert_eq!(sample(&document, "/s").pointer("/x/x/x/x/x"), Some(&json!({"b": b, "c": c})), "{order:?}");
    }
}

#[test]
fn what_is_shown_is_known_for_each_depth() {
    let shown = json!({"$ref": "#/components/schemas/Shown"});
    let deep = ["r", "q"]
        .into_iter()
        .fold(json!({"required": [], "properties": {"x": shown}}), |inner, name| json!({"required": [name], "properties": {name: inner}}));
    let schema = json!({"required": ["p"], "properties": {"p": deep, "x": shown}});
    let document = json!({"s": schema, "components": {"schemas": {"Shown": {"required": [], "properties": {"e": {"example": "E"}}}}}});
    assert_eq!(sample(&document, "/s"), json!({"p": {"q": {"r": {}}}, "x": {"e": "E"}}), "an example is looked for so deep and no deeper");
}
