//! Tests of bundling, on small documents.

use serde_json::json;

use super::*;
use crate::contract::UNREAD;

fn files(entries: &[(&str, Value)]) -> BTreeMap<String, Value> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

#[test]
fn components_of_other_files_become_components_and_keep_their_place() {
    let files = files(&[
        ("a/root.yaml", json!({"paths": {"/x": {"$ref": "x.yaml#/paths/~1x"}}})),
        (
            "a/x.yaml",
            json!({"paths": {"/x": {"get": {"s": {"$ref": "#/components/schemas/S"}}}}, "components": {"schemas": {"S": {"type": "string"}}}}),
        ),
    ]);
    let bundle = bundle("a/root.yaml", &files).unwrap();
    assert_eq!(bundle.document.pointer("/paths/~1x/get/s/$ref"), Some(&json!("#/components/schemas/S")));
    assert_eq!(bundle.document.pointer("/components/schemas/S/type"), Some(&json!("string")));
    assert_eq!(bundle.place("/paths/~1x/get"), "a/x.yaml#/paths/~1x/get");
    assert_eq!(bundle.place("/components/schemas/S/type"), "a/x.yaml#/components/schemas/S/type");
    assert_eq!(bundle.place("/info"), "a/root.yaml#/info");
}

#[test]
fn two_components_of_one_name_are_kept_apart() {
    let files = files(&[
        ("r.yaml", json!({"a": {"$ref": "x.yaml#/components/schemas/S"}, "b": {"$ref": "y.yaml#/components/schemas/S"}})),
        ("x.yaml", json!({"components": {"schemas": {"S": {"const": "x"}}}})),
        ("y.yaml", json!({"components": {"schemas": {"S": {"const": "y"}}}})),
    ]);
    let document = bundle("r.yaml", &files).unwrap().document;
    assert_eq!(document.pointer("/components/schemas/S/const"), Some(&json!("x")));
    assert_eq!(document.pointer("/components/schemas/y.S/const"), Some(&json!("y")));
    assert_eq!(document.pointer("/b/$ref"), Some(&json!("#/components/schemas/y.S")));
}

#[test]
fn a_dangling_reference_is_an_issue_with_its_place() {
    let files =
        files(&[("r.yaml", json!({"a": {"schema": {"$ref": "#/components/schemas/Missing", "title": "t"}}, "paths": {"/x": {"$ref": "x.yaml"}}}))]);
    let absent = BTreeMap::from([("x.yaml".to_owned(), "x.yaml is not there".to_owned())]);
    let bundle = bundle_files("r.yaml", files, &absent).unwrap();
    let places: Vec<&str> = bundle.issues.iter().map(|issue| issue.place.as_str()).collect();
    assert_eq!(places, ["r.yaml#/paths/~1x", "r.yaml#/a/schema"]);
    assert!(bundle.issues[0].what.contains("x.yaml is not there"), "{:?}", bundle.issues);
    assert!(bundle.issues[1].what.contains("#/components/schemas/Missing leads nowhere"), "{:?}", bundle.issues);
    let left = bundle.document.pointer("/a/schema").unwrap();
    assert!(left.get("$ref").is_none() && left["title"] == "t" && left[UNREAD]["$ref"].is_string(), "{left}");
}

/// The bundled document, its issues, and whether every reference in it leads somewhere.
fn whole(entries: &[(&str, Value)]) -> (Value, Vec<String>) {
    let bundle = bundle("r.yaml", &files(entries)).unwrap();
    references(&bundle.document, NodeKind::Plain, &mut PointerTrail::default(), &mut |trail, _, reference| {
        assert!(follow_references(&bundle.document, trail.pointer()).is_some(), "{reference} at {}", trail.pointer());
        true
    });
    (bundle.document, bundle.issues.iter().map(ToString::to_string).collect())
}

#[test]
fn schemas_of_other_files_may_contain_themselves_in_every_layout() {
    let root = |reference: &str| json!({"a": {"schema": {"$ref": reference}}});
    let node = |reference: &str| json!({"type": "object", "properties": {"next": {"$ref": reference}, "id": {"$ref": "t.yaml#/Id"}}});
    let types = ("t.yaml", json!({"Id": {"type": "integer"}}));
    for (reference, file, content) in [
        ("s/tree.yaml", "s/tree.yaml", json!({"type": "object", "properties": {"next": {"$ref": "#"}}})),
        ("s/tree.yaml", "s/tree.yaml", json!({"type": "object", "properties": {"next": {"$ref": "tree.yaml"}}})),
        ("s/all.yaml#/definitions/Node", "s/all.yaml", json!({"definitions": {"Node": node("#/definitions/Node")}})),
        ("s/all.yaml#/$defs/Node", "s/all.yaml", json!({"$defs": {"Node": node("all.yaml#/$defs/Node")}})),
        ("s/all.yaml#/Node", "s/all.yaml", json!({"Node": node("#/Node")})),
        ("s/a%20b.yaml#/Node", "s/a b.yaml", json!({"Node": node("a%20b.yaml#/Node")})),
    ] {
        let types = (types.0, types.1.clone());
        let (_, issues) = whole(&[("r.yaml", root(reference)), (file, content), ("s/t.yaml", types.1)]);
        assert_eq!(issues, Vec::<String>::new(), "{reference}");
    }
    let mutual = [("r.yaml", root("a.yaml")), ("a.yaml", json!({"items": {"$ref": "b.yaml"}})), ("b.yaml", json!({"items": {"$ref": "a.yaml"}}))];
    assert_eq!(whole(&mutual).1, Vec::<String>::new());
}

#[test]
fn what_stands_beside_the_reference_of_a_path_is_kept() {
    let root = json!({"paths": {
        "/x": {"$ref": "x.yaml#/item", "post": {"operationId": "own"}, "parameters": [{"name": "p"}]},
        "/y": {"$ref": "#/paths/~1z", "put": {}}, "/z": {"get": {"operationId": "z"}}}});
    let (document, issues) = whole(&[("r.yaml", root), ("x.yaml", json!({"item": {"get": {}, "post": {"operationId": "other"}}}))]);
    let item = &document["paths"]["/x"];
    assert!(item["get"].is_object() && item["post"]["operationId"] == "own" && item["parameters"][0]["name"] == "p", "{item}");
    assert_eq!(document["paths"]["/y"], json!({"get": {"operationId": "z"}, "put": {}}));
    assert!(issues.len() == 1 && issues[0].starts_with("r.yaml#/paths/~1x/post"), "{issues:?}");
}

#[test]
fn a_reference_in_a_value_is_nothing_but_a_value() {
    let value = json!({"$ref": "gone.yaml"});
    let schema = json!({"default": value, "enum": [value], "example": value, "properties": {"example": {"$ref": "#/s"}, "$ref": {"type": "string"}}});
    let root = json!({"s": true, "content": {"a/b": {"schema": schema, "example": value, "examples": {"one": {"value": value}}}}});
    assert!(file_references("r.yaml", &json!({"openapi": "3.1.0", "content": root["content"]})).is_empty());
    let (document, issues) = whole(&[("r.yaml", root.clone())]);
    assert_eq!((document, issues), (root, Vec::new()));
}

#[test]
fn schemas_go_by_their_uri_and_anchor() {
    let pet = json!({"$id": "https://a.example/schemas/pet", "$defs": {"Name": {"$anchor": "name", "type": "string"}},
        "properties": {"name": {"$ref": "#/$defs/Name"}, "again": {"$ref": "#name"}, "next": {"$ref": "#"}}});
    let root = json!({"components": {"schemas": {"Pet": pet, "Box": {"$id": "https://a.example/schemas/box", "items": {"$ref": "pet"}},
        "Far": {"$ref": "https://a.example/schemas/pet#/$defs/Name"}, "Tree": {"$dynamicAnchor": "node", "items": {"$dynamicRef": "#node"}}}}});
    let (document, issues) = whole(&[("r.yaml", root)]);
    assert_eq!(issues, Vec::<String>::new());
    let at = |pointer: &str| document.pointer(pointer).and_then(|schema| schema["$ref"].as_str()).unwrap_or_default().to_owned();
    assert_eq!(at("/components/schemas/Box/items"), "#/components/schemas/Pet");
    assert_eq!(at("/components/schemas/Far"), "#/components/schemas/Pet/$defs/Name");
    assert_eq!(at("/components/schemas/Pet/properties/again"), "#/components/schemas/Pet/$defs/Name");
    assert_eq!(at("/components/schemas/Pet/properties/next"), "#/components/schemas/Pet");
    assert_eq!(at("/components/schemas/Tree/items"), "#/components/schemas/Tree");
}

#[test]
fn what_extensions_refer_to_is_nobodys_business() {
    let members = json!({
        "x-topics": [{"content": {"$ref": "docs/start.md"}}],
        "x-probity-forms": {"a": {"$ref": "x.yaml#/a"}},
        "components": {"headers": {"x-left": {"$ref": "x.yaml#/left"}}, "schemas": {"S": {"x-more": {"$ref": "gone.yaml"}, "properties": {"x-y": {"$ref": "x.yaml#/y"}}}}}
    });
    let found = file_references("r.yaml", &members);
    assert_eq!(found, [("x.yaml".to_owned(), "r.yaml#/x-probity-forms/a".to_owned())]);
    let other = json!({"a": {"const": 1}, "left": {"const": 2}, "y": {"const": 3}});
    let document = bundle("r.yaml", &files(&[("r.yaml", members), ("x.yaml", other)])).unwrap().document;
    assert_eq!(document.pointer("/x-topics/0/content/$ref"), Some(&json!("docs/start.md")));
    assert_eq!(document.pointer("/x-probity-forms/a/const"), Some(&json!(1)));
    assert_eq!(document.pointer("/components/headers/x-left/const"), Some(&json!(2)));
    assert_eq!(document.pointer("/components/schemas/S/properties/x-y/$ref"), Some(&json!("#/components/schemas/y")));
    assert_eq!(document.pointer("/components/schemas/y/const"), Some(&json!(3)));
}

#[test]
fn an_anchor_is_a_name_for_a_place() {
    let schemas = json!({"Pet": {"$anchor": "pet", "type": "object"}, "Cat": {"properties": {"a": {"$anchor": "inner"}}},
        "A": {"$ref": "#pet"}, "B": {"$ref": "#inner"}, "C": {"$ref": "x.yaml#pet"}, "D": {"$ref": "#gone"}, "E": {"$ref": "x.yaml#twice"}});
    let other = json!({"d": {"$anchor": "pet", "const": 1}, "e": {"$anchor": "twice"}, "f": {"$anchor": "twice"}});
    let (document, issues) = whole(&[("r.yaml", json!({"components": {"schemas": schemas}})), ("x.yaml", other)]);
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["A"]["$ref"], "#/components/schemas/Pet");
    assert_eq!(schemas["B"]["$ref"], "#/components/schemas/Cat/properties/a");
    let component = schemas["C"]["$ref"].as_str().unwrap_or_default().trim_start_matches('#');
    assert_eq!(document.pointer(component).map(|schema| &schema["const"]), Some(&json!(1)), "{schemas}");
    assert!(schemas["D"][UNREAD].is_object() && schemas["E"][UNREAD].is_object(), "{schemas}");
    assert_eq!(issues.len(), 2, "{issues:?}");
}
