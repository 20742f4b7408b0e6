//! Tests of the mock on requests and answers in XML.

use serde_json::{Value, json};

use super::{Asker, MockRequest, contract};

/// A mock of things that are sent and answered in XML alone.
fn asker() -> Asker {
    faulty(&[])
}

fn faulty(faults: &[&str]) -> Asker {
    let content = |name: &str| json!({"application/xml": {"schema": {"$ref": format!("#/components/schemas/{name}")}}});
    let answer = |name: &str| json!({"description": "d", "content": content(name)});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let shown =
        json!({"description": "d", "content": {"application/xml": {"example": "<a><b></a>", "schema": {"$ref": "#/components/schemas/Note"}}}});
    let written = json!({"description": "d", "content": {"application/xml": {"example": "<note><id>7</id></note>", "schema": {"$ref": "#/components/schemas/Note"}}}});
    let part = json!({"name": "part", "in": "path", "required": true, "schema": {"type": "string"}});
    let broken = json!({"description": "d", "content": {"application/xml": {"example": "<a><b></a>"}}});
    let bare = json!({"description": "d", "content": {"application/xml": {}}});
    let paths = json!({
        "/things": {"post": {"requestBody": {"required": true, "content": content("New")}, "responses": {"201": answer("Thing"), "400": answer("Error"), "415": broken}}},
        "/things/{id}/parts": {"post": {"parameters": [id], "requestBody": {"required": true, "content": content("New")}, "responses": {"201": answer("Thing")}},
            "get": {"parameters": [id], "responses": {"200": {"description": "d", "content": {"application/xml": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}}}}}},
        "/things/{id}/parts/{part}": {"get": {"parameters": [id, part], "responses": {"200": answer("Thing")}}},
        "/things/{id}": {"get": {"parameters": [id], "responses": {"200": answer("Thing"), "404": answer("Error")}}},
        "/shown": {"get": {"responses": {"200": shown}}},
        "/written": {"get": {"responses": {"200": written}}},
        "/bare": {"get": {"responses": {"200": bare}}}});
    let text = json!({"type": "string"});
    let new = json!({"type": "object", "required": ["name"], "properties": {"name": text, "size": {"type": "integer"}}, "xml": {"name": "thing"}});
    let thing = json!({"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "string", "xml": {"attribute": true}}, "name": text, "size": {"type": "integer"}}, "xml": {"name": "thing"}});
    let error = json!({"type": "object", "required": ["message"], "properties": {"message": text}});
    let note = json!({"type": "object", "required": ["id", "text"], "properties": {"id": {"type": "integer", "example": 5}, "text": {"type": "string", "example": "a"}}});
    let document = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths,
        "components": {"schemas": {"New": new, "Thing": thing, "Error": error, "Note": note}}});
    Asker::new(&contract(document), json!({"name": "x", "contract": "x"}), "application/xml", Vec::new(), faults)
}

/// What comes to a POST of this text.
fn posted(asker: &Asker, text: &str) -> (u16, String) {
    posted_to(asker, "/things", text)
}

fn posted_to(asker: &Asker, address: &str, text: &str) -> (u16, String) {
    let mut request = asker.request("POST", address, &Value::from(text));
    request.body = text.as_bytes().to_vec();
    let answer = asker.mock.answer(request);
    asker.hold(&answer);
    (answer.status, String::from_utf8(answer.body).unwrap())
}

#[test]
fn what_is_made_in_xml_is_shown_in_xml() {
    let asker = asker();
    let (status, made) = posted(&asker, "<?xml version='1.0'?><thing><name>a &amp; b</name><size>7</size></thing>");
    assert_eq!(status, 201, "{made}");
    let id = made.split('"').nth(1).unwrap();
    assert_eq!(made, format!("<thing id=\"{id}\"><name>a &amp; b</name><size>7</size></thing>"));
    let read = asker.ask("GET", &format!("/things/{id}"), &Value::Null, 200);
    assert_eq!(String::from_utf8(read.body).unwrap(), made);
}

#[test]
fn an_answer_in_xml_may_break_off() {
    let answer =
        faulty(&["success-truncated"]).mock.answer(MockRequest { method: "GET".to_owned(), path: "/written".to_owned(), ..MockRequest::default() });
    assert_eq!(String::from_utf8(answer.body).unwrap(), "<Note><id>7</id><text>a</text></Not");
    let empty =
        faulty(&["success-empty"]).mock.answer(MockRequest { method: "GET".to_owned(), path: "/written".to_owned(), ..MockRequest::default() });
    assert_eq!((empty.body.len(), empty.header("content-type")), (0, None));
}

#[test]
fn what_is_made_below_another_thing_is_shown_there() {
    let asker = asker();
    let (_, made) = posted(&asker, "<thing><name>whole</name></thing>");
    let address = format!("/things/{}/parts", made.split('"').nth(1).unwrap());
    let (status, part) = posted_to(&asker, &address, "<thing><name>its part</name></thing>");
    assert_eq!(status, 201, "{part}");
    let listed = String::from_utf8(asker.ask("GET", &address, &Value::Null, 200).body).unwrap();
    assert!(listed.contains("<name>its part</name>") && !listed.contains("whole"), "{listed}");
}

#[test]
fn what_is_wrong_in_xml_is_refused() {
    let asker = asker();
    for (text, why) in [
        ("<thing><name>a</name></thi", "<message>The body is no XML: "),
        ("<thing><size>7</size></thing>", "name"),
        ("<thing><name>a</name><size>large</size></thing>", "integer"),
        ("", "There is no body"),
    ] {
        let (status, said) = posted(&asker, text);
        assert!(status == 400 && said.starts_with("<Error><message>") && said.contains(why), "{text}: {status} {said}");
    }
    let mut request = asker.request("POST", "/things", &Value::from("x"));
    request.headers.retain(|(name, _)| name != "Content-Type");
    request.headers.push(("Content-Type".to_owned(), "text/x-other".to_owned()));
    let refused = asker.mock.answer(request);
    assert_eq!((refused.status, String::from_utf8(refused.body).unwrap()), (415, "<root>&lt;a&gt;&lt;b&gt;&lt;/a&gt;</root>".to_owned()));
    assert_eq!(posted(&asker, "<thing><name> padded </name></thing>").0, 201, "what is not certain is not refused");
}

#[test]
fn an_example_in_xml_is_answered_as_far_as_it_is_one() {
    let asker = asker();
    let text = |address: &str| String::from_utf8(asker.ask("GET", address, &Value::Null, 200).body).unwrap();
    assert_eq!(text("/shown"), "<Note><id>5</id><text>a</text></Note>");
    assert_eq!(text("/written"), "<Note><id>7</id><text>a</text></Note>", "what its schema requires is added");
    assert_eq!(text("/bare"), "<root></root>");
}
