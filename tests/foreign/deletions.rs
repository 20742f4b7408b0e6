//! Deferred deletions (202): a resource that is still there is no violation (RFC 9110, section 9.3.5).

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::server::{Asked, Server, said, verdict};

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: Files, version: '1'}
paths:
  /files:
    post:
      operationId: files.create
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/File'}, example: {name: A file}}}}
      responses:
        '201':
          description: made
          content: {application/json: {schema: {$ref: '#/components/schemas/File'}}}
          links: {file: {operationId: files.get, parameters: {file_id: '$response.body#/id'}}}
  /files/{file_id}:
    parameters: [{name: file_id, in: path, required: true, schema: {type: integer}, example: 1}]
    get:
      operationId: files.get
      responses: {'200': {description: found, content: {application/json: {schema: {$ref: '#/components/schemas/File'}}}}, '404': {description: none}}
    delete:
      operationId: files.delete
      responses: {'STATUS': {description: will go}, '404': {description: none}}
components:
  schemas:
    File: {type: object, required: [name], properties: {id: {type: integer}, name: {type: string}}}
";

/// A server that removes nothing for the time being, whatever it says, and may mark what is to go.
fn lazy(status: u16, marks: bool) -> Server {
    let files: Mutex<BTreeMap<String, Value>> = Mutex::default();
    Server::start(&format!("lazy-{status}-{marks}"), &CONTRACT.replace("STATUS", &status.to_string()), move |asked: &Asked| {
        let mut files = files.lock().unwrap();
        if asked.method == "POST" {
            let id = files.len() + 100;
            let mut file = asked.body.clone().unwrap_or_default();
            file["id"] = json!(id);
            files.insert(format!("/files/{id}"), file.clone());
            return (201, file);
        }
        match (asked.method.as_str(), files.get_mut(&asked.path)) {
            ("GET", Some(file)) => (200, file.clone()),
            ("DELETE", Some(file)) => {
                if marks {
                    file["deleted"] = json!(true);
                }
                (status, Value::Null)
            }
            _ => (404, Value::Null),
        }
    })
}

#[test]
fn what_is_to_be_deleted_may_still_be_there() {
    for more in [&[][..], &["--thorough"]] {
        let report = lazy(202, false).run(more);
        assert!(said(&report).is_empty(), "{more:?}: {:#?}", said(&report));
        assert_eq!(verdict(&report, "files.get", 404), "conforms", "an id that nothing has shows it");
    }
}

#[test]
fn what_was_deleted_may_not() {
    let report = lazy(204, false).run(&[]);
    assert_eq!(verdict(&report, "files.get", 404), "violates", "{:#?}", said(&report));
}

#[test]
fn what_is_shown_as_deleted_is_a_warning() {
    let report = lazy(204, true).run(&[]);
    assert_eq!(verdict(&report, "files.get", 404), "unreached", "{:#?}", said(&report));
    let warned = report.cells.iter().flat_map(|cell| &cell.findings).any(|finding| finding.message.contains("deleted-is-gone"));
    assert!(warned && !said(&report).iter().any(|line| line.contains("violates")), "{:#?}", said(&report));
}
