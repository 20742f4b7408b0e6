//! A server that speaks XML alone: what a run makes is found in its answers and removed, and nothing else is touched.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::server::{Asked, Reply, Served};
use crate::support::{Folder, text};

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Shelves, version: '1'}
paths:
  /books:
    get: {operationId: list, responses: {'200': {description: all, content: {application/xml: {schema: {type: array, items: {$ref: '#/components/schemas/Book'}}}}}}}
    post:
      operationId: make
      requestBody: {required: true, content: {application/xml: {schema: {$ref: '#/components/schemas/Book'}}}}
      responses: {'201': {description: made, content: {application/xml: {schema: {$ref: '#/components/schemas/Book'}}}}, '400': {description: wrong}}
  /books/{bookId}:
    parameters: [{name: bookId, in: path, required: true, schema: {type: integer}, example: 1}]
    get:
      operationId: read
      responses: {'200': {description: one, content: {application/xml: {schema: {$ref: '#/components/schemas/Book'}}}}, '404': {description: none}}
    put:
      operationId: change
      requestBody: {required: true, content: {application/xml: {schema: {$ref: '#/components/schemas/Book'}}}}
      responses: {'200': {description: changed, content: {application/xml: {schema: {$ref: '#/components/schemas/Book'}}}}, '400': {description: wrong}, '404': {description: none}}
    delete: {operationId: remove, responses: {'204': {description: gone}, '404': {description: none}}}
components:
  schemas:
    Book:
      type: object
      required: [title]
      xml: {name: book, prefix: b, namespace: 'urn:books'}
      properties:
        id: {type: integer, readOnly: true, xml: {attribute: true}}
        title: {type: string, xml: {prefix: b}}
";

type Books = Arc<Mutex<BTreeMap<u64, String>>>;

/// Books by their ids, with two that were there before.
fn books() -> Books {
    Arc::new(Mutex::new(BTreeMap::from([(1, "Emma".to_owned()), (2, "Dune".to_owned())])))
}

fn shown(id: u64, title: &str) -> String {
    // Another prefix than the contract has, and a member that it does not know.
    format!("<x:book xmlns:x='urn:books' id='{id}'><x:title>{title}</x:title><x:pages>7</x:pages></x:book>")
}

/// The title in a body; a careless server takes what is not well-formed, too.
fn title_in(body: &str) -> Option<&str> {
    body.split_once("title>")?.1.split('<').next()
}

fn answer(books: &Books, asked: &Asked, careless: bool) -> Reply {
    let mut books = books.lock().expect("nobody panics");
    let xml = |status, body: String| Reply { status, headers: vec![("content-type".to_owned(), "application/xml".to_owned())], body: Some(body) };
    let nothing = |status| Reply { status, headers: Vec::new(), body: None };
    let title = title_in(&asked.text).map(str::to_owned).filter(|_| careless || asked.text.ends_with("</b:book>"));
    let id = asked.path.strip_prefix("/books/").and_then(|id| id.parse().ok());
    match (asked.method.as_str(), id) {
        ("GET", None) if asked.path == "/books" => {
            xml(200, format!("<books>{}</books>", books.iter().map(|(id, title)| shown(*id, title)).collect::<String>()))
        }
        ("POST", None) if asked.path == "/books" => match title {
            Some(title) => {
                let id = books.keys().last().map_or(1, |last| last + 1);
                books.insert(id, title.clone());
                xml(201, shown(id, &title))
            }
            None => nothing(400),
        },
        (_, Some(id)) if !books.contains_key(&id) => nothing(404),
        ("GET", Some(id)) => xml(200, shown(id, &books[&id])),
        ("PUT", Some(id)) => match title {
            Some(title) => {
                books.insert(id, title.clone());
                xml(200, shown(id, &title))
            }
            None => nothing(400),
        },
        ("DELETE", Some(id)) => {
            books.remove(&id);
            nothing(204)
        }
        _ => nothing(404),
    }
}

fn run(served: &Served, name: &str, more: &[&str]) -> (Option<i32>, Value, String) {
    let folder = Folder::new(name);
    folder.write("contract.yaml", CONTRACT);
    let output =
        folder.run(&[&["run", "--contract", "contract.yaml", "--target", &served.url, "--live", "--allow-writes", "--thorough"], more].concat());
    (output.status.code(), folder.report(), text(&output))
}

fn verdicts(report: &Value) -> Vec<String> {
    let cells = report["cells"].as_array().expect("cells").iter();
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    cells.map(|cell| format!("{} {} {}", word(&cell["operation"]), word(&cell["status"]), word(&cell["verdict"]))).collect()
}

#[test]
fn what_is_made_in_xml_is_found_changed_and_removed() {
    let held = books();
    let served = Served::start({
        let held = Arc::clone(&held);
        move |asked| answer(&held, asked, false)
    });
    let (code, report, told) = run(&served, "xml-careful", &[]);
    assert_eq!(code, Some(0), "{told}");
    assert!(verdicts(&report).iter().all(|cell| cell.ends_with(" conforms")), "{told}");
    assert_eq!(*held.lock().unwrap(), *books().lock().unwrap(), "what was there is as it was, and nothing else is there");
    assert!(report["left"].as_array().is_none_or(Vec::is_empty), "{told}");
    let wrong = served.requests().into_iter().filter(|asked| asked.method == "POST" && !asked.text.ends_with("</b:book>")).count();
    assert_eq!(wrong, 1, "one body is cut off");
}

#[test]
fn what_should_have_been_refused_in_xml_is_removed_as_well() {
    let held = books();
    let served = Served::start({
        let held = Arc::clone(&held);
        move |asked| answer(&held, asked, true)
    });
    let (code, report, told) = run(&served, "xml-careless", &[]);
    assert_eq!(code, Some(1), "{told}");
    assert!(verdicts(&report).contains(&"make 400 violates".to_owned()), "{told}");
    assert_eq!(*held.lock().unwrap(), *books().lock().unwrap(), "{told}");
}

#[test]
fn what_is_changed_by_permission_in_xml_is_put_back() {
    let held = books();
    let served = Served::start({
        let held = Arc::clone(&held);
        move |asked| answer(&held, asked, false)
    });
    let (_, report, told) = run(&served, "xml-borrowed", &["--allow", "borrowed", "--exclude", "make", "--exclude", "remove"]);
    assert!(verdicts(&report).contains(&"change 200 conforms".to_owned()), "{told}");
    assert!(served.requests().iter().any(|asked| asked.method == "PUT" && asked.text.contains("probity")), "something was changed");
    assert_eq!(*held.lock().unwrap(), *books().lock().unwrap(), "{told}");
}

#[test]
fn an_answer_that_is_no_xml_is_told_with_its_place() {
    let held = books();
    let served = Served::start(move |asked| {
        let mut reply = answer(&held, asked, false);
        if asked.path == "/books" && asked.method == "GET" {
            reply.body = reply.body.map(|body| body.replace("</books>", "\n</book>"));
        }
        reply
    });
    let (code, report, told) = run(&served, "xml-malformed", &["--only", "list"]);
    assert_eq!(code, Some(1), "{told}");
    let finding = &report["cells"][0]["findings"][0];
    assert_eq!(finding["check"], "body-schema");
    let message = finding["message"].as_str().unwrap_or_default();
    assert!(message.contains("not well-formed XML") && message.contains("line 2, column 1"), "{message}");
}

#[test]
fn hostile_xml_ends_no_run_and_is_not_accused() {
    let deep = format!("{}1{}", "<books>".repeat(100_000), "</books>".repeat(100_000));
    let wide = format!("<books>{}</books>", "<b/>".repeat(1_500_000));
    let attributes = (0..200_000).map(|number| format!(" a{number}=''")).collect::<Vec<_>>().concat();
    let laughs = (1..60).map(|number| format!("<!ENTITY l{number} '&l{};&l{};'>", number - 1, number - 1)).collect::<Vec<_>>().concat();
    let laughs = format!("<!DOCTYPE books [<!ENTITY l0 'ha'>{laughs}]><books>&l59;</books>");
    for (name, body) in [("deep", deep), ("wide", wide), ("attributes", format!("<books{attributes}/>")), ("laughs", laughs)] {
        let served = Served::start(move |_| Reply {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/xml".to_owned())],
            body: Some(body.clone()),
        });
        let started = std::time::Instant::now();
        let (code, report, told) = run(&served, &format!("xml-{name}"), &["--only", "list", "--retries", "0"]);
        assert!(code.is_some_and(|code| code != 1 && code != 2), "{name} {code:?}: {told}");
        assert!(!verdicts(&report)[0].ends_with(" violates"), "{name}: {told}");
        assert!(started.elapsed().as_secs() < 60, "{name}: {:?}", started.elapsed());
    }
}
