//! Servers of JSON:API: what their contract leaves out is known from the standard, and one that keeps it is not accused.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::foreign::server::{Asked, Server, said, verdict};

/// A contract that lists successes and 404 alone.
fn contract(says: &str) -> String {
    let identifier =
        |kind: &str| json!({"type": "object", "required": ["type", "id"], "properties": {"type": {"const": kind}, "id": {"type": "string"}}});
    let content =
        |data: &Value| json!({"application/vnd.api+json": {"schema": {"type": "object", "required": ["data"], "properties": {"data": data}}}});
    let list = |of: &Value| json!({"type": "array", "items": of});
    let resource = |kind: &str, attribute: &str, required: Value, links: Value| {
        let mut of = identifier(kind);
        of["properties"]["attributes"] = json!({"type": "object", "properties": {attribute: {"type": "string"}}});
        of["properties"]["relationships"] = json!({"type": "object", "required": required, "properties": links});
        of
    };
    let author = json!({"author": {"type": "object", "required": ["data"], "properties": {"data": identifier("people")}}});
    let (book, person) = (resource("books", "title", json!(["author"]), author), resource("people", "name", json!([]), json!({})));
    let new = |of: &Value, required: &[&str]| {
        let mut of = of.clone();
        of["required"] = json!(required);
        of["properties"].as_object_mut().expect("members").remove("id");
        of
    };
    let answer = |data: &Value| json!({"description": "", "content": content(data)});
    let none = json!({"description": ""});
    let id = json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let mut paths = json!({});
    for (kind, of, required) in [("people", &person, &["type"][..]), ("books", &book, &["type", "relationships"])] {
        let mut change = of.clone();
        change["properties"].as_object_mut().expect("members").remove("relationships");
        paths[format!("/{kind}")] = json!({"get": {"operationId": format!("{kind}.list"), "responses": {"200": answer(&list(of))}},
            "post": {"operationId": format!("{kind}.make"), "requestBody": {"required": true, "content": content(&new(of, required))}, "responses": {"201": answer(of)}}});
        paths[format!("/{kind}/{{id}}")] = json!({"parameters": id,
            "patch": {"operationId": format!("{kind}.change"), "requestBody": {"required": true, "content": content(&change)}, "responses": {"200": answer(of), "404": none}},
            "delete": {"operationId": format!("{kind}.remove"), "responses": {"204": none, "404": none}}});
    }
    let readers = json!({"required": true, "content": content(&list(&identifier("people")))});
    paths["/books/{id}/relationships/readers"] =
        json!({"parameters": id, "post": {"operationId": "readers.add", "requestBody": readers, "responses": {"204": none, "404": none}}});
    json!({"openapi": "3.1.0", "info": {"title": "Books", "version": "1", "description": says}, "paths": paths}).to_string()
}

/// What a server holds: each resource by kind and id, and who is in a relationship.
#[derive(Default)]
struct Held {
    resources: BTreeMap<String, Value>,
    readers: BTreeMap<String, Vec<String>>,
}

/// What JSON:API says of a request before anything is looked for.
fn refused(asked: &Asked) -> Option<u16> {
    let bad = |field: &str| {
        asked.header(field).split(';').skip(1).any(|parameter| !parameter.trim().starts_with("profile") && !parameter.trim().starts_with("ext"))
    };
    match () {
        () if bad("content-type") => Some(415),
        () if bad("accept") => Some(406),
        () if asked.target.contains('?') => Some(400),
        () => None,
    }
}

/// An answer of a server; `strict` keeps the standard, and the other takes whatever comes and no profile.
fn answer(held: &mut Held, asked: &Asked, strict: bool) -> (u16, Value) {
    if let Some(status) = refused(asked).filter(|_| strict) {
        return (status, Value::Null);
    }
    if !strict && asked.header("accept").contains("profile") {
        return (406, Value::Null);
    }
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    let data = || asked.body.as_ref().map(|body| body["data"].clone()).unwrap_or_default();
    let fits = |kind: &str| !strict || data()["type"] == *kind;
    let known = |held: &Held, kind: &str, id: &Value| held.resources.contains_key(&format!("{kind}/{}", id.as_str().unwrap_or_default()));
    match (asked.method.as_str(), &parts[..]) {
        ("GET", [kind]) => {
            let of_kind = held.resources.iter().filter(|(key, _)| key.starts_with(&format!("{kind}/")));
            (200, json!({"data": of_kind.map(|(_, resource)| resource).collect::<Vec<_>>()}))
        }
        ("POST", [kind]) if !fits(kind) => (409, Value::Null),
        ("POST", ["books"]) if !known(held, "people", &data()["relationships"]["author"]["data"]["id"]) => (404, Value::Null),
        ("POST", [kind]) => {
            let id = (held.resources.len() + 7).to_string();
            let mut made = data();
            (made["id"], made["type"]) = (json!(id), json!(kind));
            held.resources.insert(format!("{kind}/{id}"), made.clone());
            (201, json!({"data": made}))
        }
        (_, [kind, id, ..]) if !known(held, kind, &json!(id)) => (404, Value::Null),
        ("PATCH", [kind, id]) if !fits(kind) || (strict && data()["id"] != **id) => (409, Value::Null),
        ("PATCH", [kind, id]) => {
            let resource = held.resources.get_mut(&format!("{kind}/{id}")).expect("it is known");
            resource["attributes"] = data()["attributes"].clone();
            (200, json!({"data": resource}))
        }
        ("DELETE", [kind, id]) => {
            held.resources.remove(&format!("{kind}/{id}"));
            (204, Value::Null)
        }
        ("POST", [_, id, "relationships", _]) => {
            let named: Vec<String> = data().as_array().into_iter().flatten().filter_map(|one| Some(one["id"].as_str()?.to_owned())).collect();
            if named.iter().any(|one| !known(held, "people", &json!(one))) {
                return (404, Value::Null);
            }
            let there = held.readers.entry((*id).to_owned()).or_default();
            if !strict && named.iter().any(|one| there.contains(one)) {
                return (409, Value::Null);
            }
            there.extend(named);
            (204, Value::Null)
        }
        _ => (405, Value::Null),
    }
}

fn serve(name: &str, says: &str, strict: bool) -> Server {
    let held = Mutex::new(Held::default());
    Server::start(name, &contract(says), move |asked: &Asked| answer(&mut held.lock().expect("nobody panics"), asked, strict))
}

#[test]
fn a_server_that_keeps_json_api_is_proved_by_what_the_standard_demands() {
    let report = serve("json-api-strict", "Follows JSON:API 1.1.", true).run(&["--allow-writes"]);
    assert!(report.cells.iter().all(|cell| !matches!(cell.verdict.as_str(), "violates" | "blocked" | "inconclusive")), "{:?}", said(&report));
    for (operation, status) in [
        ("books.make", 201),
        ("books.make", 404),
        ("books.make", 409),
        ("books.make", 415),
        ("books.change", 200),
        ("books.change", 409),
        ("readers.add", 204),
        ("readers.add", 404),
        ("readers.add", 415),
        ("books.list", 200),
        ("books.list", 400),
        ("books.list", 406),
    ] {
        assert_eq!(verdict(&report, operation, status), "conforms", "{operation} {status}: {:?}", said(&report));
    }
}

#[test]
fn each_rule_that_a_server_breaks_is_told_apart() {
    let report = serve("json-api-careless", "Follows JSON:API 1.1.", false).run(&["--allow-writes"]);
    let all = said(&report).join("\n");
    for told in [
        "Content-Type is application/vnd.api+json; probity=unknown is answered 201 instead of 415",
        "Accept is application/vnd.api+json; probity=unknown is answered 200 instead of 406",
        "profile=\"https://profile.invalid/probity\" is answered 406 instead of 200",
        "the query parameter include is \"probity\" is answered 200 instead of 400",
        "the query parameter probity is \"probity\" is answered 200 instead of 400",
        "the query parameter sort is \"probity\" is answered 200 instead of 400",
        "/data/type is \"probity-wrong-type\" is answered 201 instead of 409",
        "the same was made before is answered 409 instead of 204",
    ] {
        assert!(all.contains(told), "{told}\n{all}");
    }
    let mismatch = said(&report).into_iter().find(|said| said.starts_with("books.change 409")).unwrap_or_default();
    assert!(mismatch.contains("/data/id is \"") && mismatch.contains("/data/type is \""), "{mismatch}");
}

#[test]
fn a_contract_that_does_not_name_json_api_owes_no_status_that_it_leaves_out() {
    let report = serve("json-api-silent", "", false).run(&["--allow-writes"]);
    assert_eq!(verdict(&report, "books.list", 406), "none");
    assert_eq!(verdict(&report, "books.make", 201), "conforms", "{:?}", said(&report));
}
