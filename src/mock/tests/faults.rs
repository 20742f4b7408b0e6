//! Tests that each fault shows in some answer or in the state.

use serde_json::{Value, json};

use super::library::{MEDIA, asker, library, suite, written};
use super::{Asker, MockRequest};
use crate::mock::{FaultSetting, MockAnswer, all_faults, fault};
use crate::model::contract::RateLimit;

/// How many requests of the script are within the rate limit.
const ALLOWED: u32 = 72;

/// Everything that the script below got to see.
fn transcript(faults: &[&str]) -> Vec<(String, MockAnswer)> {
    transcript_of(&asker_with(faults, &[]))
}

/// A mock of the library with a rate limit, and a client that asks it.
pub(super) fn asker_with(faults: &[&str], variants: &[&str]) -> Asker {
    Asker::varied(&library(), suite(), MEDIA, vec![RateLimit { requests: ALLOWED, seconds: 3600 }], faults, variants)
}

/// Everything that the script below gets to see of a mock.
pub(super) fn transcript_of(asker: &Asker) -> Vec<(String, MockAnswer)> {
    let mut seen = Vec::new();
    let mut ask = |request: MockRequest| {
        let told = format!("{} {}?{}", request.method, request.path, request.query);
        seen.push((told, asker.mock.answer(request)));
    };
    let send = |method: &str, address: &str, body: &Value| asker.request(method, address, body);
    let get = |address: &str| asker.request("GET", address, &Value::Null);
    lives(&mut ask, &send, &get);
    wrongs(&mut ask, &send, &get);
    oddities(&mut ask, &send, &get);
    strangers(&mut ask, asker);
    for _ in 0..=ALLOWED {
        ask(get("/books"));
    }
    seen.push(("state".to_owned(), MockAnswer { body: asker.mock.snapshot().to_string().into_bytes(), ..MockAnswer::default() }));
    seen
}

type Send<'a> = &'a dyn Fn(&str, &str, &Value) -> MockRequest;
type Get<'a> = &'a dyn Fn(&str) -> MockRequest;

fn lives(ask: &mut dyn FnMut(MockRequest), send: Send<'_>, get: Get<'_>) {
    let author = json!({"data": {"type": "authors", "attributes": {"name": "B. Other"}}});
    ask(send("POST", "/authors", &author));
    ask(send("POST", "/authors", &author));
    for title in ["One", "Two", "Three"] {
        ask(send("POST", "/books", &written(title, &["1000"])));
    }
    let named = |ids: &[&str]| json!({"data": ids.iter().map(|id| json!({"type": "authors", "id": id})).collect::<Vec<_>>()});
    ask(send("PATCH", "/books/1000", &json!({"data": {"type": "books", "id": "1000", "attributes": {"pages": 3}}})));
    ask(send("POST", "/books/1000/relationships/authors", &named(&["1001"])));
    for address in [
        "/books",
        "/books/1000",
        "/books/1000/authors",
        "/books/1000/relationships/authors",
        "/books?page%5Blimit%5D=2",
        "/books?page%5Blimit%5D=2&page%5Bafter%5D=1001",
        "/books?filter%5Bids%5D=1000",
        "/books?fields%5Bbooks%5D=title",
    ] {
        ask(get(address));
    }
    ask(send("POST", "/prints", &json!({"data": {"type": "prints", "attributes": {"pages": 2}}})));
    for address in [
        "/prints/aa-01",
        "/prints/10-01/file",
        "/prints/10-01",
        "/prints/03-e9",
        "/prints/03-e9/file",
        "/prints/03-e9",
        "/prints/03-e9/file",
        "/prints/03-e9/file",
    ] {
        ask(get(address));
    }
    ask(get("/prints/03-84/file"));
    ask(send("POST", "/books/1001/lend", &Value::Null));
    ask(send("POST", "/books/1001/lend", &Value::Null));
    ask(send("DELETE", "/authors/1000", &Value::Null));
    ask(send("DELETE", "/books/1002", &Value::Null));
    ask(get("/books/1002"));
}

fn wrongs(ask: &mut dyn FnMut(MockRequest), send: Send<'_>, get: Get<'_>) {
    let valid = written("Free", &["1001"]);
    let mut with = |at: &str, value: Value| {
        let mut body = valid.clone();
        let (parent, name) = at.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        ask(send("POST", "/books", &body));
    };
    with("/data/type", json!("other"));
    with("/data/attributes", json!({}));
    with("/data/attributes/title", json!(1));
    with("/data/attributes/title", json!(""));
    with("/data/attributes/title", json!("One"));
    with("/data/attributes/pages", json!(10_000));
    with("/data/attributes/sort", json!("essay"));
    ask(send("POST", "/books", &json!({"meta": {}})));
    ask(send("POST", "/books", &written("Free", &["9999"])));
    ask(send("PATCH", "/books/1000", &json!({"data": {"type": "books", "id": "1001", "attributes": {"pages": 4}}})));
    let mut several = json!({"data": [written("Right", &["1001"])["data"], written("Wrong", &["1001"])["data"]]});
    several["data"][1]["type"] = json!("other");
    ask(send("POST", "/books", &several));
    ask(send("DELETE", "/books", &json!({"data": [{"type": "books", "id": "1000"}, {"type": "books", "id": "4711"}]})));
    for address in ["/books/4711", "/books/no%20id", "/books/1000?include=x", "/books?sort=colour", "/authors", "/nothing"] {
        ask(get(address));
    }
    ask(send("PUT", "/books", &Value::Null));
    let mut cut = send("POST", "/books", &valid);
    cut.body.truncate(20);
    ask(cut);
}

/// What no example of the contract holds.
fn oddities(ask: &mut dyn FnMut(MockRequest), send: Send<'_>, get: Get<'_>) {
    let named = |name: &str| json!({"data": {"type": "authors", "attributes": {"name": name}}});
    ask(send("POST", "/authors", &named(&"x".repeat(201))));
    ask(send("POST", "/authors", &named("Zoë")));
    let mut deep = named("Deep");
    deep["meta"] = (0..60).fold(Value::Null, |inner, _| json!([inner]));
    ask(send("POST", "/authors", &deep));
    let mut spelled = send("POST", "/authors", &named("Spelled"));
    spelled.body = br#"{"data":{"type":"authors","attributes":{"name":"Spelled","rank":1e2}}}"#.to_vec();
    ask(spelled);
    ask(get("/books/a%2Fb"));
    ask(get(&format!("/books?x={}", "x".repeat(1001))));
    let mut headed = get("/books");
    headed.headers.push(("X-Long".to_owned(), "x".repeat(1001)));
    ask(headed);
}

fn strangers(ask: &mut dyn FnMut(MockRequest), asker: &Asker) {
    for media in ["text/plain", "application/vnd.api+json; flavour=sweet"] {
        let mut other = asker.request("POST", "/books", &written(media, &[]));
        other.headers.retain(|(name, _)| name != "Content-Type");
        other.headers.push(("Content-Type".to_owned(), media.to_owned()));
        ask(other);
    }
    for authorization in [None, Some("Basic AAAA"), Some("Basic cHJvYml0eS1saW1pdGVkOnByb2JpdHktc2VjcmV0LWxpbWl0ZWQ=")] {
        let mut other = asker.request("GET", "/books", &Value::Null);
        other.headers.retain(|(name, _)| name != "Authorization");
        other.headers.extend(authorization.map(|value| ("Authorization".to_owned(), value.to_owned())));
        ask(other);
    }
    let mut of_other = asker.request("DELETE", "/books/1001", &Value::Null);
    of_other.headers.retain(|(name, _)| name != "Authorization");
    of_other.headers.push(("Authorization".to_owned(), "Basic cHJvYml0eS1vdGhlcjpwcm9iaXR5LXNlY3JldC1vdGhlcg==".to_owned()));
    ask(of_other);
    let mut tenantless = asker.request("GET", "/books", &Value::Null);
    tenantless.headers.retain(|(name, _)| name != "X-Tenant");
    ask(tenantless);
}

/// Faults that only show on answers which the script does not get.
const ELSEWHERE: &[&str] = &[];

#[test]
fn every_fault_shows() {
    let faultless = transcript(&[]);
    assert_eq!(faultless, transcript(&[]), "the mock answers alike every time");
    let silent: Vec<&str> = all_faults().map(|fault| fault.name).filter(|name| transcript(&[*name]) == faultless).collect();
    assert_eq!(silent, ELSEWHERE);
}

#[test]
fn a_fault_can_be_kept_to_one_operation() {
    let asker = asker(&["not-found-as-gone@books.get"]);
    assert_eq!(asker.mock.answer(asker.request("GET", "/books/1", &Value::Null)).status, 410);
    assert_eq!(asker.mock.answer(asker.request("GET", "/authors/1", &Value::Null)).status, 404);
}

#[test]
fn names_are_unique_and_unknown_ones_are_told_what_is_near() {
    let mut names: Vec<&str> = all_faults().map(|fault| fault.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(fault("always-500").is_some_and(|fault| !fault.breaks.is_empty() && !fault.class.is_empty()));
    let error = FaultSetting::parse("allways-500").unwrap_err();
    assert!(error.contains("near are always-500"), "{error}");
    assert_eq!(
        FaultSetting::parse("always-429@books.get"),
        Ok(FaultSetting { name: "always-429".to_owned(), operation: Some("books.get".to_owned()) })
    );
}
