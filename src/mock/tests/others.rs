//! Tests of the mock on what documents of others have: XML, wrapped ids, one path for many operations.

use serde_json::{Value, json};

use super::{Asker, contract};

fn asker(document: Value) -> Asker {
    Asker::new(&contract(document), json!({"name": "x", "contract": "x"}), "application/json", Vec::new(), &[])
}

fn document(paths: &Value, schemas: &Value) -> Value {
    json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths, "components": {"schemas": schemas}})
}

#[test]
fn operations_on_one_path_are_told_apart_by_a_word_of_the_query_and_answer_in_xml() {
    let action = |name: &str| json!({"name": "Action", "in": "query", "required": true, "schema": {"type": "string", "enum": [name]}});
    let answer =
        |name: &str| json!({"200": {"description": "", "content": {"text/xml": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}}});
    let template =
        json!({"name": "Template", "in": "query", "required": true, "schema": {"type": "object", "properties": {"Name": {"type": "string"}}}});
    let free = json!({"name": "Attribute", "in": "query", "schema": {"type": "object", "additionalProperties": {"type": "integer"}}});
    let paths = json!({
        "/#Action=Plain": {"get": {"parameters": [action("Plain")], "responses": {"200": {"description": ""}}}},
        "/#Action=Make": {"get": {"parameters": [template, action("Make")], "responses": answer("Made")}},
        "/#Action=Send": {"get": {"parameters": [free, action("Send")], "responses": answer("Sent")}},
        "/#Action=Last": {"get": {"parameters": [action("Last")], "responses": {"200": {"description": ""}}}}});
    let made = json!({"type": "object", "required": ["Name"], "properties": {"Name": {"type": "string", "example": "a & b"}}});
    let asker = asker(document(&paths, &json!({"Made": made, "Sent": {"type": "object"}})));
    let text = |address: &str| String::from_utf8(asker.ask("GET", address, &Value::Null, 200).body).unwrap();
    assert_eq!(text("/?Name=x&Action=Make"), "<Made><Name>a &amp; b</Name></Made>");
    assert_eq!(text("/?Action=Send"), "<Sent></Sent>");
    assert_eq!(text("/?Action=Send&colour=7"), "<Sent></Sent>");
    assert_eq!(text("/?Action=Last"), "");
}

#[test]
fn a_new_id_is_kept_where_the_answer_wraps_what_was_sent() {
    let book = json!({"type": "object", "required": ["book"], "properties": {"book": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "title": {"type": "string"}}}}});
    let content = |schema: &Value| json!({"application/json": {"schema": schema}});
    let sent = json!({"type": "object", "properties": {"book": {"type": "object", "properties": {"title": {"type": "string"}}}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let paths = json!({
        "/books": {"post": {"requestBody": {"required": true, "content": content(&sent)}, "responses": {"201": {"description": "", "content": content(&book)}}}},
        "/books/{id}": {"get": {"parameters": [id], "responses": {"200": {"description": "", "content": content(&book)}, "404": {"description": ""}}}}});
    let asker = asker(document(&paths, &json!({})));
    let made = |title: &str| asker.ask("POST", "/books", &json!({"book": {"title": title}}), 201).json();
    let (one, other) = (made("a"), made("b"));
    assert_ne!(one["book"]["id"], other["book"]["id"], "{one} {other}");
    let read = asker.get(&format!("/books/{}", other["book"]["id"].as_str().unwrap()), 200);
    assert_eq!(read["book"], other["book"]);
}

#[test]
fn what_an_answer_has_no_room_for_is_shown_in_the_same_way_ever_after() {
    let site = |schema: Value| json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "home": schema}});
    let content = |schema: &Value, example: Value| json!({"application/json": {"schema": schema, "example": example}});
    let shown = || content(&site(json!({"type": "string", "format": "uri", "nullable": true})), json!({"id": 7, "home": "https://a.example/"}));
    let listed = content(&json!({"type": "array", "items": site(json!({"type": "string", "format": "uri", "nullable": true}))}), json!([{"id": 7}]));
    let sent = content(&json!({"type": "object", "properties": {"home": {"type": "string"}}}), json!({"home": "x"}));
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}});
    let paths = json!({
        "/sites": {"get": {"responses": {"200": {"description": "", "content": listed}}}, "post": {"requestBody": {"required": true, "content": sent}, "responses": {"201": {"description": "", "content": shown()}}}},
        "/sites/{id}": {"parameters": [id], "get": {"responses": {"200": {"description": "", "content": shown()}, "404": {"description": ""}}},
            "put": {"requestBody": {"required": true, "content": sent}, "responses": {"200": {"description": "", "content": shown()}}}}});
    let asker = asker(document(&paths, &json!({})));
    let list = || asker.get("/sites", 200)[0].clone();
    let made = asker.ask("POST", "/sites", &json!({"home": "no uri"}), 201).json();
    let place = format!("/sites/{}", made["id"]);
    assert_eq!((asker.get(&place, 200), list()), (made.clone(), made));
    let changed = asker.ask("PUT", &place, &json!({"home": "none either"}), 200).json();
    assert_eq!((asker.get(&place, 200), list()), (changed.clone(), changed));
    let right = asker.ask("PUT", &place, &json!({"home": "https://b.example/"}), 200).json();
    assert_eq!((&right["home"], asker.get(&place, 200)), (&json!("https://b.example/"), right.clone()));
}

#[test]
fn what_an_answer_names_beside_what_is_made_can_be_read() {
    let part = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "example": "p-1"}}});
    let content =
        |schema: &Value| json!({"200": {"description": "", "content": {"application/json": {"schema": schema}}}, "404": {"description": ""}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let linked = json!({"Part": {"operationId": "part", "parameters": {"id": "$response.body#/id"}}});
    let mut newest = content(&part);
    newest["200"]["links"] = linked;
    let paths = json!({
        "/parts": {"post": {"responses": {"201": {"description": "", "content": {"application/json": {"schema": part}}}}}},
        "/parts/{id}": {"parameters": [id], "get": {"operationId": "part", "responses": content(&part)}},
        "/newest-part": {"get": {"responses": newest}}});
    let asker = asker(document(&paths, &json!({})));
    let named = asker.get("/newest-part", 200)["id"].as_str().unwrap().to_owned();
    assert_eq!(asker.get(&format!("/parts/{named}"), 200)["id"], json!(named));
    asker.get("/parts/unknown", 404);
}

#[test]
fn what_is_wrapped_in_one_answer_and_listed_in_another_is_the_same() {
    let category = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "example": "c"}, "name": {"type": "string"}, "at": {"type": "string", "example": "now"}}});
    let one = json!({"type": "object", "required": ["category"], "properties": {"category": category, "took": {"type": "string", "example": "1ms"}}});
    let many = json!({"type": "object", "required": ["categories"], "properties": {"categories": {"type": "array", "items": category}, "took": {"type": "string", "example": "1ms"}}});
    let content = |schema: &Value| json!({"application/json": {"schema": schema}});
    let answer = |schema: &Value| json!({"description": "", "content": content(schema)});
    let sent = json!({"required": true, "content": content(&json!({"type": "object", "required": ["category"], "properties": {"category": {"type": "object", "properties": {"name": {"type": "string"}}}}}))});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let paths = json!({
        "/categories": {"get": {"responses": {"200": answer(&many)}}, "post": {"requestBody": sent, "responses": {"201": answer(&one)}}},
        "/categories/{id}": {"parameters": [id], "get": {"responses": {"200": answer(&one), "404": {"description": ""}}},
            "patch": {"requestBody": sent, "responses": {"200": answer(&one)}}}});
    let asker = asker(document(&paths, &json!({})));
    let made = |name: &str| asker.ask("POST", "/categories", &json!({"category": {"name": name}}), 201).json()["category"].clone();
    let (first, second) = (made("a"), made("b"));
    assert_eq!((&first["name"], &second["name"], &first["at"]), (&json!("a"), &json!("b"), &json!("now")));
    assert_eq!(asker.get("/categories", 200)["categories"], json!([first, second]));
    let place = format!("/categories/{}", second["id"].as_str().unwrap());
    let changed = asker.ask("PATCH", &place, &json!({"category": {"name": "c"}}), 200).json()["category"].clone();
    assert_eq!((&changed["name"], &changed["id"]), (&json!("c"), &second["id"]));
    assert_eq!(asker.get(&place, 200)["category"], changed);
}

#[test]
fn a_version_that_the_contract_has_no_room_for_is_not_told() {
    let answer = |schema: Value| json!({"200": {"description": "", "headers": {"ETag": {"schema": schema}}}, "304": {"description": ""}});
    let paths = json!({
        "/long": {"get": {"responses": answer(json!({"type": "string", "pattern": "^\"[ -~]{100}\"$"}))}},
        "/any": {"get": {"responses": answer(json!({"type": "string"}))}}});
    let asker = asker(document(&paths, &json!({})));
    let version = |address: &str| asker.ask("GET", address, &Value::Null, 200).header("etag").map(str::to_owned);
    assert!(version("/any").is_some_and(|version| version.starts_with("\"mock-")));
    assert_eq!(version("/long"), None);
}

#[test]
fn text_of_a_language_that_is_not_read_is_not_held_against_its_schema() {
    let takes = |name: &str| {
        json!({"post": {"requestBody": {"required": true, "content": {name: {"schema": {"type": "object", "required": ["q"]}}}},
        "responses": {"204": {"description": ""}, "400": {"description": ""}}}})
    };
    let paths = json!({"/yaml": takes("application/x-yaml"), "/json": takes("application/json")});
    let asker = asker(document(&paths, &json!({})));
    let status = |address: &str, media: &str| {
        let mut request = asker.request("POST", address, &json!("q: 1"));
        request.headers.retain(|(name, _)| name != "Content-Type");
        request.headers.push(("Content-Type".to_owned(), media.to_owned()));
        asker.mock.answer(request).status
    };
    assert_eq!((status("/yaml", "application/x-yaml"), status("/json", "application/json")), (204, 400));
}

#[test]
fn what_a_path_names_without_a_declaration_is_known_or_not() {
    let answers = json!({"200": {"description": ""}, "404": {"description": ""}});
    let asker = asker(document(&json!({"/health/{component}": {"get": {"responses": answers}}}), &json!({})));
    asker.ask("GET", "/health/probity", &Value::Null, 200);
    asker.ask("GET", "/health/another", &Value::Null, 404);
}

#[test]
fn what_a_relationship_does_not_hold_is_refused_by_its_type() {
    let answer = |data: &Value| json!({"description": "", "content": {"application/json": {"schema": {"type": "object", "required": ["data"]}, "example": {"data": data}}}});
    let linkage = json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": {
        "type": "object", "required": ["type", "id"], "properties": {"type": {"type": "string"}, "id": {"type": "string", "x-probity-resource": "authors"}}}}}});
    let sent = |schema: &Value, example: Value| json!({"required": true, "content": {"application/json": {"schema": schema, "example": example}}});
    let id =
        |kind: &str| json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "x-probity-resource": kind}, "example": "7"});
    let resource = |kind: &str| json!({"type": kind, "id": "7", "attributes": {"name": "a"}});
    let collection = |kind: &str| {
        let example = json!({"data": {"type": kind, "attributes": {"name": "a"}}});
        json!({"post": {"requestBody": sent(&json!({"type": "object"}), example), "responses": {"201": answer(&resource(kind))}}})
    };
    let item = |kind: &str| json!({"parameters": [id(kind)], "get": {"responses": {"200": answer(&resource(kind)), "404": {"description": ""}}}});
    let when = json!({"409": ["wrong-type"], "404": ["unknown-id", {"trigger": "unknown-reference", "kind": "authors"}]});
    let add = json!({"requestBody": sent(&linkage, json!({"data": [{"type": "authors", "id": "7"}]})), "x-probity-when": when,
        "responses": {"204": {"description": ""}, "404": {"description": ""}, "409": {"description": ""}}});
    let paths = json!({"/books": collection("books"), "/books/{id}": item("books"), "/authors": collection("authors"), "/authors/{id}": item("authors"),
        "/books/{id}/relationships/authors": {"parameters": [id("books")], "post": add}});
    let asker = asker(document(&paths, &json!({})));
    let made = |kind: &str| {
        let sent = json!({"data": {"type": kind, "attributes": {"name": "b"}}});
        asker.ask("POST", &format!("/{kind}"), &sent, 201).json()["data"]["id"].as_str().unwrap().to_owned()
    };
    let (book, author) = (made("books"), made("authors"));
    let place = format!("/books/{book}/relationships/authors");
    let named = |kind: &str, id: &str| json!({"data": [{"type": kind, "id": id}]});
    asker.ask("POST", &place, &named("books", &author), 409);
    asker.ask("POST", &place, &named("authors", "unknown"), 404);
    asker.ask("POST", &place, &named("authors", &author), 204);
}

#[test]
fn a_value_that_is_taken_is_noticed_in_any_resource_of_a_request() {
    let thing = json!({"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string", "x-probity-mark": true}}});
    let content = json!({"application/json": {"schema": {"type": "array", "items": thing}}});
    let post = json!({"requestBody": {"required": true, "content": content}, "x-probity-when": {"409": ["duplicate"]},
        "responses": {"201": {"description": "", "content": content}, "409": {"description": ""}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let get = json!({"responses": {"200": {"description": "", "content": {"application/json": {"schema": thing}}}, "404": {"description": ""}}});
    let paths = json!({"/things": {"post": post}, "/things/{id}": {"parameters": [id], "get": get}});
    let asker = asker(document(&paths, &json!({})));
    let named = |names: std::ops::Range<usize>| names.map(|name| json!({"name": format!("n{name}")})).collect::<Value>();
    asker.ask("POST", "/things", &named(0..1), 201);
    let mut many = named(1..13);
    asker.ask("POST", "/things", &many, 201);
    many = named(13..25);
    many[11]["name"] = json!("n0");
    asker.ask("POST", "/things", &many, 409);
}

#[test]
fn what_the_query_names_is_deleted() {
    let task = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "title": {"type": "string"}}});
    let content = |schema: &Value| json!({"application/json": {"schema": schema}});
    let sent = json!({"type": "object", "properties": {"title": {"type": "string"}}});
    let (id, task_id) = (json!({"name": "id", "in": "path"}), json!({"name": "TaskId", "in": "query"}));
    let text = |mut parameter: Value| {
        parameter["required"] = json!(true);
        parameter["schema"] = json!({"type": "string"});
        json!([parameter])
    };
    let paths = json!({
        "/tasks": {"post": {"requestBody": {"required": true, "content": content(&sent)}, "responses": {"201": {"description": "", "content": content(&task)}}},
            "delete": {"parameters": text(task_id), "responses": {"204": {"description": ""}}}},
        "/tasks/{id}": {"get": {"parameters": text(id), "responses": {"200": {"description": "", "content": content(&task)}, "404": {"description": ""}}}}});
    let asker = asker(document(&paths, &json!({})));
    let made = |title: &str| asker.ask("POST", "/tasks", &json!({"title": title}), 201).json()["id"].as_str().unwrap().to_owned();
    let (kept, deleted) = (made("a"), made("b"));
    asker.ask("DELETE", &format!("/tasks?TaskId={deleted}"), &Value::Null, 204);
    asker.get(&format!("/tasks/{deleted}"), 404);
    asker.get(&format!("/tasks/{kept}"), 200);
}
