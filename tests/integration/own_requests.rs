//! The user's own requests from the suite replace those of the contract, and confidential ones are not written.

use crate::support::{Folder, text};
use serde_json::{Value, json};

/// What nobody but its owner should read.
const SECRET: &str = "holdings-of-aunt-augusta";

/// A search that is sent with POST, and a list with a parameter that may be left out.
fn contract() -> Value {
    let answer = json!({"description": "found", "content": {"application/json": {"schema": {"type": "object"}, "example": {"found": []}}}});
    let refused = json!({"description": "not understood", "x-probity-when": [{"trigger": "malformed-json"}]});
    let schema = json!({"type": "object", "required": ["words"], "properties": {"words": {"type": "string"}}});
    let body = json!({"required": true, "content": {"application/json": {"schema": schema, "example": {"words": "shown"}}}});
    json!({
        "openapi": "3.1.0", "info": {"title": "Books", "version": "1"},
        "paths": {
            "/search": {"post": {"operationId": "books.search", "x-probity-reads": true, "requestBody": body,
                "responses": {"200": answer, "400": refused}}},
            "/books": {"get": {"operationId": "books.list", "responses": {"200": answer},
                "parameters": [{"name": "branch", "in": "query", "schema": {"type": "string"}}]}}
        }
    })
}

fn folder(name: &str, requests: &str) -> Folder {
    let folder = Folder::new(name);
    folder.write("books.json", contract().to_string());
    folder.write("own.json", json!({"words": SECRET, "limit": 3}).to_string());
    folder.write("suite.yaml", format!("name: books\ncontract: books.json\n{requests}"));
    folder
}

const RUN: [&str; 5] = ["run", "--suite", "suite.yaml", "--target", "mock"];

#[test]
fn the_own_request_is_sent_and_said_to_be_own() {
    let folder = folder("own-request", "requests:\n  books.search: own.json\n  books.list: {parameters: {branch: '12'}}\n");
    let output = folder.run(&RUN);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let recording = folder.json("reports/recording.json");
    let sent = |start: &str| -> Value {
        let outcomes = recording["outcomes"]["outcomes"].as_array().expect("outcomes");
        let found = outcomes.iter().find(|outcome| outcome["probe"].as_str().is_some_and(|probe| probe.starts_with(start)));
        found.expect("it was sent")["exchanges"][0]["request"].clone()
    };
    let body: Value = serde_json::from_str(sent("books.search::200")["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(body, json!({"words": SECRET, "limit": 3}));
    assert!(sent("books.list::200")["url"].as_str().is_some_and(|url| url.ends_with("/books?branch=12")));
    assert_eq!(folder.report()["own_requests"], json!(["books.search", "books.list"]));
    assert!(text(&output).contains("own request: books.search, books.list"), "{}", text(&output));
}

#[test]
fn a_confidential_body_is_in_nothing_that_is_written() {
    let folder = folder("own-confidential", "requests:\n  books.search: {body: own.json, confidential: true}\n");
    let output = folder.run(&RUN);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(!text(&output).contains(SECRET));
    let entries = std::fs::read_dir(folder.0.join("reports")).expect("reports").map(|entry| entry.expect("an entry").path());
    let files: Vec<_> = entries.filter(|path| path.is_file()).collect();
    assert!(files.len() > 3, "{files:?}");
    for path in files {
        let written = std::fs::read_to_string(&path).expect("a text");
        assert!(!written.contains(SECRET), "{} holds it", path.display());
    }
    assert_eq!(folder.report()["own_requests"], json!(["books.search"]));
}

#[test]
fn what_does_not_fit_the_operation_is_told() {
    for (requests, words) in [
        ("requests:\n  books.serach: own.json\n", "names the operation books.serach"),
        ("requests:\n  books.search: none.json\n", "none.json"),
        ("requests:\n  books.search: suite.yaml\n", "body in JSON"),
        ("requests:\n  books.list: own.json\n", "books.list: it takes no body in JSON"),
        ("requests:\n  books.list: {parameters: {brunch: '1'}}\n", "no parameter brunch; its parameters are branch"),
        ("requests:\n  books.list: {params: {branch: '1'}}\n", "a file with the body in JSON, or `body`, `parameters` and `confidential`"),
    ] {
        let folder = folder("own-wrong", requests);
        let output = folder.run(&RUN);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains(words), "{words}: {}", text(&output));
    }
}

#[test]
fn the_target_of_the_suite_is_the_one_of_the_run() {
    let folder = folder("own-target", "target: ftp://books.example\n");
    let output = folder.run(&["run", "--suite", "suite.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("ftp://books.example"), "{}", text(&output));
    assert_eq!(folder.run(&RUN).status.code(), Some(0), "the flag wins");
}

#[test]
fn an_id_that_is_given_needs_no_permission_for_a_read_and_one_for_a_write() {
    let folder = Folder::new("given-id");
    let parameters = json!([{"name": "book_id", "in": "path", "required": true, "schema": {"type": "string"}}]);
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Books", "version": "1"},
        "paths": {"/books/{book_id}": {
            "parameters": parameters,
            "get": {"operationId": "books.get", "responses": {"200": {"description": "found"}}},
            "delete": {"operationId": "books.delete", "responses": {"204": {"description": "deleted"}}}
        }}
    });
    folder.write("books.json", document.to_string());
    folder.write("suite.yaml", "name: books\ncontract: books.json\ngiven: {books: [{env: BOOK}]}\n");
    let words = ["plan", "--suite", "suite.yaml", "--target", "http://127.0.0.1:1", "--format", "json"];
    let intents = |more: &[&str]| -> Vec<bool> {
        let output = folder.command(&[&words[..], more].concat()).env("BOOK", "42").output().expect("the program");
        let plan: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
        plan["cells"].as_array().expect("cells").iter().map(|cell| cell["intent"]["probes"].is_array()).collect()
    };
    assert_eq!(intents(&[]), [true, false], "only the read is sent");
    assert_eq!(intents(&["--allow", "borrowed"]), [true, true], "what is allowed by name is sent as well");
}
