//! A suite allows effects only for the very server that it writes out, and the command line replaces it.

use serde_json::{Value, json};

use crate::support::server::{Asked, Reply, Served};
use crate::support::{Folder, text};

const CONTRACT: &str = r##"{"openapi": "3.1.0", "info": {"title": "Things", "version": "1"},
"components": {"schemas": {"Thing": {"type": "object", "required": ["name"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}}},
"paths": {
"/things": {
  "get": {"operationId": "things.list", "responses": {"200": {"description": "all"}}},
  "post": {"operationId": "things.create", "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
    "responses": {"201": {"description": "made", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}}},
"/things/{thing_id}": {"parameters": [{"name": "thing_id", "in": "path", "required": true, "schema": {"type": "string"}}],
  "get": {"operationId": "things.get", "responses": {"200": {"description": "one", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}},
  "delete": {"operationId": "things.delete", "responses": {"204": {"description": "gone"}}}},
"/reset": {"post": {"operationId": "reset", "responses": {"204": {"description": "everything is gone"}}}}}}"##;

/// A server that makes and removes one thing.
fn server() -> Served {
    let name = std::sync::Mutex::new(None::<Value>);
    Served::start(move |asked: &Asked| {
        let mut name = name.lock().expect("nobody panics");
        let thing = |name: &Value| json!({"id": "t1", "name": name});
        match (asked.method.as_str(), asked.path.as_str(), name.clone()) {
            ("GET", "/things", there) => Reply::json(200, &json!(there.iter().map(thing).collect::<Vec<_>>())),
            ("POST", "/things", _) => {
                *name = asked.body.as_ref().map(|body| body["name"].clone());
                Reply::json(201, &thing(&name.clone().unwrap_or_default()))
            }
            ("GET", "/things/t1", Some(there)) => Reply::json(200, &thing(&there)),
            ("DELETE", "/things/t1", Some(_)) => {
                *name = None;
                Reply::json(204, &Value::Null)
            }
            ("POST", "/reset", _) => Reply::json(204, &Value::Null),
            _ => Reply::json(404, &Value::Null),
        }
    })
}

/// A suite for a server that counts as elsewhere, although it is on this machine.
fn folder(allow: &str) -> Folder {
    let folder = Folder::new("allowed");
    folder.write("contract.json", CONTRACT);
    folder.write("suite.yaml", format!("name: s\ncontract: contract.json\nlive: true\n{allow}"));
    folder
}

/// Which writes a run sends, and what it says.
fn writes(server: &Served, folder: &Folder, more: &[&str]) -> (Vec<String>, String) {
    let before = server.seen().len();
    let words = ["run", "--suite", "suite.yaml", "--target", &server.url, "--state", "state", "--retries", "0", "--fresh"];
    let output = folder.run(&[&words[..], more].concat());
    let mut seen: Vec<String> = server.seen()[before..].iter().filter(|asked| !asked.starts_with("GET ")).cloned().collect();
    seen.sort();
    seen.dedup();
    (seen, text(&output))
}

fn planned(server: &Served, folder: &Folder, more: &[&str]) -> Value {
    let words = ["plan", "--suite", "suite.yaml", "--target", &server.url, "--format", "json"];
    let output = folder.run(&[&words[..], more].concat());
    serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output)))["allowed"].clone()
}

#[test]
fn what_the_suite_allows_holds_for_the_server_that_it_writes_out_alone() {
    let server = server();
    let own = ["DELETE /things/t1".to_owned(), "POST /things".to_owned()];
    // Nothing is allowed where nothing is said.
    let nothing = folder("");
    assert_eq!(writes(&server, &nothing, &[]).0, [""; 0]);
    assert_eq!(planned(&server, &nothing, &[]), json!({"by": "default", "profile": "read-only", "effects": []}));
    let here = folder(&format!("allow: [{{target: '{}/', writes: true}}]\n", server.url));
    let (sent, said) = writes(&server, &here, &[]);
    assert_eq!(sent, own, "{said}");
    assert!(said.contains("Allowed by the suite, for this server: profile full, effects none."), "{said}");
    assert_eq!(planned(&server, &here, &[]), json!({"by": "suite", "profile": "full", "effects": []}));
    let more = folder(&format!("allow: [{{target: '{}', writes: true, effects: [sweeping]}}]\n", server.url));
    assert!(writes(&server, &more, &[]).0.contains(&"POST /reset".to_owned()));
    // Another port is another server, and so is another name.
    let (host, port) = server.url.rsplit_once(':').expect("a port");
    let other = format!("{host}:{}", port.parse::<u16>().expect("a number") ^ 1);
    for other in [other.as_str(), "https://staging.example.com", &server.url.replace("http:", "https:")] {
        let elsewhere = folder(&format!("allow: [{{target: '{other}', writes: true, effects: [all]}}]\n"));
        assert_eq!(writes(&server, &elsewhere, &[]).0, [""; 0], "{other}");
        assert_eq!(planned(&server, &elsewhere, &[]), json!({"by": "default", "profile": "read-only", "effects": [], "elsewhere": [other]}));
        let words = ["plan", "--suite", "suite.yaml", "--target", &server.url];
        let told = text(&elsewhere.run(&words));
        assert!(told.contains(&format!("what the suite allows for {other} does not hold here")), "{told}");
    }
}

#[test]
fn the_command_line_replaces_what_the_suite_allows() {
    let server = server();
    let folder = folder(&format!("allow: [{{target: '{}', writes: true, effects: [sweeping]}}]\n", server.url));
    for (more, sent, allowed) in [
        (&["--allow", "leftovers"][..], &[][..], json!({"by": "command-line", "profile": "read-only", "effects": ["leftovers"]})),
        (&["--profile", "read-only"], &[], json!({"by": "command-line", "profile": "read-only", "effects": []})),
        (&["--allow-writes"], &["DELETE /things/t1", "POST /things"], json!({"by": "command-line", "profile": "full", "effects": []})),
    ] {
        assert_eq!(writes(&server, &folder, more).0, sent, "{more:?}");
        assert_eq!(planned(&server, &folder, more), allowed, "{more:?}");
    }
    // A recording names the suite of its run, and allows nothing by that.
    writes(&server, &folder, &[]);
    let before = server.seen().len();
    let output = folder.run(&["replay", "things.create::201::success", "--state", "state"]);
    assert!(server.seen()[before..].iter().all(|asked| asked.starts_with("GET ")), "{:?} {}", server.seen(), text(&output));
    let output = folder.run(&["replay", "things.create::201::success", "--state", "state", "--suite", "suite.yaml"]);
    assert!(server.seen()[before..].contains(&"POST /things".to_owned()), "{}", text(&output));
}

#[test]
fn an_allowance_names_its_server_and_known_effects() {
    let server = server();
    for (block, wanted) in [
        ("{target: '${HOST}', writes: true}", "allow[0]: `target` is the base URL of a server, written out"),
        ("{target: mock, writes: true}", "allow[0]: `target` is the base URL of a server, written out"),
        ("{target: 'https://a.example', effects: [everything]}", "allow[0]: there is no effect everything; the effects are leftovers"),
        ("{writes: true}", "target"),
    ] {
        let (sent, said) = writes(&server, &folder(&format!("allow: [{block}]\n")), &[]);
        assert!(sent.is_empty() && said.contains(wanted), "{block}: {said}");
    }
    assert!(server.requests().is_empty());
}
