//! A finding says in which file, line and column of the contract its operation and its response stand.

use serde_json::{Value, json};

use crate::support::server::{Reply, Served};
use crate::support::{Folder, text};

/// What is found at a server that answers everything with the wrong body, as a text of each finding's positions: file, line and
/// column of operation and response.
fn found(folder: &Folder, contract: &str) -> Vec<String> {
    let server = Served::start(|_| Reply::json(200, &json!({"name": 1})));
    let output = folder.run(&["run", "--contract", contract, "--target", &server.url]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let report = folder.report();
    let cells = report["cells"].as_array().unwrap().iter();
    let findings: Vec<&Value> = cells.flat_map(|cell| cell["findings"].as_array().unwrap()).filter(|one| one["check"] == "body-schema").collect();
    let place = |at: &Value| format!("{}:{}:{}", at["file"].as_str().unwrap_or_default(), at["line"], at["column"]);
    let (operation, response) = ("operation", "response");
    findings.iter().map(|one| &one["written"]).map(|at| format!("{} {}", place(&at[operation]), place(&at[response]))).collect()
}

/// A document with one operation, whose answer has a name that is a text.
fn document() -> Value {
    let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/things": {"get": {
        "responses": {"200": {"description": "d", "content": {"application/json": {"schema": schema}}}}}}}})
}

const SCHEMA: &str = "{type: object, properties: {name: {type: string}}}";

#[test]
fn a_finding_names_them_in_every_report() {
    let folder = Folder::new("positions-reports");
    let contract = format!(
        "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /things:\n    get:\n      operationId: list\n      responses:\n        '200':\n          description: d\n          content: {{application/json: {{schema: {SCHEMA}}}}}\n"
    );
    std::fs::create_dir(folder.0.join("api")).unwrap();
    folder.write("api/contract.yaml", contract);
    assert_eq!(found(&folder, "api/contract.yaml"), ["api/contract.yaml:5:5 api/contract.yaml:8:9"]);
    for (file, words) in [("junit.xml", r#" file="api/contract.yaml" line="8""#), ("report.md", "api/contract.yaml:8:9")] {
        let report = folder.text(&format!("reports/{file}"));
        assert!(report.contains(words), "{file}: {report}");
    }
    let server = Served::start(|_| Reply::json(200, &json!({"name": 1})));
    let told = folder.run(&["run", "--contract", "api/contract.yaml", "--target", &server.url]);
    assert!(text(&told).contains("api/contract.yaml:8:9"), "{}", text(&told));
    let probe = folder.report()["cells"][0]["findings"][0]["probe"].as_str().unwrap().to_owned();
    let again = folder.run(&["replay", &probe]);
    assert!(text(&again).contains("api/contract.yaml:8:9"), "{}", text(&again));
}

#[test]
fn json_on_one_line_has_columns() {
    let folder = Folder::new("positions-line");
    let text = document().to_string();
    let column = |key: &str| text.chars().take(text.find(key).unwrap()).count() + 1;
    folder.write("contract.json", &text);
    let expected = format!("contract.json:1:{} contract.json:1:{}", column("\"get\""), column("\"200\""));
    assert_eq!(found(&folder, "contract.json"), [expected]);
}

#[test]
fn places_of_swagger_are_those_of_the_document_that_was_written() {
    let folder = Folder::new("positions-swagger");
    let contract = format!(
        "swagger: '2.0'\ninfo: {{title: T, version: '1'}}\nproduces: [application/json]\npaths:\n  /things:\n    get:\n      responses:\n        200: {{description: d, schema: {{$ref: '#/definitions/T'}}}}\n  /parts:\n    get:\n      responses: {{200: {{$ref: '#/responses/Done'}}}}\ndefinitions:\n  T: {SCHEMA}\nresponses:\n  Done: {{description: d, schema: {{$ref: '#/definitions/T'}}}}\n"
    );
    folder.write("contract.yaml", contract);
    assert_eq!(found(&folder, "contract.yaml"), ["contract.yaml:6:5 contract.yaml:8:9", "contract.yaml:10:5 contract.yaml:11:19"]);
}

#[test]
fn what_stands_in_other_files_is_found_there() {
    let folder = Folder::new("positions-files");
    std::fs::create_dir(folder.0.join("parts")).unwrap();
    let root = "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"T\", \"version\": \"1\"}, \"paths\": {\"/things\": {\"$ref\": \"parts/items.yaml#/things\"},\n\"/parts\": {\"$ref\": \"parts/item.yaml\"}}}";
    let answer = |at: &str| format!("get: {{responses: {{'200': {{$ref: '{at}'}}}}}}\n");
    folder.write("root.json", root);
    folder.write("parts/items.yaml", format!("# things\nthings:\n  {}", answer("answers.yaml#/components/responses/Thing")));
    folder.write("parts/item.yaml", answer("answers.yaml#/components/responses/Thing"));
    let thing = format!("components:\n  responses:\n    Thing: {{description: d, content: {{application/json: {{schema: {SCHEMA}}}}}}}\n");
    folder.write("parts/answers.yaml", thing);
    let mut places = found(&folder, "root.json");
    places.sort();
    assert_eq!(places, ["parts/item.yaml:1:1 parts/item.yaml:1:19", "parts/items.yaml:3:3 parts/items.yaml:3:21"]);
}

#[test]
fn of_a_key_that_is_there_twice_the_one_that_is_used_is_named() {
    let folder = Folder::new("positions-twice");
    let one = document()["paths"]["/things"].to_string();
    let head = "\u{feff}{\"openapi\": \"3.0.3\",\r\n\t\"info\": {\"title\": \"Türen\", \"version\": \"1\"}, \"paths\": {";
    folder.write("contract.json", format!("{head}\r\n\"/things\": {one},\r\n\t\"/things\": {one}}}}}"));
    let column = |key: &str| "\t\"/things\": ".len() + one.find(key).unwrap() + 1;
    assert_eq!(found(&folder, "contract.json"), [format!("contract.json:4:{} contract.json:4:{}", column("\"get\""), column("\"200\""))]);
}

#[test]
fn a_contract_at_an_address_is_not_fetched_again() {
    let served =
        Served::start(|asked| if asked.path == "/contract.json" { Reply::json(200, &document()) } else { Reply::json(200, &json!({"name": 1})) });
    let folder = Folder::new("positions-address");
    let contract = format!("{}/contract.json?key=s3cret", served.url);
    let places = found(&folder, &contract);
    assert!(places.len() == 1 && places[0].starts_with(&format!("{}/contract.json:1:", served.url)), "{places:?}");
    assert_eq!(served.seen(), ["GET /contract.json"]);
    assert!(!folder.text("reports/report.json").contains("s3cret"));
}
